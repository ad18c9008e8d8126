#include "quantize/real_program.h"

#include <cassert>
#include <cmath>

#include "quantize/program_constants.h"

namespace fixgate::program {

GivenWeights weights_of(const FixedNetwork& network) {
  GivenWeights all;
  for (const WeightMatrix& matrix : network.weights) all[matrix.name] = matrix;
  return all;
}

RealProgram::RealProgram(const FloatNetwork& network, const FixedNetwork& fixed) : network_(network) {
  const auto shared = shared_matrices(network);
  for (const MatrixId id : network.program.matrices.ids()) {
    const std::string name = full_name(network.program, network.program.matrices[shared[id]]);
    auto& own = weights_[name];
    if (own == nullptr) {
      own = std::make_shared<FloatMatrix>(*network.weights[id]);
      write_real_values(fixed.weights[id], own->data());
    }
    network_.weights[id] = own;
  }
  const auto fractions = bias_fractions(fixed);
  assert(fractions && "a verified network");
  for (const auto& [id, all] : *fractions)
    for (std::size_t k = 0; k < all.size(); ++k)
      network_.constants[id][static_cast<Eigen::Index>(k)] =
          static_cast<float>(std::ldexp(static_cast<double>(fixed.constants[id].values[k]), -all[k]));
}

ParameterBlock RealProgram::weights(const std::string& name) {
  FloatMatrix& own = *weights_.at(name);
  return {own.data(), own.rows(), own.cols()};
}

}  // namespace fixgate::program
