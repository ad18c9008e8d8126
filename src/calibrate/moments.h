// Mean and second moments of a vector signal over calibration data.
#pragma once

#include <Eigen/Core>

#include "data/sequence.h"

namespace fixgate {

/// Sums over rows, each with a weight of its own: how much an error there hurts.
class Moments {
 public:
  Moments() = default;
  explicit Moments(Eigen::Index size);

  /// `rows` [n, size], `weights` [n], none negative.
  void add(const FloatMatrix& rows, const Eigen::VectorXf& weights);
  /// The result depends on the order of merging in the last bits: merge in a fixed one.
  void merge(const Moments& other);

  [[nodiscard]] Eigen::Index size() const { return first_.size(); }
  [[nodiscard]] double weight() const { return weight_; }
  /// Zero as long as nothing has any weight.
  [[nodiscard]] Eigen::VectorXd mean() const;
  /// E[u uᵀ], about zero.
  [[nodiscard]] Eigen::MatrixXd second_moment() const;

 private:
  double weight_ = 0;
  Eigen::VectorXd first_;
  Eigen::MatrixXd second_;
};

}  // namespace fixgate
