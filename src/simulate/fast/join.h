// W x and R h of a cell in one product.
#pragma once

#include <optional>

#include "simulate/fast/plan.h"

namespace fixgate::fast {

/// None if a gate keeps its two products apart (GRU), if x and h are stored differently, or if a shifted
/// weight does not fit the storage of its factor. `narrow_quads` is left at zero.
std::optional<JoinedPlan> join(const CellPlan& cell);

}  // namespace fixgate::fast
