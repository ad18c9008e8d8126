#include "calibrate/weight_statistics.h"

#include <algorithm>
#include <array>
#include <utility>

#include "calibrate/embedding_use.h"
#include "calibrate/observed_run.h"
#include "calibrate/output_gradient.h"
#include "parallel/for_each_index.h"

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
  Eigen::VectorXd harm;

  UseSums() = default;
  UseSums(Eigen::Index rows, Eigen::Index columns) : operand(columns), harm(Eigen::VectorXd::Zero(rows)) {}

  void merge(const UseSums& other) {
    operand.merge(other.operand);
    harm += other.harm;
  }
};

struct Sums {
  std::vector<UseSums> embedding;  // at most one
  std::vector<UseSums> dense;
  std::vector<UseSums> gates;
  std::int64_t output_rows = 0;

  void merge(const Sums& other) {
    for (std::size_t k = 0; k < embedding.size(); ++k) embedding[k].merge(other.embedding[k]);
    for (std::size_t k = 0; k < dense.size(); ++k) dense[k].merge(other.dense[k]);
    for (std::size_t k = 0; k < gates.size(); ++k) gates[k].merge(other.gates[k]);
    output_rows += other.output_rows;
  }
};

// `squares` [n, rows]: the squared gradient of each row's sum. A step counts as much as all rows hurt there.
void add_use(const FloatMatrix& operand, const FloatMatrix& squares, const Eigen::VectorXf& weights,
             UseSums& sums) {
  sums.operand.add(operand, weights);
  sums.harm += squares.colwise().sum().transpose().cast<double>();
}

class Gatherer {
 public:
  explicit Gatherer(const CalibrationRunner& runner)
      : runner_(runner), network_(runner.network()), sites_(list_weight_sites(network_, runner.signals())) {}

  [[nodiscard]] Sums no_sums() const {
    Sums sums;
    if (!sites_.embedding.empty()) {
      const auto& table = *std::get<EmbeddingLayer>(network_.layers[0]).table;
      const auto* reader = reader_of_embedding(network_);
      sums.embedding.emplace_back(table.rows(), reader == nullptr ? table.cols() : count_sums(*reader));
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

  void add(const ObservedRun& run, Sums& sums) const {
    sums.output_rows += run.outputs.rows();
    for (UseSums& embedding : sums.embedding) add_embedding(run, embedding);
    for (std::size_t k = 0; k < sites_.dense.size(); ++k) add_dense(run, sites_.dense[k], sums.dense[k]);
    for (std::size_t k = 0; k < sites_.gates.size(); ++k) {
      const int signal = sites_.gates[k].sum_signal;
      const FloatMatrix squares = run.gradients[static_cast<std::size_t>(signal)].array().square();
      add_use(run.gate_operand(sites_.gates[k]), squares, squares.rowwise().sum(), sums.gates[k]);
    }
  }

  [[nodiscard]] WeightStatistics statistics(const Sums& sums) const {
    WeightStatistics all;
    const double outputs = static_cast<double>(std::max<std::int64_t>(sums.output_rows, 1));
    for (const UseSums& one : sums.embedding)
      all[sites_.embedding].push_back(
          embedding_use(runner_, one.operand.second_moment(), one.harm / outputs));
    for (std::size_t k = 0; k < sites_.dense.size(); ++k)
      all[sites_.dense[k].matrix].push_back(
          use_of(sums.dense[k], outputs, makes_up_for_mean(sites_.dense[k])));
    for (std::size_t k = 0; k < sites_.gates.size(); ++k)
      all[sites_.gates[k].matrix].push_back(use_of(sums.gates[k], outputs, true));
    return all;
  }

 private:
  static MatrixUse use_of(const UseSums& sums, double outputs, bool has_bias) {
    const Eigen::MatrixXd moment = sums.operand.second_moment();
    return {sums.operand.mean(), moment, moment, sums.harm / outputs, has_bias};
  }

  // A softmax's biases move all its probabilities: the mean error of one logit is no guide to them.
  [[nodiscard]] bool makes_up_for_mean(const DenseSite& site) const {
    const MetricKind kind = runner_.metric().kind;
    const bool is_regression = kind == MetricKind::Rmse || kind == MetricKind::Mae;
    return std::get<DenseLayer>(network_.layers[site.layer]).has_bias && (!is_last(site) || is_regression);
  }

  [[nodiscard]] bool is_last(const DenseSite& site) const { return site.layer + 1 == network_.layers.size(); }

  void add_embedding(const ObservedRun& run, UseSums& sums) const {
    const FloatMatrix gradient = gradient_behind_embedding(runner_, run);
    sums.operand.add(gradient, Eigen::VectorXf::Ones(gradient.rows()));
    for (const std::int32_t token : run.sequence().tokens) sums.harm[token] += 1;
  }

  void add_dense(const ObservedRun& run, const DenseSite& site, UseSums& sums) const {
    const auto& layer = std::get<DenseLayer>(network_.layers[site.layer]);
    const LayerSignals& signals = runner_.signals().layers[site.layer];
    if (is_last(site) && !layer.has_activation) {
      const FloatMatrix squares = expected_output_square(runner_.metric(), run.outputs);
      return add_use(run.dense_operand(site.layer), squares, Eigen::VectorXf::Ones(squares.rows()), sums);
    }
    const int signal = layer.has_activation ? signals.pre_activation : signals.output;
    const FloatMatrix squares = run.gradients[static_cast<std::size_t>(signal)].array().square();
    add_use(run.dense_operand(site.layer), squares, squares.rowwise().sum(), sums);
  }

  const CalibrationRunner& runner_;
  const Network& network_;
  WeightSites sites_;
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

Result<void> run_part(const CalibrationRunner& runner, const Gatherer& gatherer, const PartPlan& part,
                      std::size_t index, Sums& sums) {
  CalibrationState state = runner.initial_state();
  for (std::size_t k = 0; k < part.sequences.size(); ++k) {
    if (!part.carries_on) state = runner.initial_state();
    FIXGATE_ASSIGN(const ObservedRun run, runner.run(part.sequences[k], k * kParts + index, state));
    gatherer.add(run, sums);
  }
  return {};
}

}  // namespace

Result<WeightStatistics> gather_weight_statistics(const Network& network, const FixedNetwork* fixed,
                                                  const DataSet& samples, const MetricSpec& metric,
                                                  std::uint64_t seed) {
  if (samples.samples.empty()) return fail("there is no calibration data");
  const CalibrationRunner runner(network, fixed, metric, seed);
  const Gatherer gatherer(runner);
  const auto parts = samples.is_stream ? cut_stream(samples) : deal(samples);
  std::vector<Sums> sums(kParts, gatherer.no_sums());
  std::vector<Result<void>> results(kParts);
  parallel_for_each_index(kParts, [&](std::size_t index) {
    results[index] = run_part(runner, gatherer, parts[index], index, sums[index]);
  });
  for (const auto& result : results) FIXGATE_CHECK(result);
  for (std::size_t index = 1; index < kParts; ++index) sums[0].merge(sums[index]);
  return gatherer.statistics(sums[0]);
}

}  // namespace fixgate
