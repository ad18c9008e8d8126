#include "quantize/exact_matrices.h"

#include <cmath>

namespace fixgate::program {

std::optional<int> common_power(const FloatMatrix& weights) {
  const float largest = weights.size() == 0 ? 0.0F : weights.cwiseAbs().maxCoeff();
  int exponent = 0;
  if (!(largest > 0) || std::frexp(largest, &exponent) != 0.5F) return std::nullopt;
  for (Eigen::Index k = 0; k < weights.size(); ++k)
    if (const float one = weights.data()[k]; one != 0 && std::abs(one) != largest) return std::nullopt;
  const int power = exponent - 1;
  return std::abs(power) < kMaxFraction ? std::optional(power) : std::nullopt;
}

std::vector<std::string> settled_matrices(const FloatNetwork& network) {
  std::vector<std::string> names;
  for (const MatrixId id : network.program.matrices.ids()) {
    const Matrix& matrix = network.program.matrices[id];
    if (std::holds_alternative<Diagonal>(matrix.shape) || common_power(*network.weights[id]))
      names.push_back(full_name(network.program, matrix));
  }
  return names;
}

}  // namespace fixgate::program
