#include "calibrate/weight_statistics.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "calibrate/output_gradient.h"
#include "calibrate/weight_sites.h"
#include "parallel/for_each_index.h"
#include "simulate/float_gradients.h"
#include "simulate/reference/simulator.h"

namespace fixgate {
namespace {

// How many parts the samples are cut into, each summed up in its order and merged in theirs; fixed, so that
// the result does not depend on the number of threads.
constexpr std::size_t kParts = 8;
// Steps of a stream through which gradients run back: further back they have faded.
constexpr std::size_t kStreamSteps = 64;

/// Sums for one use of one matrix.
struct UseSums {
  Moments operand;
  Eigen::VectorXd float_sum;  // of the float operand, weighted like the moments
  Eigen::VectorXd harm;

  UseSums() = default;
  UseSums(Eigen::Index rows, Eigen::Index columns)
      : operand(columns), float_sum(Eigen::VectorXd::Zero(columns)), harm(Eigen::VectorXd::Zero(rows)) {}

  void merge(const UseSums& other) {
    operand.merge(other.operand);
    float_sum += other.float_sum;
    harm += other.harm;
  }
};

struct Sums {
  UseSums embedding;
  std::vector<UseSums> dense;
  std::vector<UseSums> gates;
  std::int64_t output_rows = 0;

  void merge(const Sums& other) {
    if (other.embedding.harm.size() != 0) embedding.merge(other.embedding);
    for (std::size_t k = 0; k < dense.size(); ++k) dense[k].merge(other.dense[k]);
    for (std::size_t k = 0; k < gates.size(); ++k) gates[k].merge(other.gates[k]);
    output_rows += other.output_rows;
  }
};

/// The values of the fixed-point network's signals as real numbers.
class RealTrace : public FixedObserver {
 public:
  explicit RealTrace(const FixedNetwork& network) : trace(network.signals.size()), network_(network) {}

  void observe(int signal, std::span<const std::int64_t> values) override {
    const auto index = static_cast<std::size_t>(signal);
    const Format& format = network_.signals[index].format.format;
    for (const std::int64_t q : values) trace.values[index].push_back(static_cast<float>(format.value(q)));
  }

  FloatTrace trace;

 private:
  const FixedNetwork& network_;
};

/// One run through one sequence, in float and, if asked for, in fixed point.
struct Run {
  const Sequence* sequence = nullptr;
  FloatState start;
  FloatTrace trace{0};
  std::optional<FloatTrace> fixed;
  FixedState fixed_start;
  FloatMatrix outputs;
  SignalGradients gradients;
};

class Gatherer {
 public:
  Gatherer(const Network& network, const FixedNetwork* fixed, const MetricSpec& metric, std::uint64_t seed)
      : network_(network),
        runner_(network),
        gradients_(network),
        sites_(list_weight_sites(network, runner_.signals())),
        metric_(metric),
        seed_(seed) {
    if (fixed == nullptr) return;
    body_ = *fixed;
    while (body_->layers.size() > 1 && !std::holds_alternative<FixedRecurrent>(body_->layers.back()) &&
           is_last_dense(*body_))
      body_->layers.pop_back();
    simulator_.emplace(*body_);
  }

  [[nodiscard]] Sums no_sums() const {
    Sums sums;
    if (!sites_.embedding.empty()) {
      const auto& table = *std::get<EmbeddingLayer>(network_.layers[sites_.embedding_layer]).table;
      sums.embedding = UseSums(table.rows(), table.cols());
    }
    for (const DenseSite& site : sites_.dense) {
      const auto& weights = *std::get<DenseLayer>(network_.layers[site.layer]).weights;
      sums.dense.emplace_back(weights.rows(), weights.cols());
    }
    for (const GateSite& site : sites_.gates) {
      const auto& layer = std::get<RecurrentLayer>(network_.layers[site.layer]);
      sums.gates.emplace_back(layer.hidden(),
                              site.operand == Operand::Inputs ? layer.inputs() : layer.hidden());
    }
    return sums;
  }

  /// Adds one sequence that goes on from the states, which it advances.
  Result<void> add(const Sequence& sequence, std::uint64_t number, FloatState& state, FixedState& fixed_state,
                   Sums& sums) const {
    FIXGATE_ASSIGN(const Run run, this->run(sequence, number, state, fixed_state));
    sums.output_rows += run.outputs.rows();
    if (!sites_.embedding.empty()) add_embedding(run, sums.embedding);
    for (std::size_t k = 0; k < sites_.dense.size(); ++k) add_dense(run, sites_.dense[k], sums.dense[k]);
    for (std::size_t k = 0; k < sites_.gates.size(); ++k) add_gate(run, sites_.gates[k], sums.gates[k]);
    return {};
  }

