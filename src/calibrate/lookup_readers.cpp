#include "calibrate/lookup_readers.h"

#include <algorithm>
#include <cmath>

#include "program/uses.h"

namespace fixgate::program {
namespace {

/// How often statements read the value.
std::size_t count_reads(const Program& program, ValueId value) {
  std::size_t count = 0;
  for (const Layer& layer : program.layers)
    for (const Read& read : uses_of(layer).reads) count += read.value == value ? 1 : 0;
  return count;
}

bool is_reader(const Program& program, const ProductSite& site, ValueId value) {
  const bool is_dense = std::holds_alternative<Dense>(program.matrices[site.matrix].shape);
  const bool is_on_its_clock = program.layers[site.layer].clock == program.values[value].clock;
  return !site.is_lookup && site.is_term && is_dense && is_on_its_clock && site.read == Read{value};
}

Eigen::MatrixXd real_weights(const WeightMatrix& matrix) {
  Eigen::MatrixXd real(matrix.rows, matrix.columns);
  for (int j = 0; j < matrix.rows; ++j)
    for (int k = 0; k < matrix.columns; ++k)
      real(j, k) = std::ldexp(matrix.row(j)[static_cast<std::size_t>(k)],
                              -matrix.row_fractions[static_cast<std::size_t>(j)]);
  return real;
}

Eigen::MatrixXd stacked(const std::vector<Eigen::MatrixXd>& matrices) {
  Eigen::Index rows = 0;
  for (const Eigen::MatrixXd& matrix : matrices) rows += matrix.rows();
  Eigen::MatrixXd all(rows, matrices.front().cols());
  rows = 0;
  for (const Eigen::MatrixXd& matrix : matrices) {
    all.middleRows(rows, matrix.rows()) = matrix;
    rows += matrix.rows();
  }
  return all;
}

}  // namespace

std::vector<std::size_t> readers_of_lookup(const Program& program, const std::vector<ProductSite>& sites,
                                           std::size_t lookup) {
  const ValueId value = sites[lookup].target;
  std::vector<std::size_t> readers;
  for (std::size_t k = 0; k < sites.size(); ++k)
    if (is_reader(program, sites[k], value)) readers.push_back(k);
  const bool is_output =
      std::ranges::any_of(program.outputs, [&](const Output& output) { return output.value == value; });
  if (is_output || readers.size() != count_reads(program, value)) return {};
  std::ranges::stable_sort(readers, {}, [&](std::size_t k) { return sites[k].matrix; });
  return readers;
}

FloatMatrix gradient_behind_lookup(const CalibrationRunner& runner, const ObservedRun& run,
                                   std::size_t lookup, const std::vector<std::size_t>& readers) {
  if (readers.empty()) return run.gradients.products[lookup];
  const Program& program = runner.network().program;
  const std::vector<ProductSite>& sites = runner.gradients().sites();
  Eigen::Index columns = 0;
  for (const std::size_t k : readers) columns += run.gradients.products[k].cols();
  FloatMatrix gradient(run.gradients.products[readers.front()].rows(), columns);
  Eigen::Index column = 0;
  for (const std::size_t k : readers) {
    const FloatMatrix& visits = run.gradients.products[k];
    const TickOrder order(program, program.layers[sites[k].layer], run.operands.counts);
    for (Eigen::Index position = 0; position < visits.rows(); ++position)
      gradient.row(order.tick_at(position)).segment(column, visits.cols()) = visits.row(position);
    column += visits.cols();
  }
  return gradient;
}

MatrixUse lookup_use(const CalibrationRunner& runner, const std::vector<std::size_t>& readers,
                     const Eigen::MatrixXd& fisher, const Eigen::VectorXd& harm) {
  MatrixUse use;
  use.harm = harm;
  use.moment = use.cross = fisher;
  if (!readers.empty()) {
    std::vector<Eigen::MatrixXd> real, fixed;
    for (const std::size_t k : readers) {
      const MatrixId id = runner.gradients().sites()[k].matrix;
      real.push_back(runner.network().weights[id]->cast<double>());
      fixed.push_back(runner.fixed() == nullptr ? real.back() : real_weights(runner.fixed()->weights[id]));
    }
    const Eigen::MatrixXd judged = stacked(fixed).transpose() * fisher;
    use.cross = judged * stacked(real);
    use.moment = runner.fixed() == nullptr ? use.cross : judged * stacked(fixed);
  }
  use.mean = Eigen::VectorXd::Zero(use.moment.rows());
  return use;
}

}  // namespace fixgate::program
