#include <cmath>
#include <limits>

#include "network/node_attributes.h"
#include "network/operators/evaluations.h"
#include "network/operators/window.h"

namespace fixgate::operators {
namespace {

using Integers = std::vector<std::int64_t>;

constexpr std::int64_t kMostTaps = std::int64_t{1} << 24;  // of a window; a file may state any kernel

/// A pool's input [batch, channels, axes...] as planes, each pooled for itself.
struct PlaneView {
  std::int64_t planes;
  std::int64_t size;
};

PlaneView planes_of(const Shape& shape) {
  return {shape[0] * shape[1], element_count({shape.begin() + 2, shape.end()})};
}

Result<void> check_rank(const Shape& shape) {
  if (shape.size() >= 3) return {};
  return fail("the input {} needs at least one axis behind batch and channels", to_text(shape));
}

Result<WindowAxes> pool_axes(const OperatorCall& call, const Shape& shape) {
  FIXGATE_ASSIGN(const auto kernel, find_attribute<Integers>(call.node, "kernel_shape"));
  if (!kernel) return fail("attribute 'kernel_shape' is missing");
  FIXGATE_ASSIGN(WindowAxes axes, sliding_axes(call, {shape.begin() + 2, shape.end()}, *kernel));
  if (taps_of(axes) > kMostTaps)
    return fail("a window of {} is above the limit of {} elements", to_text(*kernel), kMostTaps);
  for (const WindowAxis& axis : axes)
    if (axis.before >= axis.span() || axis.after >= axis.span())
      return fail("padding of {} with a kernel that spans {}: a window would cover padding alone",
                  std::max(axis.before, axis.after), axis.span());
  return axes;
}

Result<Shape> pooled_shape(const OperatorCall& call, const Shape& shape, const WindowAxes& axes) {
  const Shape windows = windows_of(axes);
  Shape pooled{shape[0], shape[1]};
  pooled.insert(pooled.end(), windows.begin(), windows.end());
  FIXGATE_CHECK(check_size(call, pooled));
  FIXGATE_CHECK(check_products({element_count(pooled), taps_of(axes)}));
  return pooled;
}

/// The position in its plane of the largest element of every window, the first one of equals; -1: none.
template <typename T>
Integers largest_positions(const WindowAxes& axes, const T* elements) {
  Integers best(static_cast<std::size_t>(element_count(windows_of(axes))), -1);
  const std::int64_t stride = axes.back().stride;
  for_each_tap(axes, [&](const Shape& tap, std::int64_t) {
    TapWalk(axes, tap).for_each_run([&](const WindowRun& run) {
      for (std::int64_t i = 0; i < run.count; ++i) {
        std::int64_t& record = best[static_cast<std::size_t>(run.window + i)];
        const std::int64_t position = run.element + i * stride;
        if (record < 0 || elements[position] > elements[record]) record = position;
      }
    });
  });
  return best;
}

/// MaxPool's Indices count columns first where storage_order is 1.
std::int64_t stored_position(std::int64_t position, const WindowAxes& axes, bool columns_first) {
  if (!columns_first) return position;
  std::int64_t result = 0;
  std::int64_t step = element_count(extents_of(axes));
  for (std::size_t d = axes.size(); d-- > 0; position /= axes[d].extent) {
    step /= axes[d].extent;
    result += position % axes[d].extent * step;
  }
  return result;
}

template <typename T>
Outputs largest_elements(const std::vector<T>& x, const PlaneView& view, const WindowAxes& axes,
                         const Shape& shape, bool columns_first) {
  std::vector<T> values;
  Integers indices;
  for (std::int64_t plane = 0; plane < view.planes; ++plane)
    for (const std::int64_t position : largest_positions(axes, x.data() + plane * view.size)) {
      values.push_back(position < 0 ? std::numeric_limits<T>::lowest()
                                    : x[static_cast<std::size_t>(plane * view.size + position)]);
      indices.push_back(plane * view.size + stored_position(position, axes, columns_first));
    }
  Outputs outputs = one({shape, std::move(values)});
  outputs.push_back({shape, std::move(indices)});
  return outputs;
}

/// What the sum of every window of a plane is divided by.
std::vector<double> divisors_of(const WindowAxes& axes, bool with_padding) {
  std::vector<double> counts(static_cast<std::size_t>(element_count(windows_of(axes))), 0);
  WindowAxes counted = axes;
  if (with_padding)
    for (WindowAxis& axis : counted) {  // the padding as elements; what hangs over it does not count
      axis.extent += axis.before + axis.after;
      axis.before = axis.after = 0;
    }
  for_each_tap(counted, [&](const Shape& tap, std::int64_t) {
    TapWalk(counted, tap).for_each_run([&](const WindowRun& run) {
      for (std::int64_t i = 0; i < run.count; ++i) counts[static_cast<std::size_t>(run.window + i)] += 1;
    });
  });
  for (double& count : counts) count = std::max(count, 1.0);
  return counts;
}

std::vector<double> window_sums(const WindowAxes& axes, const float* elements) {
  std::vector<double> sums(static_cast<std::size_t>(element_count(windows_of(axes))), 0);
  const std::int64_t stride = axes.back().stride;
  for_each_tap(axes, [&](const Shape& tap, std::int64_t) {
    TapWalk(axes, tap).for_each_run([&](const WindowRun& run) {
      for (std::int64_t i = 0; i < run.count; ++i)
        sums[static_cast<std::size_t>(run.window + i)] +=
            static_cast<double>(elements[run.element + i * stride]);
    });
  });
  return sums;
}

float largest_of(const float* values, std::int64_t count) {
  float largest = values[0];
  for (std::int64_t i = 1; i < count; ++i)
    if (values[i] > largest || std::isnan(values[i])) largest = values[i];
  return largest;
}

float mean_of(const float* values, std::int64_t count) {
  double sum = 0;
  for (std::int64_t i = 0; i < count; ++i) sum += static_cast<double>(values[i]);
  return static_cast<float>(sum / static_cast<double>(count));
}

}  // namespace

Result<Outputs> max_pool(const OperatorCall& call) {
  const Tensor& x = *call.inputs[0];
  FIXGATE_CHECK(check_rank(x.shape));
  FIXGATE_ASSIGN(const WindowAxes axes, pool_axes(call, x.shape));
  FIXGATE_ASSIGN(const Shape shape, pooled_shape(call, x.shape, axes));
  FIXGATE_ASSIGN(const auto columns_first, attribute_or<std::int64_t>(call.node, "storage_order", 0));
  return std::visit(
      [&](const auto& values) -> Result<Outputs> {
        return largest_elements(values, planes_of(x.shape), axes, shape, columns_first != 0);
      },
      x.data);
}

Result<Outputs> average_pool(const OperatorCall& call) {
  FIXGATE_ASSIGN(const Tensor* x, float_input(call, 0));
  FIXGATE_CHECK(check_rank(x->shape));
  FIXGATE_ASSIGN(const WindowAxes axes, pool_axes(call, x->shape));
  FIXGATE_ASSIGN(const Shape shape, pooled_shape(call, x->shape, axes));
  FIXGATE_ASSIGN(const auto with_padding, attribute_or<std::int64_t>(call.node, "count_include_pad", 0));
  const std::vector<double> divisors = divisors_of(axes, with_padding != 0);
  const PlaneView view = planes_of(x->shape);
  std::vector<float> result;
  for (std::int64_t plane = 0; plane < view.planes; ++plane) {
    const std::vector<double> sums = window_sums(axes, x->floats().data() + plane * view.size);
    for (std::size_t i = 0; i < sums.size(); ++i) result.push_back(static_cast<float>(sums[i] / divisors[i]));
  }
  return one({shape, std::move(result)});
}

Result<Outputs> global_pool(const OperatorCall& call) {
  FIXGATE_ASSIGN(const Tensor* x, float_input(call, 0));
  FIXGATE_CHECK(check_rank(x->shape));
  const PlaneView view = planes_of(x->shape);
  if (view.size == 0) return fail("the input {} has no elements to pool", to_text(x->shape));
  Shape shape(x->shape.size(), 1);
  std::copy_n(x->shape.begin(), 2, shape.begin());
  std::vector<float> result;
  for (std::int64_t plane = 0; plane < view.planes; ++plane) {
    const float* values = x->floats().data() + plane * view.size;
    result.push_back((call.node.op_type == "GlobalMaxPool" ? largest_of : mean_of)(values, view.size));
  }
  return one({shape, std::move(result)});
}

}  // namespace fixgate::operators
