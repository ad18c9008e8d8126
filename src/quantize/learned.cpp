#include "quantize/learned.h"

#include <algorithm>
#include <array>
#include <functional>
#include <limits>
#include <map>
#include <set>
#include <utility>

#include "calibrate/output_gradient.h"
#include "calibrate/parameter_gradients.h"
#include "calibrate/sample_parts.h"
#include "calibrate/signal_rounding.h"
#include "parallel/for_each_index.h"
#include "quantize/descent.h"
#include "quantize/real_network.h"

namespace fixgate {
namespace {

constexpr std::size_t kUpdates = 300;
constexpr std::size_t kUpdatesBetweenLooks = 50;
constexpr std::size_t kFewestRows =
    4;  // of outputs, of each part in an update; a stream advances by one piece
constexpr std::size_t kMostSequences = 8;
constexpr float kIntegerRate = 0.015F;  // steps of an integer in an update; both fade over the second half
constexpr float kBiasRate = 0.003F;

/// What the outputs should be.
class Aim {
 public:
  Aim(const Network& network, const MetricSpec& metric, float confidence)
      : runner_(network), metric_(metric), confidence_(confidence) {}

  [[nodiscard]] FloatState initial_state() const { return runner_.initial_state(); }
  [[nodiscard]] const MetricSpec& metric() const { return metric_; }

  Result<FloatMatrix> outputs(const Sequence& sequence, FloatState& state) const {
    FIXGATE_ASSIGN(FloatMatrix outputs, runner_.run(sequence, state));
    outputs *= confidence_;
    return outputs;
  }

 private:
  FloatRunner runner_;
  MetricSpec metric_;
  float confidence_;
};

/// One part's way through its sequences, again from the first when it has met all.
class PartWalk {
 public:
  PartWalk(const SamplePart& part, const Aim& aim, bool outputs_every_step)
      : part_(part),
        fewest_(outputs_every_step ? 1 : kFewestRows),
        start_(aim.initial_state()),
        wanted_state_(start_),
        real_state_{start_, {}} {}

  /// Gradients of the divergence of `real` from the aim over the next sequences.
  Result<ParameterGradients> advance(const Aim& aim, const CalibrationRunner& real,
                                     const WeightSites& sites) {
    ParameterGradients sums;
    for (std::size_t k = 0; k < sequences_per_update(); ++k) {
      next_ %= part_.sequences.size();
      if (!part_.carries_on || next_ == 0) wanted_state_ = real_state_.real = start_;
      const Sequence& sequence = part_.sequences[next_++];
      FIXGATE_ASSIGN(const FloatMatrix wanted, aim.outputs(sequence, wanted_state_));
      const auto gradient = [&](const FloatMatrix& got) {
        return divergence_gradient(aim.metric(), wanted, got);
      };
      FIXGATE_ASSIGN(const ObservedRun run, real.run(sequence, real_state_, gradient));
      sums.add(real, sites, run);
    }
    return sums;
  }

 private:
  [[nodiscard]] std::size_t sequences_per_update() const {
    const std::size_t all = part_.sequences.size();
    const std::size_t for_all = (all + kUpdates - 1) / kUpdates;
    if (part_.carries_on || all == 0) return std::min<std::size_t>(all, 1);
    return std::clamp(for_all, fewest_, kMostSequences);
  }

  const SamplePart& part_;
  std::size_t fewest_;  // sequences in an update
  FloatState start_;
  FloatState wanted_state_;
  CalibrationState real_state_;
  std::size_t next_ = 0;
};

/// Sum over the part's rows of outputs, which are counted.
Result<double> part_divergence(const Aim& aim, const FloatRunner& real,
                               const std::vector<FixedSignal>& formats, const SamplePart& part,
                               std::int64_t& rows) {
  double sum = 0;
  SignalRounding rounding(formats);
  FloatState wanted_state = aim.initial_state();
  FloatState real_state = wanted_state;
  for (const Sequence& sequence : part.sequences) {
    if (!part.carries_on) real_state = wanted_state = aim.initial_state();
    FIXGATE_ASSIGN(const FloatMatrix wanted, aim.outputs(sequence, wanted_state));
    FIXGATE_ASSIGN(const FloatMatrix got, real.run(sequence, real_state, &rounding));
    sum += output_divergence(aim.metric(), wanted, got);
    rows += got.rows();
  }
  return sum;
}

/// Of the outputs, a row. Both networks start at the same states.
Result<double> mean_divergence(const Aim& aim, const Network& real, const std::vector<FixedSignal>& formats,
                               const DataSet& samples) {
  const FloatRunner runner(real);
  const auto parts = cut_into_parts(samples);
  std::array<Result<double>, kSampleParts> sums;
  std::array<std::int64_t, kSampleParts> rows{};
  parallel_for_each_index(kSampleParts, [&](std::size_t k) {
    sums[k] = part_divergence(aim, runner, formats, parts[k], rows[k]);
  });
  double sum = 0;
  std::int64_t all_rows = 0;
  for (std::size_t k = 0; k < kSampleParts; ++k) {
    FIXGATE_CHECK(sums[k]);
    sum += *sums[k];
    all_rows += rows[k];
  }
  return sum / static_cast<double>(std::max<std::int64_t>(all_rows, 1));
}

class Learner {
 public:
  Learner(const Network& network, const FixedChain& start, const LearningScope& scope)
      : wanted_(network), start_(start), real_(network, start) {
    const std::set<std::string> names(scope.matrices.begin(), scope.matrices.end());
    for (const WeightMatrix& matrix : start.weights)
      if (names.contains(matrix.name)) integers_.try_emplace(matrix.name, matrix, real_.weights(matrix.name));
    find_biases({scope.biased.begin(), scope.biased.end()});
  }

