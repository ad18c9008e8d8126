// Ranges, fractions and shifts of a program's sums, element by element; numeric/exact_sum has the algebra.
#pragma once

#include <string>
#include <vector>

#include "numeric/exact_sum.h"
#include "program/fixed_network.h"

namespace fixgate::program {

/// What is known of one term's product: for every element its range and fraction, before it is aligned.
struct TermRanges;

/// A sum, its own and those of the brackets in it.
struct SumRanges {
  std::vector<ExactSum> elements;  // one an element of the sum
  std::vector<TermRanges> terms;   // in the order of Sum::terms

  /// The widest of all partial sums, products and brackets.
  [[nodiscard]] int width() const;
  [[nodiscard]] int max_alignment() const;
};

struct TermRanges {
  std::vector<ExactRange> product;  // one an element
  std::vector<SumRanges> brackets;  // of the factors that are sums, in order
  int width = 0;                    // of the widest partial product
};

/// Of a sum with `size` elements. Expects a verified structure, formats and integers of the right number.
SumRanges ranges_of(const FixedNetwork& network, const Sum& sum, int size);

/// The row of the matrix that makes element `element` of its product.
int row_of(const Matrix& matrix, int element);

/// The element of the constant that element `element` meets.
int constant_index(const Constant& constant, int element);

/// The constant of a term that has no other factor and no fraction of its own: a bias.
bool is_bias(const FixedNetwork& network, const Term& term);

/// What is proven of a statement's sum.
struct ProvenSum {
  ValueId target;
  int width = 0;  // signed bits that hold every partial sum, product and bracket of every element
  int min_fraction = 0;
  int max_fraction = 0;
  int max_alignment = 0;

  friend bool operator==(const ProvenSum&, const ProvenSum&) = default;
};

/// One entry for each sum statement, in order. Error: one needs more than 64 bits; the message names its
/// target and the width.
Result<std::vector<ProvenSum>> prove_sums(const FixedNetwork& network);

}  // namespace fixgate::program
