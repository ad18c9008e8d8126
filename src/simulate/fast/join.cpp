#include "simulate/fast/join.h"

#include <algorithm>
#include <limits>

namespace fixgate::fast {
namespace {

std::int32_t most_of(const Storage& storage) {
  return storage.size == 1 ? std::numeric_limits<std::int8_t>::max()
                           : std::numeric_limits<std::int16_t>::max();
}

/// False: a weight leaves the range that its storage has on both sides.
bool shift_row(WeightMatrix& weights, std::size_t row, int left, std::int64_t most) {
  const auto columns = static_cast<std::size_t>(weights.columns);
  for (std::int32_t& weight : std::span(weights.values).subspan(row * columns, columns)) {
    const std::int64_t shifted = std::int64_t{weight} * (std::int64_t{1} << left);
    if (shifted > most || shifted < -most - 1) return false;
    weight = static_cast<std::int32_t>(shifted);
  }
  return true;
}

/// The left shift that both products still have, by row; none: they cannot have one in common.
std::optional<std::vector<std::int32_t>> align(const GatePlan& gate, WeightMatrix& input,
                                               WeightMatrix& recurrent, std::int64_t most) {
  std::vector<std::int32_t> left;
  for (std::size_t row = 0; row < gate.input.left.size(); ++row) {
    left.push_back(std::min(gate.input.left[row], gate.recurrent.left[row]));
    if (!shift_row(input, row, gate.input.left[row] - left.back(), most) ||
        !shift_row(recurrent, row, gate.recurrent.left[row] - left.back(), most))
      return {};
  }
  return left;
}

}  // namespace

std::optional<JoinedPlan> join(const CellPlan& cell) {
  if (cell.kind == CellKind::Gru || cell.input.input.size != cell.recurrent.input.size) return {};
  JoinedPlan joined;
  joined.input = {{}, cell.input.input, cell.input.columns, 0};
  joined.recurrent = {{}, cell.recurrent.input, cell.recurrent.columns, 0};
  const std::size_t gates = cell.gates.size();
  for (const Stack* stack : {&cell.input, &cell.recurrent})
    for (const WeightMatrix* part : stack->parts) joined.weights.push_back(*part);
  for (std::size_t g = 0; g < gates; ++g) {
    WeightMatrix& input = joined.weights[g];
    WeightMatrix& recurrent = joined.weights[gates + g];
    auto left = align(cell.gates[g], input, recurrent, most_of(cell.input.input));
    if (!left) return {};
    joined.left.push_back(std::move(*left));
    joined.input.parts.push_back(&input);
    joined.recurrent.parts.push_back(&recurrent);
  }
  return joined;
}

}  // namespace fixgate::fast