  [[nodiscard]] FloatState initial_state() const { return runner_.initial_state(); }
  [[nodiscard]] FixedState fixed_initial_state() const {
    return simulator_ ? simulator_->initial_state() : FixedState();
  }

  [[nodiscard]] WeightStatistics statistics(const Sums& sums) const {
    WeightStatistics all;
    const double outputs = static_cast<double>(std::max<std::int64_t>(sums.output_rows, 1));
    if (!sites_.embedding.empty()) all[sites_.embedding].push_back(use_of(sums.embedding, outputs, false));
    for (std::size_t k = 0; k < sites_.dense.size(); ++k)
      all[sites_.dense[k].matrix].push_back(
          use_of(sums.dense[k], outputs, makes_up_for_mean(sites_.dense[k])));
    for (std::size_t k = 0; k < sites_.gates.size(); ++k)
      all[sites_.gates[k].matrix].push_back(use_of(sums.gates[k], outputs, true));
    return all;
  }

 private:
  // Nothing is observed behind the last layer that multiplies with weights.
  static bool is_last_dense(const FixedNetwork& network) {
    return std::holds_alternative<FixedDense>(network.layers.back());
  }

  // A softmax's biases move all its probabilities: the mean error of one logit is no guide to them.
  [[nodiscard]] bool makes_up_for_mean(const DenseSite& site) const {
    const bool is_last = site.layer + 1 == network_.layers.size();
    const bool is_regression = metric_.kind == MetricKind::Rmse || metric_.kind == MetricKind::Mae;
    return std::get<DenseLayer>(network_.layers[site.layer]).has_bias && (!is_last || is_regression);
  }

  static MatrixUse use_of(const UseSums& sums, double outputs, bool has_bias) {
    MatrixUse use;
    use.mean = sums.operand.mean();
    use.float_mean = use.mean;
    if (sums.operand.weight() > 0) use.float_mean = sums.float_sum / sums.operand.weight();
    use.moment = sums.operand.second_moment();
    use.harm = sums.harm / outputs;
    use.has_bias = has_bias;
    return use;
  }

  Result<Run> run(const Sequence& sequence, std::uint64_t number, FloatState& state,
                  FixedState& fixed_state) const {
    Run run;
    run.sequence = &sequence;
    run.start = state;
    run.trace = FloatTrace(runner_.signals().signals.size());
    FIXGATE_ASSIGN(run.outputs, runner_.run(sequence, state, &run.trace));
    std::mt19937_64 random(seed_ * 0x9e3779b97f4a7c15U + number);
    run.gradients = gradients_.run(run.start, run.trace, sequence.steps(),
                                   sampled_output_gradient(metric_, run.outputs, random));
    if (!simulator_) return run;
    run.fixed_start = fixed_state;
    RealTrace observer(*body_);
    OverflowCounts counts = simulator_->no_counts();
    FIXGATE_ASSIGN(const IntegerMatrix ignored, simulator_->run(sequence, fixed_state, counts, &observer));
    run.fixed = std::move(observer.trace);
    return run;
  }

  // An error of an embedding row arrives at what reads it: the gradient there says how much it hurts.
  void add_embedding(const Run& run, UseSums& sums) const {
    const int signal = runner_.signals().layers[sites_.embedding_layer].output;
    const FloatMatrix& gradient = run.gradients[static_cast<std::size_t>(signal)];
    sums.operand.add(gradient, Eigen::VectorXf::Ones(gradient.rows()));
    for (const std::int32_t token : run.sequence->tokens) sums.harm[token] += 1;
  }

  void add_dense(const Run& run, const DenseSite& site, UseSums& sums) const {
    const auto& layer = std::get<DenseLayer>(network_.layers[site.layer]);
    const LayerSignals& signals = runner_.signals().layers[site.layer];
    const int sum_signal = layer.has_activation ? signals.pre_activation : signals.output;
    const bool is_last = site.layer + 1 == network_.layers.size() && !layer.has_activation;
    const FloatMatrix squares =
        is_last ? expected_output_square(metric_, run.outputs)
                : FloatMatrix(run.gradients[static_cast<std::size_t>(sum_signal)].array().square());
    const FloatMatrix float_operand =
        dense_operand(run, run.trace, site.layer, squares.rows(), layer.weights->cols());
    const FloatMatrix operand =
        run.fixed ? dense_operand(run, *run.fixed, site.layer, squares.rows(), layer.weights->cols())
                  : float_operand;
    add_use(operand, float_operand, squares, is_last, sums);
  }

