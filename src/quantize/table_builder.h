// Makes activation tables from real functions: docs/numerics.md, section 6.
#pragma once

#include "network/activation_function.h"
#include "numeric/activation_table.h"
#include "quantize/plan.h"

namespace fixgate {

struct TableOptions {
  TableKind kind = TableKind::PiecewiseLinear;
  TablePlacement placement = TablePlacement::Adaptive;
  int segments = 32;
  int slope_bits = -1;   // fraction bits of the slopes; -1: two more than the output's fraction
  int address_bits = 0;  // lookup; 0: all

  friend bool operator==(const TableOptions&, const TableOptions&) = default;
};

/// The table of `function` from `input` to `output`. Relu becomes a rectifier whatever the options. Errors:
/// an input wider than a table's may be, placement "plan" for anything but sigmoid and tanh or where their
/// mirror is not possible, numbers of more than 62 bits. There are never more segments than asked for, nor
/// than addresses.
Result<ActivationTable> build_table(const ActivationFunction& function, const Format& input,
                                    const SignalFormat& output, const TableOptions& options);

}  // namespace fixgate
