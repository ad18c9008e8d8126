// Parameters that learned rounding moves: integers by steps of their code, biases freely.
#pragma once

#include <vector>

#include "fixed/fixed_chain.h"
#include "quantize/real_network.h"

namespace fixgate {

/// Adam (Kingma and Ba 2015, arXiv 1412.6980) for one block of parameters.
class Adam {
 public:
  explicit Adam(Eigen::Index count);

  /// The step against the gradient [count]: what to take from the parameters, each about `rate`.
  Eigen::ArrayXf step(const float* gradient, float rate);

 private:
  Eigen::ArrayXf mean_;
  Eigen::ArrayXf square_;
  int updates_ = 0;
};

/// One matrix. Behind each integer stands a real position, which the gradient moves as if it were the weight
/// (a straight-through estimate: Bengio et al. 2013, arXiv 1308.3432); the integer is the nearest to it.
class IntegerDescent {
 public:
  /// `real`: where the network holds the matrix. Integers stay between those next to the ones of `start`.
  IntegerDescent(const WeightMatrix& start, ParameterBlock real);

  /// `gradient` by the real weights [rows, columns]; `rate` in steps from weight to weight of the code.
  void descend(const FloatMatrix& gradient, float rate);
  /// Takes integers that matrix() had before.
  void set_integers(const std::vector<std::int32_t>& integers);

  [[nodiscard]] const WeightMatrix& matrix() const { return matrix_; }

 private:
  WeightMatrix matrix_;
  std::vector<std::int32_t> start_;
  ParameterBlock real_;
  FloatMatrix positions_;
  Adam adam_;
};

}  // namespace fixgate
