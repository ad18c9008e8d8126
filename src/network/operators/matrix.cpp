#include <Eigen/Core>

#include "network/node_attributes.h"
#include "network/operators/arguments.h"
#include "network/operators/evaluations.h"
#include "network/operators/strided_walk.h"

namespace fixgate::operators {
namespace {

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Map = Eigen::Map<Matrix>;
using ConstMap = Eigen::Map<const Matrix>;

struct GemmAttributes {
  float alpha = 1;
  float beta = 1;
  bool transpose_a = false;
  bool transpose_b = false;
};

Result<GemmAttributes> parse_gemm(const Node& node) {
  GemmAttributes result;
  FIXGATE_ASSIGN(result.alpha, attribute_or<float>(node, "alpha", 1));
  FIXGATE_ASSIGN(result.beta, attribute_or<float>(node, "beta", 1));
  FIXGATE_ASSIGN(const auto transpose_a, attribute_or<std::int64_t>(node, "transA", 0));
  FIXGATE_ASSIGN(const auto transpose_b, attribute_or<std::int64_t>(node, "transB", 0));
  result.transpose_a = transpose_a != 0;
  result.transpose_b = transpose_b != 0;
  return result;
}

Result<Matrix> matrix_input(const OperatorCall& call, std::size_t position, bool transpose) {
  FIXGATE_ASSIGN(const Tensor* tensor, float_input(call, position));
  if (tensor->shape.size() != 2)
    return fail("input {} must be a matrix, its shape is {}", position, to_text(tensor->shape));
  const ConstMap map(tensor->floats().data(), tensor->shape[0], tensor->shape[1]);
  return transpose ? Matrix(map.transpose()) : Matrix(map);
}

/// C of Gemm in the product's shape; it broadcasts one way only.
Result<Tensor> bias_input(const OperatorCall& call, const Shape& shape) {
  FIXGATE_ASSIGN(const Tensor* bias, float_input(call, 2));
  FIXGATE_ASSIGN(const Shape common, broadcast_shape(bias->shape, shape));
  if (common != shape)
    return fail("input C of shape {} does not broadcast to {}", to_text(bias->shape), to_text(shape));
  return gather_strided(*bias, shape, broadcast_strides(bias->shape, shape));
}

/// A product of stacks of matrices: vectors are made matrices first and the added dimension is removed again
/// after.
struct StackedProduct {
  Shape a;
  Shape b;
  Shape stack;  // the common leading dimensions
  Shape shape;  // of the result
};

Result<StackedProduct> plan_product(Shape a, Shape b) {
  if (a.empty() || b.empty()) return fail("MatMul of a scalar; use Mul");
  const bool row = a.size() == 1;
  const bool column = b.size() == 1;
  if (row) a.insert(a.begin(), 1);
  if (column) b.push_back(1);
  if (a.back() != b[b.size() - 2])
    return fail("MatMul of shapes {} and {}: inner dimensions differ", to_text(a), to_text(b));
  StackedProduct plan{a, b, {}, {}};
  FIXGATE_ASSIGN(plan.stack, broadcast_shape({a.begin(), a.end() - 2}, {b.begin(), b.end() - 2}));
  plan.shape = plan.stack;
  if (!row) plan.shape.push_back(a[a.size() - 2]);
  if (!column) plan.shape.push_back(b.back());
  return plan;
}

/// Where each matrix of a stack lies, as StridedWalk sees it.
StridedWalk walk_stack(const Shape& shape, const Shape& stack) {
  const Shape lead(shape.begin(), shape.end() - 2);
  Shape strides = broadcast_strides(lead, stack);
  for (std::int64_t& stride : strides) stride *= shape[shape.size() - 2] * shape.back();
  return {stack, strides};
}

void multiply_stacks(const StackedProduct& plan, const std::vector<float>& a, const std::vector<float>& b,
                     std::vector<float>& out) {
  const std::int64_t rows = plan.a[plan.a.size() - 2];
  const std::int64_t inner = plan.a.back();
  const std::int64_t columns = plan.b.back();
  StridedWalk left = walk_stack(plan.a, plan.stack);
  StridedWalk right = walk_stack(plan.b, plan.stack);
  for (std::int64_t i = 0; i < element_count(plan.stack); ++i) {
    Map product(out.data() + i * rows * columns, rows, columns);
    product.noalias() =
        ConstMap(a.data() + left.offset(), rows, inner) * ConstMap(b.data() + right.offset(), inner, columns);
    left.next();
    right.next();
  }
}

}  // namespace

Result<Outputs> gemm(const OperatorCall& call) {
  FIXGATE_ASSIGN(const GemmAttributes attributes, parse_gemm(call.node));
  FIXGATE_ASSIGN(const Matrix a, matrix_input(call, 0, attributes.transpose_a));
  FIXGATE_ASSIGN(const Matrix b, matrix_input(call, 1, attributes.transpose_b));
  if (a.cols() != b.rows())
    return fail("A has {} columns but B has {} rows (after transA, transB)", a.cols(), b.rows());
  const Shape shape{a.rows(), b.cols()};
  FIXGATE_CHECK(check_size(call, shape));
  Tensor result{shape, std::vector<float>(static_cast<std::size_t>(element_count(shape)))};
  Map product(result.floats().data(), shape[0], shape[1]);
  product.noalias() = attributes.alpha * (a * b);
  if (!call.has(2)) return one(std::move(result));
  FIXGATE_ASSIGN(const Tensor bias, bias_input(call, shape));
  product += attributes.beta * ConstMap(bias.floats().data(), shape[0], shape[1]);
  return one(std::move(result));
}

Result<Outputs> matmul(const OperatorCall& call) {
  FIXGATE_ASSIGN(const Tensor* a, float_input(call, 0));
  FIXGATE_ASSIGN(const Tensor* b, float_input(call, 1));
  FIXGATE_ASSIGN(const StackedProduct plan, plan_product(a->shape, b->shape));
  FIXGATE_CHECK(check_size(call, plan.shape));
  Tensor result{plan.shape, std::vector<float>(static_cast<std::size_t>(element_count(plan.shape)))};
  if (!result.floats().empty()) multiply_stacks(plan, a->floats(), b->floats(), result.floats());
  return one(std::move(result));
}

}  // namespace fixgate::operators
