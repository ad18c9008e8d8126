// An element-wise sum multiplied out: between two right shifts it is computed in a ring, where a product of
// sums is the sum of the products.
#pragma once

#include <optional>
#include <vector>

#include "simulate/vector/element_plan.h"

namespace fixgate::program {

/// (first << left) or (first * second << left), added or subtracted.
struct FlatTerm {
  bool is_negative = false;
  Source first;                                 // no register
  std::optional<Source> second = std::nullopt;  // a row
  int left = 0;
  std::optional<std::size_t> lefts = std::nullopt;  // by element instead, in ElementPlan::vectors
};

/// The terms that add up to what the plan fits into its target. Nothing where a product has more than two
/// factors, or one that is no row; for maxima and minima.
std::optional<std::vector<FlatTerm>> flat_terms(const ElementPlan& plan);

}  // namespace fixgate::program
