#include "calibrate/parameter_gradients.h"

#include "simulate/float_product.h"

namespace fixgate {
namespace {

template <typename Key, typename Values>
void accumulate(std::map<Key, Values>& to, const Key& key, const Values& values) {
  const auto [place, is_new] = to.try_emplace(key, values);
  if (!is_new) place->second += values;
}

FloatVector column_sums(const FloatMatrix& gradient) {
  return gradient.colwise().sum().transpose();
}

void add_embedding(const CalibrationRunner& runner, const std::string& name, const ObservedRun& run,
                   std::map<std::string, FloatMatrix>& weights) {
  const auto& table = *std::get<EmbeddingLayer>(runner.network().layers[0]).table;
  const FloatMatrix& gradient = run.gradients[static_cast<std::size_t>(runner.signals().layers[0].output)];
  const auto [place, is_new] = weights.try_emplace(name);
  if (is_new) place->second = FloatMatrix::Zero(table.rows(), table.cols());
  const auto& tokens = run.sequence().tokens;
  for (std::size_t step = 0; step < tokens.size(); ++step)
    place->second.row(tokens[step]) += gradient.row(static_cast<Eigen::Index>(step));
}

}  // namespace

void ParameterGradients::add(const CalibrationRunner& runner, const WeightSites& sites,
                             const ObservedRun& run) {
  const auto gradient = [&](int signal) -> const FloatMatrix& {
    return run.gradients[static_cast<std::size_t>(signal)];
  };
  for (const DenseSite& site : sites.dense) {
    const FloatMatrix& by_sums = gradient(site.sum_signal);
    accumulate(weights, site.matrix, transposed_product(by_sums, run.dense_operand(site.layer)));
    accumulate(sums, site.sum_signal, column_sums(by_sums));
  }
  const auto is_own_sum = [&](const GateSite& site) {
    const auto& cell = runner.signals().layers[site.layer].cells[site.cell];
    return site.operand == Operand::Inputs || site.sum_signal == cell.recurrent;
  };
  for (const GateSite& site : sites.gates) {
    accumulate(weights, site.matrix, transposed_product(gradient(site.sum_signal), run.gate_operand(site)));
    // W's and R's sums are one, but for a GRU's candidate with linear_before_reset.
    if (is_own_sum(site)) accumulate(sums, site.sum_signal, column_sums(gradient(site.sum_signal)));
  }
  if (!sites.embedding.empty()) add_embedding(runner, sites.embedding, run, weights);
}

void ParameterGradients::merge(const ParameterGradients& other) {
  for (const auto& [name, values] : other.weights) accumulate(weights, name, values);
  for (const auto& [signal, values] : other.sums) accumulate(sums, signal, values);
}

}  // namespace fixgate
