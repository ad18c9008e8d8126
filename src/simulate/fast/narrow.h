// Which cells may be worked out in 16-bit lanes.
#pragma once

#include "simulate/fast/plan.h"

namespace fixgate::fast {

/// True if every signal of the cell saturates, rounds without ties to even and lies strictly within 16 signed
/// bits, so that saturating to those first changes neither the result nor what counts as an overflow, and if
/// the factors of every element-wise product fit 16 bits with their left shifts done.
bool is_narrow(const CellPlan& cell, const FixedChain& network);

}  // namespace fixgate::fast
