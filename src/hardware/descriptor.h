// Signals and tables as the library's parameters: fields of 32 bits whose order rtl/lib/fg_pkg.sv gives.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "numeric/activation_table.h"

namespace fixgate {

/// 32-bit fields, the lowest first.
using Descriptor = std::vector<std::uint32_t>;

/// What is done to an exact sum at fraction `from` that enters `signal`.
Descriptor signal_descriptor(const SignalFormat& signal, int from);

Descriptor table_descriptor(const ActivationTable& table);

/// Widths of the fields of a table's words: signed but for the start.
struct TableWidths {
  int offset = 1;  // look-up: of an entry
  int slope = 1;
  int start = 1;
};
TableWidths table_widths(const ActivationTable& table);

}  // namespace fixgate
