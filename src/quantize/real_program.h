// The float program that has a fixed-point program's weights and biases: what is left of it without the
// formats of its values.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "calibrate/program_statistics.h"
#include "program/fixed_network.h"
#include "program/float_network.h"
#include "quantize/quantize.h"
#include "quantize/real_network.h"

namespace fixgate::program {

/// The weights of a network by the names of their matrices.
GivenWeights weights_of(const FixedNetwork& network);

/// A network of its own whose weights and biases can be set. Constants that are no biases are those of the
/// network that it was made from.
class RealProgram {
 public:
  /// `fixed` was made from `network`, and verified.
  RealProgram(const FloatNetwork& network, const FixedNetwork& fixed);
  RealProgram(const RealProgram&) = delete;
  RealProgram& operator=(const RealProgram&) = delete;

  [[nodiscard]] const FloatNetwork& network() const { return network_; }

  /// The weights of a matrix, by the name of the first that shares them.
  [[nodiscard]] ParameterBlock weights(const std::string& name);
  /// To be written to.
  [[nodiscard]] Eigen::VectorXd& bias(ConstantId id) { return network_.constants[id]; }

 private:
  FloatNetwork network_;
  std::map<std::string, std::shared_ptr<FloatMatrix>> weights_;
};

}  // namespace fixgate::program
