#include "simulate/fast/direct_table.h"

namespace fixgate::fast {

DirectTable::DirectTable(const ActivationTable& table) : first(static_cast<std::int32_t>(table.input.min())) {
  for (std::int64_t q = table.input.min(); q <= table.input.max(); ++q) {
    std::int64_t overflowed = 0;
    const std::int64_t answer = apply_table(table, q, overflowed);
    entries.push_back(static_cast<std::int32_t>(2 * answer + overflowed));
  }
}

std::optional<OverflowEnds> overflow_ends(const DirectTable& table) {
  constexpr std::size_t kMostInputs = std::size_t{1} << 14;
  const std::size_t count = table.entries.size();
  if (count > kMostInputs) return {};
  const auto overflows = [&](std::size_t index) { return (table.entries[index] & 1) != 0; };
  std::size_t low = 0;
  while (low < count && overflows(low)) ++low;
  std::size_t high = count;
  while (high > low && overflows(high - 1)) --high;
  for (std::size_t index = low; index < high; ++index)
    if (overflows(index)) return {};
  OverflowEnds ends;
  if (low > 0) ends.up_to = static_cast<std::int16_t>(table.first + static_cast<int>(low) - 1);
  if (high < count) ends.from = static_cast<std::int16_t>(table.first + static_cast<int>(high));
  return ends;
}

}  // namespace fixgate::fast
