#include "fixed/testing/example_table.h"

#include <array>

namespace fixgate {
namespace {

constexpr int kSlopeFraction = 5;

// In thirty-seconds: y = (intercept + slope * x) / 32 from x = start / 32.
struct Line {
  int start;
  int intercept;
  int slope;
};
constexpr std::array<Line, 4> kSigmoid{{{0, 16, 8}, {32, 20, 4}, {76, 27, 1}, {160, 32, 0}}};
constexpr std::array<Line, 4> kTanh{{{0, 0, 32}, {16, 8, 16}, {38, 22, 4}, {80, 32, 0}}};

}  // namespace

ActivationTable example_table(ExampleFunction function, const Format& input, const SignalFormat& output) {
  ActivationTable table;
  table.input = input;
  table.output = output;
  if (function == ExampleFunction::Relu) {
    table.function = "Relu";
    table.kind = TableKind::Rectifier;
    return table;
  }
  const bool is_sigmoid = function == ExampleFunction::Sigmoid;
  table.function = is_sigmoid ? "Sigmoid" : "Tanh";
  table.symmetry = is_sigmoid ? TableSymmetry::Complement : TableSymmetry::Odd;
  table.slope_fraction = kSlopeFraction;
  for (const Line& line : is_sigmoid ? kSigmoid : kTanh) {
    const std::int64_t start = (std::int64_t{line.start} << input.fraction) / 32;
    if (start > table.max_address()) break;
    const std::int64_t offset = (std::int64_t{line.intercept} << input.fraction) + line.slope * start;
    if (!table.segments.empty() && table.segments.back().start == start) table.segments.pop_back();
    table.segments.push_back({start, offset, line.slope});
  }
  return table;
}

ActivationTable as_lookup(const ActivationTable& table, int drop) {
  ActivationTable lookup = table;
  lookup.kind = TableKind::Lookup;
  lookup.segments.clear();
  lookup.slope_fraction = 0;
  lookup.drop = drop;
  std::int64_t overflowed = 0;
  for (std::int64_t a = 0; a <= (table.max_address() >> drop); ++a)
    lookup.entries.push_back(apply_table(table, a << drop, overflowed));
  return lookup;
}

}  // namespace fixgate
