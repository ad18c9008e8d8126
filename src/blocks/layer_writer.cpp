#include "blocks/layer_writer.h"

#include <memory>
#include <utility>

namespace fixgate::blocks {

using program::Sum;
using program::Term;

LayerWriter::LayerWriter(program::FloatNetwork& network, program::LayerHead head)
    : network_(network), builder_(network.program, std::move(head)) {}

ValueId LayerWriter::value(std::string name, std::int64_t size, SignalRole role) {
  return builder_.value(std::move(name), static_cast<int>(size), role);
}

MatrixId LayerWriter::slid(std::string name, const program::Slide& slide, FloatMatrix weights) {
  const MatrixId id =
      builder_.matrix(std::move(name), slide.output_channels, static_cast<int>(slide.columns()));
  network_.program.matrices[id].shape = slide;
  network_.weights.add(std::make_shared<const FloatMatrix>(std::move(weights)));
  return id;
}

ConstantId LayerWriter::constant(std::string name, Eigen::VectorXd numbers, int inner) {
  const ConstantId id = builder_.constant(std::move(name), static_cast<int>(numbers.size()));
  network_.program.constants[id].inner = inner;
  network_.constants.add(std::move(numbers));
  return id;
}

void LayerWriter::state(ValueId value) {
  builder_.state(value, false);
  network_.initial.add(FloatVector());
}

Sum read_sum(const Read& read) {
  return {{Term{false, {read}}}};
}

Sum product_sum(MatrixId matrix, const Read& read) {
  return {{Term{false, {program::MatrixProduct{matrix, read}}}}};
}

}  // namespace fixgate::blocks
