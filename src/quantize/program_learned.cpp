#include "quantize/program_learned.h"

#include <algorithm>
#include <array>
#include <functional>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include "calibrate/program_parameter_gradients.h"
#include "calibrate/recording_parts.h"
#include "parallel/for_each_index.h"
#include "quantize/descent.h"
#include "quantize/program_aim.h"
#include "quantize/program_constants.h"
#include "quantize/real_program.h"

namespace fixgate::program {
namespace {

constexpr std::size_t kUpdates = 300;
constexpr std::size_t kUpdatesBetweenLooks = 50;
constexpr std::size_t kFewestRows =
    4;  // of outputs, of each part in an update; a stream advances by one piece
constexpr std::size_t kMostRecordings = 8;
constexpr float kIntegerRate = 0.015F;  // steps of an integer in an update; both fade over the second half
constexpr float kBiasRate = 0.003F;

bool outputs_every_step(const Program& program) {
  return program.clocks[program.values[program.outputs.front().value].clock].kind != ClockKind::Once;
}

/// One part's way through its recordings, again from the first when it has met all.
class PartWalk {
 public:
  PartWalk(const RecordingPart& part, const Aim& aim)
      : part_(part),
        fewest_(outputs_every_step(aim.network().program) ? 1 : kFewestRows),
        start_(aim.initial_memory()),
        wanted_memory_(start_),
        real_state_{start_, {}} {}

  /// Gradients of the divergence of `real` from the aim over the next recordings.
  Result<ParameterGradients> advance(const Aim& aim, const CalibrationRunner& real) {
    ParameterGradients sums;
    for (std::size_t k = 0; k < recordings_per_update(); ++k) {
      next_ %= part_.recordings.size();
      if (!part_.carries_on || next_ == 0) wanted_memory_ = real_state_.real = start_;
      const std::vector<Sequence>& inputs = part_.recordings[next_++];
      FIXGATE_ASSIGN(const auto wanted, aim.outputs(inputs, wanted_memory_));
      const auto gradients = [&](const std::vector<FloatMatrix>& got) { return aim.gradients(wanted, got); };
      FIXGATE_ASSIGN(const ObservedRun run, real.run(inputs, real_state_, gradients));
      sums.add(real, run);
    }
    return sums;
  }

 private:
  [[nodiscard]] std::size_t recordings_per_update() const {
    const std::size_t all = part_.recordings.size();
    const std::size_t for_all = (all + kUpdates - 1) / kUpdates;
    if (part_.carries_on || all == 0) return std::min<std::size_t>(all, 1);
    return std::clamp(for_all, fewest_, kMostRecordings);
  }

  const RecordingPart& part_;
  std::size_t fewest_;  // recordings in an update
  FloatMemory start_;
  FloatMemory wanted_memory_;
  RunState real_state_;
  std::size_t next_ = 0;
};

class Learner {
 public:
  Learner(const FloatNetwork& network, const FixedNetwork& start, const LearningScope& scope)
      : start_(start), real_(network, start) {
    const std::set<std::string> names(scope.matrices.begin(), scope.matrices.end());
    for (const auto& [name, matrix] : weights_of(start))
      if (names.contains(name)) integers_.try_emplace(name, matrix, real_.weights(name));
    find_biases({scope.biased.begin(), scope.biased.end()});
  }

  [[nodiscard]] const FloatNetwork& network() const { return real_.network(); }

  /// Every few updates, and after the last, `look` sees the network as it is then.
  Result<void> learn(const Aim& aim, const Recordings& samples, const Supervision& supervision,
                     const std::function<Result<void>()>& look) {
    const auto parts = cut_into_parts(network().program, samples);
    std::vector<PartWalk> walks;
    for (const RecordingPart& part : parts) walks.emplace_back(part, aim);
    Progress progress("learned rounding", kUpdates, "updates", supervision.progress);
    for (std::size_t update = 0; update < kUpdates; ++update, progress.advance()) {
      FIXGATE_CHECK(supervision.check());
      const CalibrationRunner real(network(), start_.formats);
      std::array<Result<ParameterGradients>, kSampleParts> gradients;
      parallel_for_each_index(kSampleParts,
                              [&](std::size_t k) { gradients[k] = walks[k].advance(aim, real); });
      for (const auto& one : gradients) FIXGATE_CHECK(one);
      for (std::size_t k = 1; k < kSampleParts; ++k) gradients[0]->merge(*gradients[k]);
      descend(*gradients[0],
              std::min(1.0F, 2 - 2 * static_cast<float>(update) / static_cast<float>(kUpdates)));
      if ((update + 1) % kUpdatesBetweenLooks == 0) FIXGATE_CHECK(look());
    }
    return {};
  }

