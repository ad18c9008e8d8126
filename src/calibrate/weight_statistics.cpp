#include "calibrate/weight_statistics.h"

#include <algorithm>
#include <utility>

#include "calibrate/embedding_use.h"
#include "calibrate/observed_run.h"
#include "calibrate/output_gradient.h"
#include "calibrate/sample_parts.h"
#include "parallel/for_each_index.h"

namespace fixgate {
namespace {

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
  Gatherer(const CalibrationRunner& runner, const MetricSpec& metric)
      : runner_(runner),
        network_(runner.network()),
        metric_(metric),
        sites_(list_weight_sites(network_, runner.signals())) {}

  [[nodiscard]] const CalibrationRunner& runner() const { return runner_; }

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
    const MetricKind kind = metric_.kind;
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
    if (is_last(site) && !layer.has_activation) {
      const FloatMatrix squares = expected_output_square(metric_, run.outputs);
      return add_use(run.dense_operand(site.layer), squares, Eigen::VectorXf::Ones(squares.rows()), sums);
    }
    const FloatMatrix squares = run.gradients[static_cast<std::size_t>(site.sum_signal)].array().square();
    add_use(run.dense_operand(site.layer), squares, squares.rowwise().sum(), sums);
  }

  const CalibrationRunner& runner_;
  const Network& network_;
  MetricSpec metric_;
  WeightSites sites_;
};

/// What labels are drawn from: each sequence has draws of its own.
struct LabelDraws {
  MetricSpec metric;
  std::uint64_t seed = 0;
  std::size_t part = 0;

  [[nodiscard]] OutputGradient of_sequence(std::uint64_t k) const {
    return [this, number = k * kSampleParts + part](const FloatMatrix& outputs) {
      std::mt19937_64 random(seed * 0x9e3779b97f4a7c15U + number);
      return sampled_output_gradient(metric, outputs, random);
    };
  }
};

Result<void> run_part(const Gatherer& gatherer, const SamplePart& part, const LabelDraws& draws,
                      const Supervision& supervision, Sums& sums) {
  const CalibrationRunner& runner = gatherer.runner();
  CalibrationState state = runner.initial_state();
  for (std::size_t k = 0; k < part.sequences.size(); ++k) {
    FIXGATE_CHECK(supervision.check());
    if (!part.carries_on) state = runner.initial_state();
    FIXGATE_ASSIGN(const ObservedRun run, runner.run(part.sequences[k], state, draws.of_sequence(k)));
    gatherer.add(run, sums);
    supervision.progress->advance();
  }
  return {};
}

}  // namespace

Result<WeightStatistics> gather_weight_statistics(const Network& network, const FixedChain* fixed,
                                                  const DataSet& samples, const MetricSpec& metric,
                                                  std::uint64_t seed, const Supervision& supervision) {
  if (samples.samples.empty()) return fail("there is no calibration data");
  const CalibrationRunner runner(network, fixed);
  const Gatherer gatherer(runner, metric);
  const auto parts = cut_into_parts(samples);
  std::vector<Sums> sums(kSampleParts, gatherer.no_sums());
  std::vector<Result<void>> results(kSampleParts);
  std::size_t sequences = 0;
  for (const SamplePart& part : parts) sequences += part.sequences.size();
  Progress progress("weight statistics", static_cast<std::int64_t>(sequences), "sequences",
                    supervision.progress);
  parallel_for_each_index(kSampleParts, [&](std::size_t index) {
    results[index] =
        run_part(gatherer, parts[index], {metric, seed, index}, {supervision.stop, &progress}, sums[index]);
  });
  for (const auto& result : results) FIXGATE_CHECK(result);
  for (std::size_t index = 1; index < kSampleParts; ++index) sums[0].merge(sums[index]);
  return gatherer.statistics(sums[0]);
}

}  // namespace fixgate
