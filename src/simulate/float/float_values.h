// The real numbers of a program's values while it runs.
#pragma once

#include "network/network.h"
#include "program/program.h"

namespace fixgate::program {

/// Every value at every tick: [ticks, size]; a token is its number.
using FloatTicks = IdVector<ValueId, FloatMatrix>;

/// What every state remembers: [depth, size], the latest tick first.
using FloatMemory = IdVector<StateId, FloatMatrix>;

/// Some rows of a value, [rows, size].
using FloatRowsView = Eigen::Map<const FloatMatrix>;

}  // namespace fixgate::program
