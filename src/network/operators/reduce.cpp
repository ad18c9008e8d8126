#include <algorithm>
#include <cmath>
#include <functional>

#include "network/node_attributes.h"
#include "network/operators/arguments.h"
#include "network/operators/evaluations.h"
#include "network/operators/strided_walk.h"

namespace fixgate::operators {
namespace {

using Integers = std::vector<std::int64_t>;

/// Softmax of one row of `view.extent` elements, `view.inner` apart; its logarithm where `logarithm` is set.
void softmax_row(const float* x, float* y, const AxisView& view, bool logarithm) {
  float peak = -std::numeric_limits<float>::infinity();
  for (std::int64_t i = 0; i < view.extent; ++i) peak = std::max(peak, x[i * view.inner]);
  double sum = 0;
  for (std::int64_t i = 0; i < view.extent; ++i)
    sum += std::exp(static_cast<double>(x[i * view.inner] - peak));
  for (std::int64_t i = 0; i < view.extent; ++i) {
    const auto shifted = static_cast<double>(x[i * view.inner] - peak);
    y[i * view.inner] = static_cast<float>(logarithm ? shifted - std::log(sum) : std::exp(shifted) / sum);
  }
}

/// From set 13 along one axis; before it over all the dimensions from the axis on (the input coerced to a
/// matrix).
Result<AxisView> softmax_view(const OperatorCall& call, const Shape& shape) {
  const bool single_axis = call.operator_set >= 13;
  FIXGATE_ASSIGN(const auto stated, attribute_or<std::int64_t>(call.node, "axis", single_axis ? -1 : 1));
  if (shape.empty()) return fail("the input is a scalar");
  FIXGATE_ASSIGN(const std::size_t axis, normalise_axis(stated, shape.size()));
  AxisView view = view_axis(shape, axis);
  if (!single_axis) view = {view.outer, view.extent * view.inner, 1};
  return view;
}

/// The shape with `axes` reduced to 1, or removed.
Shape reduced_shape(const Shape& shape, const std::vector<std::size_t>& axes, bool keep) {
  Shape result;
  for (std::size_t d = 0; d < shape.size(); ++d) {
    const bool reduced = std::ranges::find(axes, d) != axes.end();
    if (!reduced || keep) result.push_back(reduced ? 1 : shape[d]);
  }
  return result;
}

template <typename T>
std::int64_t extreme_position(const std::vector<T>& values, std::int64_t first, const AxisView& view,
                              bool maximum, bool last) {
  std::int64_t best = 0;
  for (std::int64_t i = 1; i < view.extent; ++i) {
    const T value = values[static_cast<std::size_t>(first + i * view.inner)];
    const T record = values[static_cast<std::size_t>(first + best * view.inner)];
    if ((maximum ? value > record : value < record) || (last && value == record)) best = i;
  }
  return best;
}

Integers extreme_positions(const Tensor& x, const AxisView& view, bool maximum, bool last) {
  Integers result;
  for (std::int64_t outer = 0; outer < view.outer; ++outer)
    for (std::int64_t inner = 0; inner < view.inner; ++inner)
      result.push_back(std::visit(
          [&](const auto& values) {
            return extreme_position(values, outer * view.extent * view.inner + inner, view, maximum, last);
          },
          x.data));
  return result;
}

Result<std::vector<std::size_t>> reduced_axes(const OperatorCall& call, std::size_t rank) {
  FIXGATE_ASSIGN(Integers axes, list_argument(call, "axes", 1));
  FIXGATE_ASSIGN(const auto no_operation, attribute_or<std::int64_t>(call.node, "noop_with_empty_axes", 0));
  if (axes.empty() && no_operation == 0)
    for (std::size_t d = 0; d < rank; ++d) axes.push_back(static_cast<std::int64_t>(d));
  return normalise_axes(axes, rank);
}

using Fold = double (*)(double, double);

Fold fold_of(const std::string& op) {
  if (op == "ReduceMax") return [](double a, double b) { return std::max(a, b); };
  if (op == "ReduceMin") return [](double a, double b) { return std::min(a, b); };
  if (op == "ReduceProd") return [](double a, double b) { return a * b; };
  return [](double a, double b) { return a + b; };
}

double start_of(const std::string& op) {
  if (op == "ReduceMax") return -std::numeric_limits<double>::infinity();
  if (op == "ReduceMin") return std::numeric_limits<double>::infinity();
  return op == "ReduceProd" ? 1 : 0;
}

/// What is added up of an element.
double prepared(const std::string& op, double value) {
  if (op == "ReduceL1") return std::abs(value);
  if (op == "ReduceL2" || op == "ReduceSumSquare") return value * value;
  if (op == "ReduceLogSumExp") return std::exp(value);
  return value;
}

double finished(const std::string& op, double sum, double count) {
  if (op == "ReduceMean") return sum / count;
  if (op == "ReduceL2") return std::sqrt(sum);
  if (op == "ReduceLogSum" || op == "ReduceLogSumExp") return std::log(sum);
  return sum;
}

/// Sums in double and rounds once.
std::vector<float> reduce_values(const std::string& op, const Tensor& x, const Shape& kept) {
  std::vector<double> sums(static_cast<std::size_t>(element_count(kept)), start_of(op));
  StridedWalk target(x.shape, broadcast_strides(kept, x.shape));
  const Fold fold = fold_of(op);
  for (const float value : x.floats()) {
    double& sum = sums[static_cast<std::size_t>(target.offset())];
    sum = fold(sum, prepared(op, static_cast<double>(value)));
    target.next();
  }
  const double count = static_cast<double>(x.floats().size()) / static_cast<double>(sums.size());
  std::vector<float> result(sums.size());
  std::ranges::transform(sums, result.begin(),
                         [&](double sum) { return static_cast<float>(finished(op, sum, count)); });
  return result;
}

Integers reduce_integers(const std::string& op, const Tensor& x, const Shape& kept) {
  const std::uint64_t start = op == "ReduceProd" ? 1 : 0;
  std::vector<std::uint64_t> sums(static_cast<std::size_t>(element_count(kept)), start);
  StridedWalk target(x.shape, broadcast_strides(kept, x.shape));
  for (const std::int64_t value : x.integers()) {
    std::uint64_t& sum = sums[static_cast<std::size_t>(target.offset())];
    sum = op == "ReduceProd" ? sum * static_cast<std::uint64_t>(value)
                             : sum + static_cast<std::uint64_t>(value);
    target.next();
  }
  return {sums.begin(), sums.end()};
}

}  // namespace

Result<Outputs> softmax(const OperatorCall& call) {
  FIXGATE_ASSIGN(const Tensor* x, float_input(call, 0));
  FIXGATE_ASSIGN(const AxisView view, softmax_view(call, x->shape));
  Tensor result = *x;
  for (std::int64_t outer = 0; outer < view.outer; ++outer)
    for (std::int64_t inner = 0; inner < view.inner; ++inner) {
      const std::int64_t first = outer * view.extent * view.inner + inner;
      softmax_row(x->floats().data() + first, result.floats().data() + first, view,
                  call.node.op_type == "LogSoftmax");
    }
  return one(std::move(result));
}

Result<Outputs> argument_extreme(const OperatorCall& call) {
  const Tensor& x = *call.inputs[0];
  FIXGATE_ASSIGN(const auto stated, attribute_or<std::int64_t>(call.node, "axis", 0));
  FIXGATE_ASSIGN(const std::size_t axis, normalise_axis(stated, x.shape.size()));
  FIXGATE_ASSIGN(const auto keep, attribute_or<std::int64_t>(call.node, "keepdims", 1));
  FIXGATE_ASSIGN(const auto last, attribute_or<std::int64_t>(call.node, "select_last_index", 0));
  const AxisView view = view_axis(x.shape, axis);
  const Shape shape = reduced_shape(x.shape, {axis}, keep != 0);
  if (view.extent == 0 && element_count(shape) > 0) return fail("axis {} has no elements", axis);
  if (element_count(shape) == 0) return one({shape, Integers()});
  return one({shape, extreme_positions(x, view, call.node.op_type == "ArgMax", last != 0)});
}

Result<Outputs> reduce(const OperatorCall& call) {
  const Tensor& x = *call.inputs[0];
  const std::string& op = call.node.op_type;
  FIXGATE_ASSIGN(const auto axes, reduced_axes(call, x.shape.size()));
  FIXGATE_ASSIGN(const auto keep, attribute_or<std::int64_t>(call.node, "keepdims", 1));
  const Shape kept = reduced_shape(x.shape, axes, true);
  const Shape shape = reduced_shape(x.shape, axes, keep != 0);
  if (element_count(x.shape) == 0 && element_count(shape) > 0) return fail("there are no elements to reduce");
  if (x.is_float()) return one({shape, reduce_values(op, x, kept)});
  if (op == "ReduceSum" || op == "ReduceProd") return one({shape, reduce_integers(op, x, kept)});
  return fail("{} of an integer type is not supported; cast to float first", op);
}

}  // namespace fixgate::operators
