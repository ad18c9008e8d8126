// The exact sums of one layer, prepared and evaluated tick by tick: docs/numerics.md, sections 2, 3 and 5.
#pragma once

#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "program/exact_sums.h"
#include "program/fixed_network.h"
#include "simulate/reference/matrix_times.h"
#include "simulate/reference/tick_reader.h"

namespace fixgate::program {

/// A product of a matrix with a value.
struct PreparedProduct {
  Read read;
  MatrixTimes times;
  bool is_ahead =
      false;  // depends on no value of its own layer at its own tick: worked out for all ticks at once
};

struct PreparedTerm;

/// A sum with what is derived of it once.
struct PreparedSum {
  std::vector<PreparedTerm> terms;
  std::vector<int> fractions;  // of the sum, by element
};

struct PreparedTerm {
  using Factor = std::variant<std::size_t, Read, Integers, PreparedSum>;  // a product by its place

  bool is_negative = false;
  std::vector<Factor> factors;
  std::vector<int> shifts;  // left, by element, to the sum's fraction
};

/// Products and sums of one layer.
class LayerSums {
 public:
  /// `network` and `layer` outlive this.
  LayerSums(const FixedNetwork& network, const Layer& layer);

  /// By statement of the layer; a statement that is no sum has an empty entry.
  [[nodiscard]] const PreparedSum& sum(std::size_t statement) const { return sums_[statement]; }
  [[nodiscard]] const std::vector<PreparedProduct>& products() const { return products_; }

 private:
  PreparedSum prepare(const Sum& sum, const SumRanges& ranges, int size);
  PreparedTerm prepare_term(const Term& term, const TermRanges& ranges, int size);

  const FixedNetwork& network_;
  const Layer& layer_;
  std::vector<PreparedSum> sums_;
  std::vector<PreparedProduct> products_;
};

/// Evaluates them during one run of the layer.
class SumEvaluator {
 public:
  /// All outlive this. Works out the products that need no value of the layer itself.
  SumEvaluator(const LayerSums& sums, const TickReader& reader, const ValueTicks& values);

  /// The exact sum of every element at the layer's `position`-th tick.
  void evaluate(const PreparedSum& sum, std::int64_t position, Integers& result) const;

 private:
  void add_term(const PreparedTerm& term, std::int64_t position, Integers& result) const;
  [[nodiscard]] std::span<const std::int64_t> factor(const PreparedTerm::Factor& factor,
                                                     std::int64_t position, std::size_t size,
                                                     Integers& own) const;

  const LayerSums& sums_;
  const TickReader& reader_;
  std::vector<IntegerMatrix> ahead_;  // by product; empty where it is not ahead
};

}  // namespace fixgate::program
