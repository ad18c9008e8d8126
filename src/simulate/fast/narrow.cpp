#include "simulate/fast/narrow.h"

#include <algorithm>
#include <cstdint>

namespace fixgate::fast {
namespace {

constexpr std::int64_t kLowest = INT16_MIN;
constexpr std::int64_t kHighest = INT16_MAX;

bool fits(std::int64_t low, std::int64_t high, int left) {
  return left < 16 && (low << left) >= kLowest && (high << left) <= kHighest;
}

bool fits(const Format& format, int left) {
  return fits(format.min(), format.max(), left);
}

bool lies_within(const Target& target) {
  return target.is_plain() && target.low > kLowest && target.high < kHighest;
}

// h - n as a difference of half words.
bool difference_fits(const CellPlan& cell, const Format& hidden, const Format& candidate) {
  const int h = cell.difference_left_hidden;
  const int n = cell.difference_left_candidate;
  if (!fits(hidden, h) || !fits(candidate, n)) return false;
  return fits((hidden.min() << h) - (candidate.max() << n), (hidden.max() << h) - (candidate.min() << n), 0);
}

}  // namespace

bool is_narrow(const CellPlan& cell, const FixedChain& network) {
  const auto format = [&](int signal) -> const Format& {
    return network.signals[static_cast<std::size_t>(signal)].format.format;
  };
  for (const GatePlan& gate : cell.gates)
    if (!lies_within(gate.written.target) || !fits(format(gate.output), 0)) return false;
  if (cell.kind == CellKind::Rnn) return true;
  if (!lies_within(cell.hidden_sum.target)) return false;
  const auto gate = [&](std::size_t index) -> const Format& { return format(cell.gates[index].output); };
  if (cell.kind == CellKind::Lstm)
    return lies_within(cell.cell.target) && fits(gate(2), cell.cell.left_first) &&
           fits(gate(0), cell.cell.left_second) && fits(gate(1), cell.hidden_sum.left_first);
  const Target& reset = cell.linear_before_reset ? cell.rec.target : cell.reset.target;
  return lies_within(reset) && (cell.linear_before_reset || fits(gate(1), cell.reset.left_first)) &&
         fits(gate(0), cell.hidden_sum.left_first) && cell.hidden_sum.left_second < 15 &&
         difference_fits(cell, format(cell.hidden_sum.target.signal), gate(2));
}

}  // namespace fixgate::fast
