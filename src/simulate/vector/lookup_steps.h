// Steps that look their rows or elements up.
#pragma once

#include <memory>

#include "simulate/vector/steps.h"

namespace fixgate::program {

/// What a token's row becomes in its target, for every token.
struct LookedUpRows {
  std::size_t stride = 0;  // bytes
  AlignedArray<std::uint8_t> rows;
  std::vector<std::int64_t> overflows;  // by token
};

LookedUpRows looked_up_rows(const FixedNetwork& network, const RowLookup& lookup, ValueId target);

/// Every row of the matrix is requantised once; `operand` is the token.
std::unique_ptr<const Step> make_row_step(const FixedNetwork& network, const RowLookup& lookup,
                                          ValueId target, std::size_t operand);

/// Of a table that is no rectifier; `table` outlives the step.
std::unique_ptr<const Step> make_table_step(const Table& table, std::size_t size, std::size_t operand,
                                            const fast::MachineSettings& machine);

}  // namespace fixgate::program
