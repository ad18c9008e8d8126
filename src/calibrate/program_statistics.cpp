#include "calibrate/program_statistics.h"

#include <algorithm>
#include <map>
#include <random>
#include <utility>

#include "calibrate/lookup_readers.h"
#include "calibrate/output_gradient.h"
#include "calibrate/patches.h"
#include "calibrate/recording_parts.h"
#include "parallel/for_each_index.h"

namespace fixgate::program {
namespace {

/// Sums for one use of one matrix; of a diagonal one nothing.
struct UseSums {
  Moments operand;
  Eigen::VectorXd harm;

  void merge(const UseSums& other) {
    operand.merge(other.operand);
    harm += other.harm;
  }
};

struct Sums {
  std::vector<UseSums> uses;  // by site
  std::int64_t output_rows = 0;

  void merge(const Sums& other) {
    for (std::size_t k = 0; k < uses.size(); ++k) uses[k].merge(other.uses[k]);
    output_rows += other.output_rows;
  }
};

bool is_output(const Program& program, ValueId value) {
  return std::ranges::any_of(program.outputs, [&](const Output& output) { return output.value == value; });
}

/// The output whose sum the product is a term of, tick by tick; none: it is another's, or a table follows.
std::optional<std::size_t> output_of(const Program& program, const ProductSite& site) {
  if (!site.is_term || program.layers[site.layer].is_reverse) return std::nullopt;
  for (std::size_t k = 0; k < program.outputs.size(); ++k)
    if (program.outputs[k].value == site.target) return k;
  return std::nullopt;
}

class Gatherer {
 public:
  Gatherer(const CalibrationRunner& runner, const MetricSpec& metric)
      : runner_(runner), program_(runner.network().program), metric_(metric) {
    for (std::size_t k = 0; k < sites().size(); ++k) {
      readers_.push_back(sites()[k].is_lookup ? readers_of_lookup(program_, sites(), k)
                                              : std::vector<std::size_t>());
      const auto* slide = std::get_if<Slide>(&program_.matrices[sites()[k].matrix].shape);
      patches_.push_back(slide == nullptr ? std::vector<Patch>() : patches_of(*slide));
    }
  }

  [[nodiscard]] const CalibrationRunner& runner() const { return runner_; }

  [[nodiscard]] Sums no_sums() const {
    Sums sums;
    for (std::size_t k = 0; k < sites().size(); ++k) {
      const Matrix& matrix = program_.matrices[sites()[k].matrix];
      Eigen::Index size = is_diagonal(k) ? 0 : matrix.columns;
      if (!readers_[k].empty()) {
        size = 0;
        for (const std::size_t reader : readers_[k]) size += program_.matrices[sites()[reader].matrix].rows;
      }
      sums.uses.push_back({Moments(size), Eigen::VectorXd::Zero(matrix.rows)});
    }
    return sums;
  }

  void add(const ObservedRun& run, Sums& sums) const {
    sums.output_rows += run.outputs.front().rows();
    for (std::size_t k = 0; k < sites().size(); ++k) {
      if (is_diagonal(k) || run.gradients.products[k].size() == 0) continue;
      if (sites()[k].is_lookup)
        add_lookup(run, k, sums.uses[k]);
      else if (patches_[k].empty())
        add_dense(run, k, sums.uses[k]);
      else
        add_slid(run, k, sums.uses[k]);
    }
  }

  [[nodiscard]] WeightStatistics statistics(const Sums& sums) const {
    const auto shared = shared_matrices(runner_.network());
    const double outputs = static_cast<double>(std::max<std::int64_t>(sums.output_rows, 1));
    WeightStatistics all;
    for (std::size_t k = 0; k < sites().size(); ++k) {
      if (is_diagonal(k)) continue;
      const std::string name = full_name(program_, program_.matrices[shared[sites()[k].matrix]]);
      all[name].push_back(use_of(k, sums.uses[k], outputs));
    }
    return all;
  }

 private:
  [[nodiscard]] const std::vector<ProductSite>& sites() const { return runner_.gradients().sites(); }
  [[nodiscard]] bool is_diagonal(std::size_t site) const {
    return std::holds_alternative<Diagonal>(program_.matrices[sites()[site].matrix].shape);
  }

  [[nodiscard]] MatrixUse use_of(std::size_t site, const UseSums& sums, double outputs) const {
    const Eigen::MatrixXd moment = sums.operand.second_moment();
    if (sites()[site].is_lookup) return lookup_use(runner_, readers_[site], moment, sums.harm / outputs);
    return {sums.operand.mean(), moment, moment, sums.harm / outputs,
            has_correctable_bias(program_, sites()[site], metric_)};
  }

  void add_lookup(const ObservedRun& run, std::size_t site, UseSums& sums) const {
    const FloatMatrix gradient = gradient_behind_lookup(runner_, run, site, readers_[site]);
    sums.operand.add(gradient, Eigen::VectorXf::Ones(gradient.rows()));
    const FloatMatrix tokens = runner_.gradients().operand(site, run.operands);
    for (Eigen::Index k = 0; k < tokens.rows(); ++k) sums.harm[static_cast<Eigen::Index>(tokens(k, 0))] += 1;
  }

