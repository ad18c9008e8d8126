#include "quantize/descent.h"

#include <algorithm>
#include <cmath>

#include "parallel/for_each_index.h"

namespace fixgate {
namespace {

constexpr float kMeanDecay = 0.9F;
constexpr float kSquareDecay = 0.99F;
constexpr float kLeastSquare = 1e-20F;  // of gradients of a mean divergence: what is below moves nothing

}  // namespace

Adam::Adam(Eigen::Index count) : mean_(Eigen::ArrayXf::Zero(count)), square_(Eigen::ArrayXf::Zero(count)) {}

Eigen::ArrayXf Adam::step(const float* gradient, float rate) {
  ++updates_;
  const float mean_share = 1 - std::pow(kMeanDecay, static_cast<float>(updates_));
  const float square_share = 1 - std::pow(kSquareDecay, static_cast<float>(updates_));
  const Eigen::Map<const Eigen::ArrayXf> by(gradient, mean_.size());
  mean_ += (1 - kMeanDecay) * (by - mean_);
  square_ += (1 - kSquareDecay) * (by.square() - square_);
  return rate / mean_share * mean_ / (square_ / square_share + kLeastSquare).sqrt();
}

IntegerDescent::IntegerDescent(const WeightMatrix& start, ParameterBlock real)
    : matrix_(start),
      start_(start.values),
      real_(real),
      positions_(real.rows, real.columns),
      adam_(real.rows * real.columns) {
  set_integers(start_);
}

void IntegerDescent::set_integers(const std::vector<std::int32_t>& integers) {
  matrix_.values = integers;
  for (Eigen::Index k = 0; k < positions_.size(); ++k)
    positions_.data()[k] = static_cast<float>(integers[static_cast<std::size_t>(k)]);
  write_real_values(matrix_, real_.values);
}

void IntegerDescent::descend(const FloatMatrix& gradient, float rate) {
  const Eigen::ArrayXf step = adam_.step(gradient.data(), rate);
  parallel_for_each_index(static_cast<std::size_t>(positions_.rows()), [&](std::size_t row) {
    const WeightCode code = matrix_.row_code(row);
    float* positions = positions_.row(static_cast<Eigen::Index>(row)).data();
    const std::size_t first = row * static_cast<std::size_t>(positions_.cols());
    for (std::size_t k = 0; k < static_cast<std::size_t>(positions_.cols()); ++k) {
      const auto start = static_cast<float>(start_[first + k]);
      const WeightGaps gaps = code.gaps(start_[first + k]);
      const auto below = static_cast<float>(gaps.below);
      const auto above = static_cast<float>(gaps.above);
      const float moved = positions[k] - step[static_cast<Eigen::Index>(first + k)] * ((below + above) / 2);
      positions[k] = std::clamp(moved, start - below, start + above);
      matrix_.values[first + k] = static_cast<std::int32_t>(code.nearest(positions[k]));
    }
  });
  write_real_values(matrix_, real_.values);
}

}  // namespace fixgate
