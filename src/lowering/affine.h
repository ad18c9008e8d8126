// Sums that scale and shift one value, element by element.
#pragma once

#include <Eigen/Core>
#include <optional>

#include "lowering/draft.h"

namespace fixgate::lowering {

/// scale * x + shift, element by element; without x a number alone.
struct Affine {
  std::optional<program::Read> read = std::nullopt;
  Eigen::VectorXd scale;
  Eigen::VectorXd shift;
};

/// The sum of `size` elements as such; nothing for one that does more.
std::optional<Affine> affine_of(const Draft& draft, const program::Sum& sum, int size);

}  // namespace fixgate::lowering
