// Adds a layer to a program together with its numbers.
#pragma once

#include <string>

#include "program/float_network.h"
#include "program/layer_builder.h"

namespace fixgate::blocks {

using program::ConstantId;
using program::MatrixId;
using program::Read;
using program::ValueId;

/// Writes the network's last layer. A matrix or constant is declared and given its numbers in one go.
class LayerWriter {
 public:
  /// `network` outlives this; its numbers are complete so far.
  LayerWriter(program::FloatNetwork& network, program::LayerHead head);

  ValueId value(std::string name, std::int64_t size, SignalRole role = SignalRole::Dense);
  /// Weights [output channels, columns of the slide].
  MatrixId slid(std::string name, const program::Slide& slide, FloatMatrix weights);
  /// Element e of a vector meets number (e / inner) modulo their count.
  ConstantId constant(std::string name, Eigen::VectorXd numbers, int inner = 1);
  /// The value is remembered for one tick; it begins with zeros.
  void state(ValueId value);

  void sum(ValueId target, program::Sum sum) { builder_.sum(target, std::move(sum)); }
  void table(ValueId target, const program::Function& function, ValueId argument) {
    builder_.table(target, function, argument);
  }
  void add(program::Statement statement) { builder_.add(std::move(statement)); }

  [[nodiscard]] int size_of(ValueId value) const { return network_.program.values[value].size; }

 private:
  program::FloatNetwork& network_;
  program::LayerBuilder builder_;
};

/// Factors of a term.
program::Sum read_sum(const Read& read);
program::Sum product_sum(MatrixId matrix, const Read& read);

}  // namespace fixgate::blocks
