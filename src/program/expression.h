// Sums written as equations: now(n) + now(z) * (before(h) - now(n)).
#pragma once

#include <utility>

#include "program/statement.h"

namespace fixgate::program {

namespace detail {

inline Sum single(Factor factor) {
  return {{Term{false, {std::move(factor)}}}};
}

/// A factor of a product: what is one product already is taken apart, a longer sum is put in brackets.
inline void append_factors(const Sum& sum, Term& term) {
  if (sum.terms.size() == 1 && !sum.terms.front().negative) {
    const auto& factors = sum.terms.front().factors;
    term.factors.insert(term.factors.end(), factors.begin(), factors.end());
  } else {
    term.factors.emplace_back(sum);
  }
}

}  // namespace detail

/// The value at the reader's own tick.
inline Sum now(ValueId value) {
  return detail::single(Read{value});
}
/// The value one tick before.
inline Sum before(ValueId value) {
  return detail::single(Read{value, {Tick::From::Here, -1}});
}
inline Sum constant(ConstantId id) {
  return detail::single(ConstantUse{id});
}
/// The sum in brackets: a bias in it is at the fraction of what the brackets hold.
inline Sum bracket(Sum sum) {
  return detail::single(std::move(sum));
}
/// A matrix times a value at the reader's own tick, and times the value one tick before.
inline Sum times(MatrixId matrix, ValueId value) {
  return detail::single(MatrixProduct{matrix, {value}});
}
inline Sum times_before(MatrixId matrix, ValueId value) {
  return detail::single(MatrixProduct{matrix, {value, {Tick::From::Here, -1}}});
}

inline Sum operator+(Sum a, const Sum& b) {
  a.terms.insert(a.terms.end(), b.terms.begin(), b.terms.end());
  return a;
}
inline Sum operator-(Sum a, const Sum& b) {
  for (Term term : b.terms) {
    term.negative = !term.negative;
    a.terms.push_back(std::move(term));
  }
  return a;
}
inline Sum operator*(const Sum& a, const Sum& b) {
  Term term;
  detail::append_factors(a, term);
  detail::append_factors(b, term);
  return {{std::move(term)}};
}

}  // namespace fixgate::program
