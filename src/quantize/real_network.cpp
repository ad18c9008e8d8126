#include "quantize/real_network.h"

#include <cassert>
#include <cmath>
#include <map>
#include <utility>

#include "numeric/exact_sum.h"

namespace fixgate {
namespace {

using OwnMatrix = std::shared_ptr<FloatMatrix>;

// Copies of the matrices that layers share, one for each, so that tied ones stay tied.
void own_matrices(Network& network) {
  std::map<const FloatMatrix*, OwnMatrix> copies;
  const auto own = [&](SharedMatrix& matrix) {
    OwnMatrix& copy = copies[matrix.get()];
    if (!copy) copy = std::make_shared<FloatMatrix>(*matrix);
    matrix = copy;
  };
  for (Layer& layer : network.layers) {
    if (auto* embedding = std::get_if<EmbeddingLayer>(&layer)) own(embedding->table);
    if (auto* dense = std::get_if<DenseLayer>(&layer)) own(dense->weights);
  }
}

ParameterBlock block(const SharedMatrix& matrix) {
  auto& own = *std::const_pointer_cast<FloatMatrix>(matrix);  // made by own_matrices()
  return {own.data(), own.rows(), own.cols()};
}

ParameterBlock rows_of_gate(FloatMatrix& matrix, Eigen::Index gate, Eigen::Index hidden) {
  return {matrix.data() + gate * hidden * matrix.cols(), hidden, matrix.cols()};
}

ParameterBlock rows_of_gate(FloatVector& bias, Eigen::Index gate, Eigen::Index hidden) {
  return {bias.data() + gate * hidden, hidden, 1};
}

void set_bias(const BiasVector& fixed, const std::vector<int>& fractions, ParameterBlock to) {
  for (std::size_t row = 0; row < fixed.size(); ++row)
    to.values[row] = static_cast<float>(std::ldexp(static_cast<double>(fixed[row]), -fractions[row]));
}

/// Fractions of the accumulators behind one or two matrices.
class AccumulatorFractions {
 public:
  explicit AccumulatorFractions(const FixedChain& fixed) : fixed_(fixed) {}

  [[nodiscard]] std::vector<int> of(int weights, int signal) const {
    std::vector<int> fractions;
    for (const int row : matrix(weights).row_fractions)
      fractions.push_back(product_fraction(row, fraction(signal)));
    return fractions;
  }

  [[nodiscard]] std::vector<int> of(int weights, int signal, int recurrent_weights, int hidden) const {
    std::vector<int> fractions;
    for (std::size_t row = 0; row < matrix(weights).row_fractions.size(); ++row)
      fractions.push_back(
          sum_fraction(product_fraction(matrix(weights).row_fractions[row], fraction(signal)),
                       product_fraction(matrix(recurrent_weights).row_fractions[row], fraction(hidden))));
    return fractions;
  }

 private:
  [[nodiscard]] const WeightMatrix& matrix(int index) const {
    return fixed_.weights[static_cast<std::size_t>(index)];
  }
  [[nodiscard]] int fraction(int signal) const {
    return fixed_.signals[static_cast<std::size_t>(signal)].format.format.fraction;
  }