  // A position counts as much as all rows hurt there.
  void add_dense(const ObservedRun& run, std::size_t site, UseSums& sums) const {
    const FloatMatrix operand = runner_.gradients().operand(site, run.operands);
    const auto output = output_of(program_, sites()[site]);
    const FloatMatrix squares = output ? expected_output_square(metric_, run.outputs[*output])
                                       : FloatMatrix(run.gradients.products[site].array().square());
    const Eigen::VectorXf weights =
        output ? Eigen::VectorXf::Ones(squares.rows()).eval() : squares.rowwise().sum().eval();
    sums.operand.add(operand, weights);
    sums.harm += squares.colwise().sum().transpose().cast<double>();
  }

  void add_slid(const ObservedRun& run, std::size_t site, UseSums& sums) const {
    const FloatMatrix inputs = runner_.gradients().operand(site, run.operands);
    const FloatMatrix& gradient = run.gradients.products[site];
    for (const Patch& patch : patches_[site]) {
      Eigen::VectorXf weights = Eigen::VectorXf::Zero(gradient.rows());
      for (const Patch::Element& element : patch.elements) {
        const Eigen::VectorXf squares = gradient.col(element.output).array().square();
        weights += squares;
        sums.harm[element.row] += static_cast<double>(squares.sum());
      }
      sums.operand.add(inputs_under(patch, inputs, sums.operand.size()), weights);
    }
  }

  const CalibrationRunner& runner_;
  const Program& program_;
  MetricSpec metric_;
  std::vector<std::vector<std::size_t>> readers_;  // by site: of what is looked up
  std::vector<std::vector<Patch>> patches_;        // by site: of slid matrices
};

/// What labels are drawn from: each recording has draws of its own.
struct LabelDraws {
  MetricSpec metric;
  std::uint64_t seed = 0;
  std::size_t part = 0;

  [[nodiscard]] OutputGradients of_recording(std::uint64_t k) const {
    return [this, number = k * kSampleParts + part](const std::vector<FloatMatrix>& outputs) {
      std::mt19937_64 random(seed * 0x9e3779b97f4a7c15U + number);
      std::vector<FloatMatrix> gradients;
      for (const FloatMatrix& one : outputs)
        gradients.push_back(sampled_output_gradient(metric, one, random));
      return gradients;
    };
  }
};

Result<void> run_part(const Gatherer& gatherer, const RecordingPart& part, const LabelDraws& draws,
                      const Supervision& supervision, Sums& sums) {
  const CalibrationRunner& runner = gatherer.runner();
  RunState state = runner.initial_state();
  for (std::size_t k = 0; k < part.recordings.size(); ++k) {
    FIXGATE_CHECK(supervision.check());
    if (!part.carries_on) state = runner.initial_state();
    FIXGATE_ASSIGN(const ObservedRun run, runner.run(part.recordings[k], state, draws.of_recording(k)));
    gatherer.add(run, sums);
    supervision.progress->advance();
  }
  return {};
}

}  // namespace

IdVector<MatrixId, MatrixId> shared_matrices(const FloatNetwork& network) {
  IdVector<MatrixId, MatrixId> shared;
  std::map<const FloatMatrix*, MatrixId> first;
  for (const MatrixId id : network.program.matrices.ids())
    shared.add(first.try_emplace(network.weights[id].get(), id).first->second);
  return shared;
}

bool has_correctable_bias(const Program& program, const ProductSite& site, const MetricSpec& metric) {
  if (!site.beside || !site.is_term) return false;
  if (is_regression(metric)) return true;
  if (is_output(program, site.target)) return false;
  for (const Layer& layer : program.layers)
    for (const Statement& statement : layer.statements)
      if (const auto* table = std::get_if<TableStatement>(&statement))
        if (table->argument.value == site.target && is_output(program, table->target) &&
            program.values[table->target].role == SignalRole::Output)
          return false;
  return true;
}

Result<WeightStatistics> gather_weight_statistics(const FloatNetwork& network, const FixedNetwork* fixed,
                                                  const Recordings& data, const MetricSpec& metric,
                                                  std::uint64_t seed, const Supervision& supervision) {
  if (data.recordings.empty()) return fail("there is no calibration data");
  const CalibrationRunner runner(network, fixed);
  const Gatherer gatherer(runner, metric);
  const auto parts = cut_into_parts(network.program, data);
  std::vector<Sums> sums(kSampleParts, gatherer.no_sums());
  std::vector<Result<void>> results(kSampleParts);
  std::size_t recordings = 0;
  for (const RecordingPart& part : parts) recordings += part.recordings.size();
  Progress progress("weight statistics", static_cast<std::int64_t>(recordings), "sequences",
                    supervision.progress);
  parallel_for_each_index(kSampleParts, [&](std::size_t index) {
    results[index] =
        run_part(gatherer, parts[index], {metric, seed, index}, {supervision.stop, &progress}, sums[index]);
  });
  for (const auto& result : results) FIXGATE_CHECK(result);
  for (std::size_t index = 1; index < kSampleParts; ++index) sums[0].merge(sums[index]);
  return gatherer.statistics(sums[0]);
}

}  // namespace fixgate::program
