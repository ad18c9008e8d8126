// Activation tables, kept for later networks: a table is made of its formats and options alone, takes longer
// to make than the rest of a small network, and searches ask for the same few again and again.
#pragma once

#include "quantize/table_builder.h"

namespace fixgate {

/// As build_table(). The last tables asked for are kept, errors are not. Safe to call from several threads.
Result<ActivationTable> kept_table(const ActivationFunction& function, const Format& input,
                                   const SignalFormat& output, const TableOptions& options);

}  // namespace fixgate
