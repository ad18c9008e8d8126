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

// Weights as they are.
JoinedPlan start_joining(const CellPlan& cell) {
  JoinedPlan joined;
  joined.input = {{}, cell.input.input, cell.input.columns, cell.input.narrow_quads};
  joined.recurrent = {{}, cell.recurrent.input, cell.recurrent.columns, cell.recurrent.narrow_quads};
  const std::size_t gates = cell.gates.size();
  for (const Stack* stack : {&cell.input, &cell.recurrent})
    for (const WeightMatrix* part : stack->parts) joined.weights.push_back(*part);
  for (std::size_t g = 0; g < gates; ++g) {
    joined.input.parts.push_back(&joined.weights[g]);
    joined.recurrent.parts.push_back(&joined.weights[gates + g]);
  }
  return joined;
}

}  // namespace

bool can_join(const CellPlan& cell) {
  return cell.kind != CellKind::Gru && cell.input.input.size == cell.recurrent.input.size;
}

std::optional<JoinedPlan> join_weights(const CellPlan& cell) {
  JoinedPlan joined = start_joining(cell);
  const std::size_t gates = cell.gates.size();
  for (std::size_t g = 0; g < gates; ++g) {
    auto left = align(cell.gates[g], joined.weights[g], joined.weights[gates + g], most_of(cell.input.input));
    if (!left) return {};
    joined.left.push_back(std::move(*left));
  }
  return joined;
}

JoinedPlan join_sums(const CellPlan& cell) {
  JoinedPlan joined = start_joining(cell);
  const int quads = std::min(cell.input.narrow_quads, cell.recurrent.narrow_quads);
  joined.input.narrow_quads = quads;
  joined.recurrent.narrow_quads = quads;
  for (const GatePlan& gate : cell.gates) {
    joined.left.emplace_back(gate.input.left.size(), 0);
    joined.input_left.push_back(gate.input.left);
    joined.recurrent_left.push_back(gate.recurrent.left);
  }
  return joined;
}

}  // namespace fixgate::fast
