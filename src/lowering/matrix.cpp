// Products with constant matrices.
#include <algorithm>

#include "lowering/operators.h"
#include "network/node_attributes.h"
#include "network/operators/operators.h"
#include "network/operators/strided_walk.h"

namespace fixgate::lowering {
namespace {

using program::LayerBuilder;
using program::Slide;
using program::SlideAxis;
using program::ValueId;

/// A tensor times a matrix along one of its axes.
struct Product {
  const Item* item = nullptr;
  std::size_t axis = 0;  // of the tensor, which the matrix' columns run over
  FloatMatrix weights;   // [outputs, inputs]
  const Tensor* bias = nullptr;
  double bias_factor = 1;
};

/// How many elements a vector's features have before and behind an axis.
struct Around {
  int before = 1;
  int after = 1;
};

Around around(const Frame& frame, std::size_t axis) {
  Around count;
  for (const std::size_t feature : frame.features) {
    if (feature < axis) count.before *= static_cast<int>(frame.shape[feature]);
    if (feature > axis) count.after *= static_cast<int>(frame.shape[feature]);
  }
  return count;
}

std::variant<program::Dense, program::Diagonal, Slide> shape_of(const FloatMatrix& weights,
                                                                const Around& count) {
  if (count.before == 1 && count.after == 1) return program::Dense{};
  Slide slide;
  slide.input_channels = static_cast<int>(weights.cols());
  slide.output_channels = static_cast<int>(weights.rows());
  if (count.before > 1) slide.before.push_back(SlideAxis{count.before, count.before});
  if (count.after > 1) slide.after.push_back(SlideAxis{count.after, count.after});
  return slide;
}

/// The bias as one number for each output and position.
Result<Eigen::VectorXd> bias_of(Walk& walk, const Product& product, const Frame& frame, const Shape& shape) {
  Shape broadcast;
  FIXGATE_ASSIGN(broadcast, broadcast_shape(shape, product.bias->shape));
  if (broadcast != shape || !product.bias->is_float())
    return fail("a bias that is not one of {} numbers", shape.back());
  const Tensor codes = walk.codes({*product.bias});
  Node expand{"expand", "Expand", {"x", "shape"}, {"y"}, {}};
  const Tensor wanted{{static_cast<std::int64_t>(shape.size())}, shape};
  OperatorCall call{expand, 13, {&codes, &wanted}};
  FIXGATE_ASSIGN(const Outputs expanded, evaluate(call));
  const std::vector<std::int64_t> offsets = offsets_of(shape, frame.features);
  Eigen::VectorXd numbers(static_cast<Eigen::Index>(offsets.size()));
  for (std::size_t element = 0; element < offsets.size(); ++element) {
    const std::int64_t code = expanded.front().integers()[static_cast<std::size_t>(offsets[element])];
    numbers[static_cast<Eigen::Index>(element)] = walk.sources().source(code).number * product.bias_factor;
  }
  return numbers;
}

Result<void> write(Walk& walk, const Node& node, Product product) {
  const Shape& from = product.item->tensor.shape;
  if (from[product.axis] != product.weights.cols())
    return fail("multiplies {} features by a matrix for {}", from[product.axis], product.weights.cols());
  FIXGATE_ASSIGN(Placed placed, walk.framer().place({&product.item->tensor}, {product.axis}));
  const Frame& frame = placed.frame;
  FIXGATE_ASSIGN(const program::Read read, walk.read(frame, placed.operands.front(), *product.item));
  if (walk.program().values[read.value].vocabulary) return fail("multiplies a token");
  const auto rows = static_cast<int>(product.weights.rows());
  const auto columns = static_cast<int>(product.weights.cols());
  const Around count = around(frame, product.axis);
  LayerBuilder layer = walk.layer(node, fmt::format("dense, {} -> {}", columns, rows), frame.clock);
  const bool is_dense = count.before == 1 && count.after == 1;
  const program::MatrixId matrix = [&] {
    if (is_dense) return walk.tied_or_new(layer, "W", std::move(product.weights));
    const auto id = layer.matrix("W", rows, columns);
    walk.program().matrices[id].shape = shape_of(product.weights, count);
    return walk.draft().add_matrix(id, std::move(product.weights));
  }();
  Shape shape = from;
  shape[product.axis] = rows;
  program::Sum sum{{program::Term{false, {program::MatrixProduct{matrix, read}}}}};
  if (product.bias != nullptr) {
    FIXGATE_ASSIGN(const Eigen::VectorXd numbers, bias_of(walk, product, frame, shape));
    if (is_dense) {
      const auto id = layer.constant("b", rows);
      walk.draft().add_constant(id, numbers);
      sum = sum + program::constant(id);
    } else {
      sum = sum + program::constant(compact_constant(walk, layer, "b", numbers));
    }
  }
  const ValueId out = layer.value("out", rows * count.before * count.after, SignalRole::Dense);
  layer.sum(out, std::move(sum));
  walk.trace(out, frame);
  walk.put_codes(node, walk.framer().spread(frame, out, shape, frame.features));
  return {};
}

/// The last two dimensions of a constant whose others are 1.
Result<FloatMatrix> matrix_of(const Tensor& tensor) {
  const Shape& shape = tensor.shape;
  const bool is_matrix = tensor.is_float() && shape.size() >= 2 &&
                         element_count(shape) == shape[shape.size() - 1] * shape[shape.size() - 2];
  if (!is_matrix) return fail("a product with other than one constant matrix is not supported");
  return FloatMatrix(
      Eigen::Map<const FloatMatrix>(tensor.floats().data(), shape[shape.size() - 2], shape.back()));
}

}  // namespace

Result<void> lower_matmul(Walk& walk, const Node& node) {
  FIXGATE_ASSIGN(const Item* left, walk.data(node, 0));
  FIXGATE_ASSIGN(const Item* right, walk.data(node, 1));
  if (!left->is_constant && !right->is_constant)
    return fail("a product of two values that depend on data is not supported");
  FIXGATE_ASSIGN(FloatMatrix weights, matrix_of(left->is_constant ? left->tensor : right->tensor));
  const Item* item = left->is_constant ? right : left;
  const std::size_t rank = item->tensor.shape.size();
  if (rank < (left->is_constant ? 2U : 1U))
    return fail("a product with a vector on the right is not supported");
  if (left->is_constant) return write(walk, node, {item, rank - 2, std::move(weights)});
  return write(walk, node, {item, rank - 1, weights.transpose()});
}

Result<void> lower_gemm(Walk& walk, const Node& node) {
  FIXGATE_ASSIGN(const float alpha, attribute_or<float>(node, "alpha", 1.0F));
  FIXGATE_ASSIGN(const float beta, attribute_or<float>(node, "beta", 1.0F));
  FIXGATE_ASSIGN(const std::int64_t transposed_a, attribute_or<std::int64_t>(node, "transA", 0));
  FIXGATE_ASSIGN(const std::int64_t transposed_b, attribute_or<std::int64_t>(node, "transB", 0));
  FIXGATE_ASSIGN(const Item* left, walk.data(node, 0));
  FIXGATE_ASSIGN(const Item* right, walk.data(node, 1));
  if (transposed_a != 0) return fail("transA is not supported");
  if (left->is_constant || !right->is_constant)
    return fail("a Gemm by anything but a constant matrix on the right is not supported");
  FIXGATE_ASSIGN(FloatMatrix weights, matrix_of(right->tensor));
  if (transposed_b == 0) weights = weights.transpose().eval();
  if (alpha != 1) weights *= alpha;
  Product product{left, 1, std::move(weights)};
  if (left->tensor.shape.size() != 2) return fail("its input has {} axes, not 2", left->tensor.shape.size());
  if (walk.find(node, 2) != nullptr) {
    FIXGATE_ASSIGN(product.bias, walk.constant(node, 2));
    const Shape& shape = product.bias->shape;
    if (shape.size() > 1 && shape[0] != 1)
      return fail("a bias that differs from row to row is not supported");
    product.bias_factor = beta;
  }
  return write(walk, node, std::move(product));
}

}  // namespace fixgate::lowering