  const FixedChain& fixed_;
};

void take_gate_bias(const FixedRecurrent& layer, const FixedCell& cell, std::size_t gate,
                    const AccumulatorFractions& fractions, RecurrentCell& to) {
  const FixedGate& from = cell.gates[gate];
  const auto index = static_cast<Eigen::Index>(gate);
  const ParameterBlock recurrent = rows_of_gate(to.recurrent_bias, index, layer.hidden);
  const ParameterBlock input = rows_of_gate(to.input_bias, index, layer.hidden);
  if (layer.kind == CellKind::Gru && gate == 2 && layer.linear_before_reset) {
    set_bias(from.bias, fractions.of(from.input_weights, layer.input_signal), input);
    set_bias(from.recurrent_bias, fractions.of(from.recurrent_weights, cell.signals.hidden), recurrent);
    return;
  }
  const int reads =
      layer.kind == CellKind::Gru && gate == 2 ? cell.signals.reset_hidden : cell.signals.hidden;
  set_bias(from.bias, fractions.of(from.input_weights, layer.input_signal, from.recurrent_weights, reads),
           input);
  std::fill_n(recurrent.values, recurrent.rows, 0.0F);
}

}  // namespace

void write_real_values(const WeightMatrix& matrix, float* to) {
  for (int row = 0; row < matrix.rows; ++row) {
    const float step = std::ldexp(1.0F, -matrix.row_fractions[static_cast<std::size_t>(row)]);
    for (const std::int32_t q : matrix.row(row)) *to++ = static_cast<float>(q) * step;
  }
}

RealNetwork::RealNetwork(const Network& network, const FixedChain& fixed)
    : network_(network), signals_(list_signals(network)), sites_(list_weight_sites(network, signals_)) {
  own_matrices(network_);
  take_weights(fixed);
  take_biases(fixed);
}

ParameterBlock RealNetwork::weights(const std::string& name) {
  if (name == sites_.embedding) return block(std::get<EmbeddingLayer>(network_.layers[0]).table);
  for (const DenseSite& site : sites_.dense)
    if (site.matrix == name) return block(std::get<DenseLayer>(network_.layers[site.layer]).weights);
  for (const GateSite& site : sites_.gates) {
    if (site.matrix != name) continue;
    auto& layer = std::get<RecurrentLayer>(network_.layers[site.layer]);
    RecurrentCell& cell = layer.cells[site.cell];
    FloatMatrix& matrix = site.operand == Operand::Inputs ? cell.input_weights : cell.recurrent_weights;
    return rows_of_gate(matrix, static_cast<Eigen::Index>(site.gate), layer.hidden());
  }
  assert(false && "a matrix of the network");
  return {};
}

ParameterBlock RealNetwork::bias(int signal) {
  for (const DenseSite& site : sites_.dense) {
    auto& layer = std::get<DenseLayer>(network_.layers[site.layer]);
    if (layer.has_bias && site.sum_signal == signal) return {layer.bias.data(), layer.bias.size(), 1};
  }
  for (const GateSite& site : sites_.gates) {
    if (site.sum_signal != signal) continue;
    auto& layer = std::get<RecurrentLayer>(network_.layers[site.layer]);
    RecurrentCell& cell = layer.cells[site.cell];
    FloatVector& bias = site.operand == Operand::Inputs ? cell.input_bias : cell.recurrent_bias;
    return rows_of_gate(bias, static_cast<Eigen::Index>(site.gate), layer.hidden());
  }
  return {};
}

void RealNetwork::take_weights(const FixedChain& fixed) {
  for (const WeightMatrix& matrix : fixed.weights) write_real_values(matrix, weights(matrix.name).values);
}

void RealNetwork::take_biases(const FixedChain& fixed) {
  const AccumulatorFractions fractions(fixed);
  for (std::size_t index = 0; index < fixed.layers.size(); ++index) {
    if (const auto* from = std::get_if<FixedDense>(&fixed.layers[index])) {
      auto& to = std::get<DenseLayer>(network_.layers[index]);
      set_bias(from->bias, fractions.of(from->weights, from->input_signal),
               {to.bias.data(), to.bias.size(), 1});
    }
    if (const auto* from = std::get_if<FixedRecurrent>(&fixed.layers[index]))
      for (std::size_t cell = 0; cell < from->cells.size(); ++cell)
        for (std::size_t gate = 0; gate < from->cells[cell].gates.size(); ++gate)
          take_gate_bias(*from, from->cells[cell], gate, fractions,
                         std::get<RecurrentLayer>(network_.layers[index]).cells[cell]);
  }
}

}  // namespace fixgate
