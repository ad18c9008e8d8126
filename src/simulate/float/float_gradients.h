// The backward pass of a run in real numbers: what a small error of each value does to the outputs.
// Calibration asks it where errors hurt; nothing here changes a weight.
#pragma once

#include <vector>

#include "program/product_sites.h"
#include "simulate/float/float_plan.h"
#include "simulate/float/float_trace.h"

namespace fixgate::program {

/// Derivatives of a scalar of one run's outputs.
struct ValueGradients {
  /// By every value at every tick, [ticks, size]. What a value does later counts, through the recurrence, too.
  FloatTicks values;
  /// By every product with a matrix, in the order of product_sites_of(): [positions, elements of the product],
  /// in the order in which the layer runs its ticks.
  std::vector<FloatMatrix> products;
  IdVector<ConstantId, FloatVector> constants;
};

class FloatGradients {
 public:
  /// `network` is verified, outlives this and keeps its weights.
  explicit FloatGradients(const FloatNetwork& network);
  FloatGradients(const FloatGradients&) = delete;
  FloatGradients& operator=(const FloatGradients&) = delete;

  /// Back-propagation through time (Werbos 1990) over the run that left `trace`. `by_outputs`: the scalar's
  /// derivative by each output [ticks, size], in the order of Program::outputs.
  [[nodiscard]] ValueGradients run(const FloatTrace& trace, const std::vector<FloatMatrix>& by_outputs) const;

  [[nodiscard]] const std::vector<ProductSite>& sites() const { return sites_; }
  /// What the product of a site is multiplied with, [positions, size] in the order of its layer's run; of a
  /// look-up the tokens.
  [[nodiscard]] FloatMatrix operand(std::size_t site, const FloatTrace& trace) const;

 private:
  const FloatNetwork& network_;
  std::vector<ProductSite> sites_;
  IdVector<MatrixId, FloatMatrixProduct> matrices_;
  std::vector<FloatLayer> layers_;
};

/// The derivative of `function` at x, where it has the value y: as fixgate::derivative(); of wide functions
/// exact, and zero where it has none.
float derivative(const Function& function, float x, float y);

}  // namespace fixgate::program
