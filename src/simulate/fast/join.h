// Joins W x and R h of every gate into one product.
#pragma once

#include <optional>

#include "simulate/fast/plan.h"

namespace fixgate::fast {

/// True for cells whose gates are sums of both, stored alike. Of a cell whose formats and weights are
/// planned.
bool can_join(const CellPlan& cell);
/// With the left shifts in the weights; nothing if a weight does not fit its storage then.
std::optional<JoinedPlan> join_weights(const CellPlan& cell);
/// With the weights as they are, and shifts of the sums. Tiles shift all that a row has added up so far: rows
/// of W x that are shifted come first, then R h, then the other rows of W x.
JoinedPlan join_in_place(const CellPlan& cell);

}  // namespace fixgate::fast
