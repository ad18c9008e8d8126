#include "rtl/random_tables.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>

namespace fixgate::rtl {
namespace {

constexpr int kExhaustiveWidth = 10;
constexpr int kRandomValues = 600;

void fill_entries(Random& random, ActivationTable& table) {
  table.drop = std::max(0, table.input.width - random.number(1, 9));
  const std::int64_t reach = random.pick({1, 2}) * (table.output.format.max() + 1);
  for (std::int64_t entry = 0; entry <= table.max_address() >> table.drop; ++entry)
    table.entries.push_back(random.in(-reach, reach));
}

// Values and slopes around one, in real numbers, or anything.
void fill_segments(Random& random, ActivationTable& table) {
  table.slope_fraction = random.number(0, 12);
  const bool wild = random.chance(0.2);
  const int fraction = std::clamp(table.input.fraction + table.slope_fraction, -20, 40);
  std::vector<std::int64_t> starts{0};
  const int most = random.pick({1, 1, 2, 3, 4, 5, 7, 8, 16, 33});
  for (int segment = 1; segment < most; ++segment) starts.push_back(random.in(0, table.max_address()));
  std::sort(starts.begin(), starts.end());
  starts.erase(std::unique(starts.begin(), starts.end()), starts.end());
  for (const std::int64_t start : starts) {
    const double reach = wild ? random.real(-40, 40) : random.real(-1.5, 1.5);
    table.segments.push_back({start, std::llround(std::ldexp(reach, fraction)),
                              std::llround(std::ldexp(random.real(-1.5, 1.5), table.slope_fraction))});
  }
}

}  // namespace

std::uint64_t seed() {
  const char* given = std::getenv("FIXGATE_SEED");
  return given == nullptr ? 1 : std::stoull(given);
}

SignalFormat random_signal(Random& random, int widest) {
  SignalFormat signal;
  signal.format.is_signed = random.chance(0.6);
  signal.format.width =
      random.chance(0.7) ? random.number(1, std::min(widest, 10)) : random.number(1, widest);
  signal.format.fraction =
      random.chance(0.9) ? signal.format.width - random.number(0, 5) : random.number(-12, 40);
  signal.rounding = random.pick({Rounding::Floor, Rounding::Nearest, Rounding::Convergent});
  signal.overflow = random.pick({Overflow::Saturate, Overflow::Wrap});
  return signal;
}

ActivationTable random_table(Random& random, TableKind kind) {
  const int widest = kind == TableKind::Rectifier ? kMaxFormatWidth : kMaxTableInputWidth;
  const Format input = random_signal(random, widest).format;
  return random_table(random, kind, input, random_signal(random, kMaxFormatWidth));
}

ActivationTable random_table(Random& random, TableKind kind, const Format& input,
                             const SignalFormat& output) {
  ActivationTable table;
  table.kind = kind;
  table.input = input;
  table.output = output;
  if (kind == TableKind::Rectifier) return table;
  if (input.is_signed)
    table.symmetry = random.pick({TableSymmetry::None, TableSymmetry::Odd, TableSymmetry::Complement});
  if (table.symmetry == TableSymmetry::Complement && output.format.fraction < 0)
    table.symmetry = TableSymmetry::Odd;
  if (kind == TableKind::Lookup)
    fill_entries(random, table);
  else
    fill_segments(random, table);
  return table;
}

std::vector<std::int64_t> telling_values(Random& random, const Format& format) {
  std::vector<std::int64_t> values;
  if (format.width <= kExhaustiveWidth) {
    for (std::int64_t q = format.min(); q <= format.max(); ++q) values.push_back(q);
    return values;
  }
  for (const std::int64_t q :
       {format.min(), format.min() + 1, std::int64_t{0}, std::int64_t{1}, format.max()})
    values.push_back(q);
  if (format.is_signed) values.push_back(-1);
  for (int k = 0; k < kRandomValues; ++k) values.push_back(random.in(format.min(), format.max()));
  return values;
}

}  // namespace fixgate::rtl
