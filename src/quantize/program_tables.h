// The tables of a program whose formats are known.
#pragma once

#include <functional>

#include "program/fixed_network.h"
#include "quantize/table_builder.h"

namespace fixgate::program {

/// The table of a wide function. It looks at as many bits below the leading one as keep its own error below
/// about half a step at the end of the output's range (for Log: everywhere), at most 12 and no more than the
/// input has.
LeadingOneTable wide_table(WideFunction function, const Format& input, const SignalFormat& output);

/// Adds a table for every function of `network`, which has its program and its formats; equal tables are
/// stored once. `options_of` is asked for the value that an activation table writes. Error: a table that
/// cannot be made, with its value's name.
Result<void> make_tables(FixedNetwork& network, const std::function<TableOptions(ValueId)>& options_of);

}  // namespace fixgate::program
