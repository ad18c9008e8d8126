// Where a program multiplies: every use of a matrix.
#pragma once

#include <optional>
#include <vector>

#include "program/program.h"

namespace fixgate::program {

/// One product of a matrix with a value, or one look-up of its rows by a token.
struct ProductSite {
  MatrixId matrix;
  Read read;  // of what it is multiplied with, or of the token
  bool is_lookup = false;
  LayerId layer{0};
  ValueId target;  // of the statement
  /// Of the constants that are added alone in the same sum or bracket, the first; none where the product is
  /// subtracted or a factor among others.
  std::optional<ConstantId> beside = std::nullopt;
  /// The product is a term of the statement's own sum, or of one in brackets that is a term of it.
  bool is_term = false;
};

/// In the order of the statements and of their terms and factors.
std::vector<ProductSite> product_sites_of(const Program& program);

}  // namespace fixgate::program