  /// What it has learned so far.
  struct State {
    std::map<std::string, std::vector<std::int32_t>> integers;
    std::vector<FloatVector> biases;
  };

  [[nodiscard]] State state() const {
    State now;
    for (const auto& [name, descent] : integers_) now.integers[name] = descent.matrix().values;
    for (const Bias& bias : biases_) now.biases.push_back(bias.real);
    return now;
  }

  void go_to(const State& state) {
    for (auto& [name, descent] : integers_) descent.set_integers(state.integers.at(name));
    for (std::size_t k = 0; k < biases_.size(); ++k) set(biases_[k], state.biases[k]);
  }

  /// How many integers there are, and how many are not what they were at the start.
  void count_weights(LearningOutcome& outcome) const {
    for (const auto& [name, matrix] : weights_of(start_)) {
      const auto learned = integers_.find(name);
      if (learned == integers_.end()) continue;
      const std::vector<std::int32_t>& now = learned->second.matrix().values;
      outcome.weights += static_cast<std::int64_t>(now.size());
      for (std::size_t k = 0; k < now.size(); ++k)
        outcome.weights_moved += now[k] != matrix.values[k] ? 1 : 0;
    }
  }

  /// Learned ones, and those that stayed as they were.
  [[nodiscard]] GivenWeights weights() const {
    GivenWeights all = weights_of(start_);
    for (const auto& [name, descent] : integers_) all[name] = descent.matrix();
    return all;
  }

 private:
  struct Bias {
    ConstantId id;
    FloatVector real;
    Adam adam;
  };

  void find_biases(const std::set<std::string>& names) {
    const std::vector<ConstantId> known = biases_of(network().program);
    const auto shared = shared_matrices(network());
    std::set<ConstantId> wanted;
    for (const ProductSite& site : product_sites_of(network().program)) {
      const std::string name = full_name(network().program, network().program.matrices[shared[site.matrix]]);
      if (site.beside && names.contains(name) && std::ranges::binary_search(known, *site.beside))
        wanted.insert(*site.beside);
    }
    for (const ConstantId id : wanted)
      biases_.push_back({id, real_.bias(id).cast<float>(), Adam(real_.bias(id).size())});
  }

  void set(Bias& bias, const FloatVector& values) {
    bias.real = values;
    real_.bias(bias.id) = values.cast<double>();
  }

  void descend(const ParameterGradients& gradients, float share) {
    for (auto& [name, descent] : integers_)
      if (const auto by = gradients.weights.find(name); by != gradients.weights.end())
        descent.descend(by->second, share * kIntegerRate);
    for (Bias& bias : biases_) {
      const auto by = gradients.constants.find(bias.id);
      if (by == gradients.constants.end()) continue;
      set(bias, bias.real - bias.adam.step(by->second.data(), share * kBiasRate).matrix());
    }
  }

  const FixedNetwork& start_;
  RealProgram real_;
  std::map<std::string, IntegerDescent> integers_;
  std::vector<Bias> biases_;
};

}  // namespace

Result<LearnedProgram> learn_rounding(const FloatNetwork& network, const FixedNetwork& start,
                                      const LearningScope& scope, const MetricSpec& metric,
                                      const Recordings& samples, const Recordings& judged_by,
                                      const Supervision& supervision) {
  if (samples.recordings.empty()) return fail("there is no data to learn rounding from");
  const Aim aim(network, metric, scope.confidence);
  Learner learner(network, start, scope);
  LearnedProgram learned;
  LearningOutcome& outcome = learned.outcome;
  const auto divergence = [&] { return mean_divergence(aim, learner.network(), start.formats, judged_by); };
  FIXGATE_ASSIGN(outcome.divergence_before, divergence());
  outcome.divergence = outcome.divergence_before;
  outcome.least_tried = std::numeric_limits<double>::infinity();
  Learner::State best = learner.state();
  FIXGATE_CHECK(learner.learn(aim, samples, supervision, [&]() -> Result<void> {
    FIXGATE_ASSIGN(const double now, divergence());
    outcome.least_tried = std::min(outcome.least_tried, now);
    if (!(now < outcome.divergence)) return {};
    outcome.divergence = now;
    best = learner.state();
    return {};
  }));
  learner.go_to(best);
  learner.count_weights(outcome);
  learned.weights = learner.weights();
  learned.network = learner.network();
  return learned;
}

}  // namespace fixgate::program
