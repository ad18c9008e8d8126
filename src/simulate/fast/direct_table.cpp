#include "simulate/fast/direct_table.h"

namespace fixgate::fast {

DirectTable::DirectTable(const ActivationTable& table) : first(static_cast<std::int32_t>(table.input.min())) {
  for (std::int64_t q = table.input.min(); q <= table.input.max(); ++q) {
    std::int64_t overflowed = 0;
    const std::int64_t answer = apply_table(table, q, overflowed);
    entries.push_back(static_cast<std::int32_t>(2 * answer + overflowed));
  }
}

}  // namespace fixgate::fast