  // What a dense layer reads: all rows of the signal before it, or those that a Select picked.
  [[nodiscard]] FloatMatrix dense_operand(const Run& run, const FloatTrace& trace, std::size_t layer,
                                          Eigen::Index rows, Eigen::Index columns) const {
    if (layer == 0) return run.sequence->features;
    const auto* select = std::get_if<SelectLayer>(&network_.layers[layer - 1]);
    const std::size_t before = select == nullptr ? layer - 1 : layer - 2;
    const FloatMatrix all = layer_output(run, trace, before);
    if (select == nullptr) return all;
    FloatMatrix picked = all.bottomRows(rows).leftCols(columns);
    const auto* recurrent = std::get_if<RecurrentLayer>(&network_.layers[before]);
    if (select->kind == SelectKind::FinalState && recurrent != nullptr)
      for (std::size_t c = 0; c < recurrent->cells.size(); ++c)
        if (recurrent->cells[c].reverse) {
          const Eigen::Index hidden = recurrent->hidden();
          picked.middleCols(static_cast<Eigen::Index>(c) * hidden, hidden) =
              all.topRows(1).middleCols(static_cast<Eigen::Index>(c) * hidden, hidden);
        }
    return picked;
  }

  // [steps, outputs] of a layer, in the order of the steps.
  [[nodiscard]] FloatMatrix layer_output(const Run& run, const FloatTrace& trace, std::size_t layer) const {
    const int signal = runner_.signals().layers[layer].output;
    const auto* recurrent = std::get_if<RecurrentLayer>(&network_.layers[layer]);
    if (recurrent == nullptr) return trace.rows(signal, output_count(network_.layers[layer], 0));
    const auto steps = static_cast<Eigen::Index>(run.sequence->steps());
    const auto visits = trace.rows(signal, recurrent->hidden());
    FloatMatrix outputs(steps, recurrent->hidden() * static_cast<Eigen::Index>(recurrent->cells.size()));
    for (std::size_t c = 0; c < recurrent->cells.size(); ++c) {
      const auto place = static_cast<Eigen::Index>(c);
      FloatMatrix rows = visits.middleRows(place * steps, steps);
      if (recurrent->cells[c].reverse) rows = rows.colwise().reverse().eval();
      outputs.middleCols(place * recurrent->hidden(), recurrent->hidden()) = rows;
    }
    return outputs;
  }

  void add_gate(const Run& run, const GateSite& site, UseSums& sums) const {
    const FloatMatrix squares = run.gradients[static_cast<std::size_t>(site.sum_signal)].array().square();
    const FloatMatrix float_operand =
        gate_operand(run, run.trace, site, run.start.layers[site.layer][site.cell].hidden);
    if (!run.fixed) return add_use(float_operand, float_operand, squares, false, sums);
    const Format& format = body_->signals[static_cast<std::size_t>(hidden_signal(site))].format.format;
    const auto& integers = run.fixed_start.layers[site.layer][site.cell].hidden;
    FloatVector start(static_cast<Eigen::Index>(integers.size()));
    for (std::size_t k = 0; k < integers.size(); ++k)
      start[static_cast<Eigen::Index>(k)] = static_cast<float>(format.value(integers[k]));
    add_use(gate_operand(run, *run.fixed, site, start), float_operand, squares, false, sums);
  }

  [[nodiscard]] int hidden_signal(const GateSite& site) const {
    return runner_.signals().layers[site.layer].cells[site.cell].hidden;
  }

  // In the order in which the cell visits the steps.
  [[nodiscard]] FloatMatrix gate_operand(const Run& run, const FloatTrace& trace, const GateSite& site,
                                         const FloatVector& start) const {
    const auto& layer = std::get<RecurrentLayer>(network_.layers[site.layer]);
    const auto steps = static_cast<Eigen::Index>(run.sequence->steps());
    if (site.operand == Operand::ResetHidden)
      return trace.rows(runner_.signals().layers[site.layer].cells[site.cell].reset_hidden, layer.hidden());
    if (site.operand == Operand::OldHidden) {
      FloatMatrix old(steps, layer.hidden());
      old.row(0) = start.transpose();
      old.bottomRows(steps - 1) = trace.rows(hidden_signal(site), layer.hidden())
                                      .middleRows(static_cast<Eigen::Index>(site.cell) * steps, steps - 1);
      return old;
    }
    FloatMatrix inputs = site.layer == 0 ? entered(run, trace) : layer_output(run, trace, site.layer - 1);
    if (layer.cells[site.cell].reverse) inputs = inputs.colwise().reverse().eval();
    return inputs;
  }