  [[nodiscard]] const Network& network() const { return real_.network(); }

  /// Every few updates, and after the last, `look` sees the network as it is then.
  Result<void> learn(const Aim& aim, const DataSet& samples, const Supervision& supervision,
                     const std::function<Result<void>()>& look) {
    const auto parts = cut_into_parts(samples);
    std::vector<PartWalk> walks;
    for (const SamplePart& part : parts) walks.emplace_back(part, aim, outputs_every_step(wanted_));
    Progress progress("learned rounding", kUpdates, "updates", supervision.progress);
    for (std::size_t update = 0; update < kUpdates; ++update, progress.advance()) {
      FIXGATE_CHECK(supervision.check());
      const CalibrationRunner real(real_.network(), start_.signals);
      std::array<Result<ParameterGradients>, kSampleParts> gradients;
      parallel_for_each_index(
          kSampleParts, [&](std::size_t k) { gradients[k] = walks[k].advance(aim, real, real_.sites()); });
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
    std::vector<std::vector<float>> biases;
  };

  [[nodiscard]] State state() const {
    State now;
    for (const auto& [name, descent] : integers_) now.integers[name] = descent.matrix().values;
    for (const Bias& bias : biases_)
      now.biases.emplace_back(bias.real.values, bias.real.values + bias.real.rows);
    return now;
  }

  void go_to(const State& state) {
    for (auto& [name, descent] : integers_) descent.set_integers(state.integers.at(name));
    for (std::size_t k = 0; k < biases_.size(); ++k)
      std::ranges::copy(state.biases[k], biases_[k].real.values);
  }

  /// How many integers there are, and how many are not what they were at the start.
  void count_weights(LearningOutcome& outcome) const {
    for (const WeightMatrix& matrix : start_.weights) {
      const auto learned = integers_.find(matrix.name);
      if (learned == integers_.end()) continue;
      const std::vector<std::int32_t>& now = learned->second.matrix().values;
      outcome.weights += static_cast<std::int64_t>(now.size());
      for (std::size_t k = 0; k < now.size(); ++k)
        outcome.weights_moved += now[k] != matrix.values[k] ? 1 : 0;
    }
  }

  /// Learned ones, and those that stayed as they were.
  [[nodiscard]] GivenWeights weights() const {
    GivenWeights all;
    for (const WeightMatrix& matrix : start_.weights) {
      const auto learned = integers_.find(matrix.name);
      all[matrix.name] = learned == integers_.end() ? matrix : learned->second.matrix();
    }
    return all;
  }

 private:
  struct Bias {
    int signal;
    ParameterBlock real;
    Adam adam;
  };

  void find_biases(const std::set<std::string>& names) {
    std::set<int> signals;
    for (const GateSite& site : real_.sites().gates)
      if (names.contains(site.matrix)) signals.insert(site.sum_signal);
    for (const DenseSite& site : real_.sites().dense)
      if (names.contains(site.matrix)) signals.insert(site.sum_signal);
    for (const int signal : signals) {
      const ParameterBlock real = real_.bias(signal);
      if (real.values != nullptr) biases_.push_back({signal, real, Adam(real.rows)});
    }
  }

  void descend(const ParameterGradients& gradients, float share) {
    for (auto& [name, descent] : integers_) descent.descend(gradients.weights.at(name), share * kIntegerRate);
    for (Bias& bias : biases_)
      Eigen::Map<Eigen::ArrayXf>(bias.real.values, bias.real.rows) -=
          bias.adam.step(gradients.sums.at(bias.signal).data(), share * kBiasRate);
  }

  const Network& wanted_;
  const FixedChain& start_;
  RealNetwork real_;
  std::map<std::string, IntegerDescent> integers_;
  std::vector<Bias> biases_;
};

}  // namespace

Result<LearnedParameters> learn_rounding(const Network& network, const FixedChain& start,
                                         const LearningScope& scope, const MetricSpec& metric,
                                         const DataSet& samples, const DataSet& judged_by,
                                         const Supervision& supervision) {
  if (samples.samples.empty()) return fail("there is no data to learn rounding from");
  const Aim aim(network, metric, scope.confidence);
  Learner learner(network, start, scope);
  LearnedParameters learned;
  LearningOutcome& outcome = learned.outcome;
  const auto divergence = [&] { return mean_divergence(aim, learner.network(), start.signals, judged_by); };
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

}  // namespace fixgate
