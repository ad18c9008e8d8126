// One layer of a program, from its last tick to its first.
#pragma once

#include "simulate/float/float_gradients.h"

namespace fixgate::program {

/// Adds to the gradients of all that a layer reads, given those of what it makes.
class LayerBackward {
 public:
  /// All outlive this. `first_site`: that of the layer's first product.
  LayerBackward(const Program& program, const FloatLayer& layer, const FloatTrace& trace,
                std::size_t first_site, ValueGradients& gradients);

  void run();

 private:
  /// A sum's statement with the sites and constants in it, in the order in which its factors stand.
  struct Cursor {
    std::size_t site = 0;
    std::vector<ConstantId>::const_iterator constant;
  };

  void number_statements();
  void run_positions(std::int64_t first, std::int64_t count);
  void finish_ahead();

  // By kind of statement: from the derivative by the target's rows.
  void backward(const FloatSum& sum, const FloatMatrix& by);
  void backward(const FloatTable& table, const FloatMatrix& by);
  void backward(const FloatExtreme& extreme, const FloatMatrix& by);
  void backward(const FloatConcat& concat, const FloatMatrix& by);
  void backward(const FloatMove& move, const FloatMatrix& by);
  void backward(const FloatBlock& block, const FloatMatrix& by);
  void backward(const FloatJoin& join, const FloatMatrix& by);

  void term(const FloatTerm& term, const FloatMatrix& by);
  void factor(const FloatProductFactor& product, const FloatMatrix& by);
  void factor(const FloatLookup& lookup, const FloatMatrix& by);
  void factor(const ReadPath& path, const FloatMatrix& by) { add(path, by); }
  void factor(const FloatConstant& constant, const FloatMatrix& by);
  void factor(const FloatSum& sum, const FloatMatrix& by) { backward(sum, by); }

  // What a factor was at the positions at hand.
  [[nodiscard]] FloatMatrix value(const FloatProductFactor& product) const;
  [[nodiscard]] FloatMatrix value(const FloatLookup& lookup) const;
  [[nodiscard]] FloatMatrix value(const ReadPath& path) const { return rows(path); }
  [[nodiscard]] FloatMatrix value(const FloatConstant& constant) const;
  [[nodiscard]] FloatMatrix value(const FloatSum& sum) const;
  [[nodiscard]] FloatMatrix value(const FloatTerm& term) const;

  void extreme_row(const FloatExtreme& extreme, std::int64_t k, const FloatMatrix& by);
  void window_row(const FloatExtreme& extreme, std::int64_t k, const FloatMatrix& by);

  [[nodiscard]] FloatMatrix rows(const ReadPath& path) const {
    return trace_.rows(path, order_, first_, count_);
  }
  /// Adds a derivative [positions at hand, size] to those of what was read.
  void add(const ReadPath& path, const FloatMatrix& by);
  /// The row of the derivatives by what is read; nullptr: no tick of this run.
  float* gradient_row(const ReadPath& path, std::int64_t position);

  const Program& program_;
  const FloatLayer& layer_;
  const FloatTrace& trace_;
  ValueGradients& gradients_;
  TickOrder order_;
  std::size_t next_site_;                           // of the statement at hand
  std::vector<std::size_t> first_sites_;            // by statement
  std::vector<std::vector<ConstantId>> constants_;  // by statement: those of its sum, in order
  std::vector<std::size_t> ahead_sites_;            // of the products that are made for all ticks at once
  Cursor cursor_;
  ValueId target_{0};       // of the statement at hand
  std::int64_t first_ = 0;  // the positions at hand
  std::int64_t count_ = 0;
  Eigen::Index size_ = 0;  // of the target
};

}  // namespace fixgate::program
