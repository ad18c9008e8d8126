#include "calibrate/moments.h"

#include "simulate/float_product.h"

namespace fixgate {

Moments::Moments(Eigen::Index size)
    : first_(Eigen::VectorXd::Zero(size)), second_(Eigen::MatrixXd::Zero(size, size)) {}

void Moments::add(const FloatMatrix& rows, const Eigen::VectorXf& weights) {
  const FloatMatrix weighted = weights.asDiagonal() * rows;
  weight_ += weights.cast<double>().sum();
  first_ += weighted.colwise().sum().transpose().cast<double>();
  second_ += transposed_product(rows, weighted).cast<double>();
}

void Moments::merge(const Moments& other) {
  weight_ += other.weight_;
  first_ += other.first_;
  second_ += other.second_;
}

Eigen::VectorXd Moments::mean() const {
  return weight_ > 0 ? Eigen::VectorXd(first_ / weight_) : Eigen::VectorXd::Zero(size());
}

Eigen::MatrixXd Moments::second_moment() const {
  if (!(weight_ > 0)) return Eigen::MatrixXd::Zero(size(), size());
  const Eigen::MatrixXd moment = second_ / weight_;
  return (moment + moment.transpose()) / 2;  // exactly symmetric
}

}  // namespace fixgate
