#include "simulate/fast/join.h"

#include <algorithm>
#include <limits>

namespace fixgate::fast {
namespace {

using Matrices = std::vector<WeightMatrix>;  // by gate

std::int32_t most_of(const Storage& storage) {
  return storage.size == 1 ? std::numeric_limits<std::int8_t>::max()
                           : std::numeric_limits<std::int16_t>::max();
}

std::span<std::int32_t> row_of(WeightMatrix& weights, std::size_t row) {
  const auto columns = static_cast<std::size_t>(weights.columns);
  return std::span(weights.values).subspan(row * columns, columns);
}

/// False: a weight leaves the range that its storage has on both sides.
bool shift_row(std::span<std::int32_t> row, int left, std::int64_t most) {
  for (std::int32_t& weight : row) {
    const std::int64_t shifted = std::int64_t{weight} * (std::int64_t{1} << left);
    if (shifted > most || shifted < -most - 1) return false;
    weight = static_cast<std::int32_t>(shifted);
  }
  return true;
}

/// The left shifts of W x and R h: what both have in common, and what only one of them has besides.
struct Shifts {
  ShiftsByGate common;
  ShiftsByGate input;
  ShiftsByGate recurrent;
};

Shifts split_shifts(const CellPlan& cell) {
  Shifts shifts;
  for (const GatePlan& gate : cell.gates) {
    shifts.common.emplace_back();
    shifts.input.push_back(gate.input.left);
    shifts.recurrent.push_back(gate.recurrent.left);
    for (std::size_t row = 0; row < gate.input.left.size(); ++row) {
      const std::int32_t common = std::min(gate.input.left[row], gate.recurrent.left[row]);
      shifts.common.back().push_back(common);
      shifts.input.back()[row] -= common;
      shifts.recurrent.back()[row] -= common;
    }
  }
  return shifts;
}

Matrices copies(const Stack& stack) {
  Matrices weights;
  for (const WeightMatrix* part : stack.parts) weights.push_back(*part);
  return weights;
}

bool shift_rows(Matrices& weights, const ShiftsByGate& left, std::int64_t most) {
  for (std::size_t gate = 0; gate < weights.size(); ++gate)
    for (std::size_t row = 0; row < left[gate].size(); ++row)
      if (!shift_row(row_of(weights[gate], row), left[gate][row], most)) return false;
  return true;
}

/// Moves the rows that `left` shifts out of `weights`; zeros take the place of rows. Empty: there are none.
Matrices take_shifted_rows(Matrices& weights, const ShiftsByGate& left) {
  Matrices taken;
  for (std::size_t gate = 0; gate < weights.size(); ++gate)
    for (std::size_t row = 0; row < left[gate].size(); ++row) {
      if (left[gate][row] == 0) continue;
      if (taken.empty())
        for (WeightMatrix& matrix : taken = weights) std::ranges::fill(matrix.values, 0);
      std::ranges::swap_ranges(row_of(weights[gate], row), row_of(taken[gate], row));
    }
  return taken;
}

/// Adds the segment of a stack, whose weights `weights` replace.
void add_stack(JoinedPlan& joined, Stack stack, Matrices weights, Reads reads, ShiftsByGate left) {
  stack.parts.clear();
  for (WeightMatrix& matrix : weights) {
    joined.weights.push_back(std::move(matrix));
    stack.parts.push_back(&joined.weights.back());
  }
  joined.stacks.push_back({std::move(stack), reads, std::move(left)});
}

}  // namespace

bool can_join(const CellPlan& cell) {
  return cell.kind != CellKind::Gru && cell.input.input.size == cell.recurrent.input.size;
}

std::optional<JoinedPlan> join_weights(const CellPlan& cell) {
  const Shifts shifts = split_shifts(cell);
  Matrices input = copies(cell.input);
  Matrices recurrent = copies(cell.recurrent);
  const std::int32_t most = most_of(cell.input.input);
  if (!shift_rows(input, shifts.input, most) || !shift_rows(recurrent, shifts.recurrent, most)) return {};
  JoinedPlan joined;
  joined.left = shifts.common;
  add_stack(joined, cell.recurrent, std::move(recurrent), Reads::Hidden, {});
  add_stack(joined, cell.input, std::move(input), Reads::Input, {});
  return joined;
}

JoinedPlan join_in_place(const CellPlan& cell) {
  Shifts shifts = split_shifts(cell);
  Matrices input = copies(cell.input);
  Matrices shifted = take_shifted_rows(input, shifts.input);
  JoinedPlan joined;
  joined.left = std::move(shifts.common);
  if (!shifted.empty())
    add_stack(joined, cell.input, std::move(shifted), Reads::Input, std::move(shifts.input));
  add_stack(joined, cell.recurrent, copies(cell.recurrent), Reads::Hidden, std::move(shifts.recurrent));
  add_stack(joined, cell.input, std::move(input), Reads::Input, {});
  return joined;
}

}  // namespace fixgate::fast
