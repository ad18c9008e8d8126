#include "quantize/parameter_counts.h"

#include <set>

#include "cells/recognise.h"
#include "network/overloaded.h"
#include "program/uses.h"

namespace fixgate::program {
namespace {

/// Biases of the file beyond the constants of a layer that is a cell.
std::int64_t merged_biases(const Program& program, LayerId layer) {
  const auto cell = cells::recognise_cell(program, layer);
  if (!cell) return 0;
  const int gates = std::visit(Overloaded{[](const cells::LstmAttributes&) { return 4; },
                                          [](const cells::GruAttributes&) { return 3; },
                                          [](const cells::RnnAttributes&) { return 1; }},
                               cell->attributes);
  std::int64_t merged = 2 * std::int64_t{gates} * cell->shape.hidden;
  for (const auto& [name, id] : cell->constants) merged -= program.constants[id].size;
  return merged;
}

std::int64_t recurrent_parameters(const FloatNetwork& network) {
  std::set<const FloatMatrix*> weights;
  std::set<ConstantId> constants;
  for (const LayerId id : network.program.layers.ids()) {
    if (!is_recurrent(network.program, id)) continue;
    const LayerUses uses = uses_of(network.program.layers[id]);
    for (const MatrixId matrix : uses.matrices) weights.insert(network.weights[matrix].get());
    constants.insert(uses.constants.begin(), uses.constants.end());
  }
  std::int64_t count = 0;
  for (const FloatMatrix* matrix : weights) count += matrix->size();
  for (const ConstantId constant : constants) count += network.constants[constant].size();
  return count;
}

}  // namespace

ParameterCount parameters_of_file(const FloatNetwork& network) {
  ParameterCount count{count_parameters(network), recurrent_parameters(network)};
  for (const LayerId id : network.program.layers.ids()) {
    const std::int64_t merged = merged_biases(network.program, id);
    count.whole += merged;
    count.recurrent += merged;
  }
  return count;
}

}  // namespace fixgate::program