  [[nodiscard]] FloatMatrix entered(const Run& run, const FloatTrace& trace) const {
    return trace.rows(runner_.signals().input, run.sequence->features.cols());
  }

  // `squares` [n, rows]: the squared gradient of each row's sum. A step counts as much as all rows hurt
  // there.
  static void add_use(const FloatMatrix& operand, const FloatMatrix& float_operand,
                      const FloatMatrix& squares, bool evenly, UseSums& sums) {
    const Eigen::VectorXf weights =
        evenly ? Eigen::VectorXf::Ones(squares.rows()) : Eigen::VectorXf(squares.rowwise().sum());
    sums.operand.add(operand, weights);
    sums.float_sum += (float_operand.transpose() * weights).cast<double>();
    sums.harm += squares.colwise().sum().transpose().cast<double>();
  }

  const Network& network_;
  FloatRunner runner_;
  FloatGradients gradients_;
  WeightSites sites_;
  MetricSpec metric_;
  std::uint64_t seed_;
  std::optional<FixedNetwork> body_;  // without what comes behind the last recurrent layer's readers
  std::optional<ReferenceSimulator> simulator_;
};

Sequence piece_of(const Sequence& sequence, std::size_t first, std::size_t steps) {
  Sequence piece;
  if (!sequence.tokens.empty())
    piece.tokens.assign(sequence.tokens.begin() + static_cast<std::ptrdiff_t>(first),
                        sequence.tokens.begin() + static_cast<std::ptrdiff_t>(first + steps));
  else
    piece.features =
        sequence.features.middleRows(static_cast<Eigen::Index>(first), static_cast<Eigen::Index>(steps));
  return piece;
}

/// What one part runs through: sequences in their order, each from the initial state or from where the last
/// one ended.
struct PartPlan {
  std::vector<Sequence> sequences;
  bool carries_on = false;
};

std::array<PartPlan, kParts> cut_stream(const DataSet& samples) {
  std::vector<Sequence> pieces;
  for (const Sample& sample : samples.samples)
    for (std::size_t first = 0; first < sample.sequence.steps(); first += kStreamSteps)
      pieces.push_back(
          piece_of(sample.sequence, first, std::min(kStreamSteps, sample.sequence.steps() - first)));
  std::array<PartPlan, kParts> parts;
  for (std::size_t k = 0; k < pieces.size(); ++k)
    parts[k * kParts / pieces.size()].sequences.push_back(std::move(pieces[k]));
  for (PartPlan& part : parts) part.carries_on = true;
  return parts;
}

std::array<PartPlan, kParts> deal(const DataSet& samples) {
  std::array<PartPlan, kParts> parts;
  for (std::size_t k = 0; k < samples.samples.size(); ++k)
    parts[k % kParts].sequences.push_back(samples.samples[k].sequence);
  return parts;
}

Result<void> run_part(const Gatherer& gatherer, const PartPlan& part, std::size_t index, Sums& sums) {
  FloatState state = gatherer.initial_state();
  FixedState fixed_state = gatherer.fixed_initial_state();
  for (std::size_t k = 0; k < part.sequences.size(); ++k) {
    if (!part.carries_on) {
      state = gatherer.initial_state();
      fixed_state = gatherer.fixed_initial_state();
    }
    FIXGATE_CHECK(gatherer.add(part.sequences[k], k * kParts + index, state, fixed_state, sums));
  }
  return {};
}

}  // namespace

Result<WeightStatistics> gather_weight_statistics(const Network& network, const FixedNetwork* fixed,
                                                  const DataSet& samples, const MetricSpec& metric,
                                                  std::uint64_t seed) {
  if (samples.samples.empty()) return fail("there is no calibration data");
  const Gatherer gatherer(network, fixed, metric, seed);
  const auto parts = samples.is_stream ? cut_stream(samples) : deal(samples);
  std::vector<Sums> sums(kParts, gatherer.no_sums());
  std::vector<Result<void>> results(kParts);
  parallel_for_each_index(kParts, [&](std::size_t index) {
    results[index] = run_part(gatherer, parts[index], index, sums[index]);
  });
  for (const auto& result : results) FIXGATE_CHECK(result);
  for (std::size_t index = 1; index < kParts; ++index) sums[0].merge(sums[index]);
  return gatherer.statistics(sums[0]);
}

}  // namespace fixgate
