#include <algorithm>

#include "network/node_attributes.h"
#include "network/operators/arguments.h"
#include "network/operators/evaluations.h"
#include "network/operators/strided_walk.h"

namespace fixgate::operators {
namespace {

using Integers = std::vector<std::int64_t>;

/// An empty tensor of the type of `like` with room for `shape`.
Tensor blank(const Tensor& like, const Shape& shape) {
  const auto count = static_cast<std::size_t>(element_count(shape));
  if (like.is_float()) return {shape, std::vector<float>(count)};
  return {shape, Integers(count)};
}

/// Copies `length` elements; both tensors are of one type.
void copy_run(const Tensor& from, std::int64_t source, Tensor& to, std::int64_t target, std::int64_t length) {
  std::visit(
      [&](auto& destination) {
        const auto& origin = std::get<std::decay_t<decltype(destination)>>(from.data);
        std::copy_n(origin.begin() + source, length, destination.begin() + target);
      },
      to.data);
}

Result<std::int64_t> normalise_index(std::int64_t index, std::int64_t extent) {
  if (index < -extent || index >= extent) return fail("index {} is outside a dimension of {}", index, extent);
  return index < 0 ? index + extent : index;
}

Result<std::size_t> axis_of(const OperatorCall& call, std::int64_t standard, std::size_t rank) {
  FIXGATE_ASSIGN(const auto axis, attribute_or<std::int64_t>(call.node, "axis", standard));
  return normalise_axis(axis, rank);
}

Shape gathered_shape(const Shape& data, const Shape& indices, std::size_t axis) {
  const auto middle = data.begin() + static_cast<std::ptrdiff_t>(axis);
  Shape shape(data.begin(), middle);
  shape.insert(shape.end(), indices.begin(), indices.end());
  shape.insert(shape.end(), middle + 1, data.end());
  return shape;
}

/// One dimension of a slice: `count` elements from `first`, `step` apart.
struct Cut {
  std::int64_t first;
  std::int64_t step;
  std::int64_t count;
};

/// ONNX Slice of set 10 and later; bounds beyond the dimension are clamped.
Result<Cut> plan_cut(std::int64_t start, std::int64_t end, std::int64_t step, std::int64_t extent) {
  if (step == 0 || step == std::numeric_limits<std::int64_t>::min())
    return fail("slice step {} is not allowed", step);
  if (start < 0) start += extent;
  if (end < 0) end += extent;
  if (step > 0) {
    start = std::clamp<std::int64_t>(start, 0, extent);
    end = std::clamp<std::int64_t>(end, start, extent);
    return Cut{start, step, (end - start) / step + ((end - start) % step != 0 ? 1 : 0)};
  }
  start = std::clamp<std::int64_t>(start, -1, extent - 1);
  end = std::clamp<std::int64_t>(end, -1, std::max<std::int64_t>(start, -1));
  return Cut{start, step, (start - end) / -step + ((start - end) % -step != 0 ? 1 : 0)};
}

struct SliceArguments {
  Integers starts;
  Integers ends;
  Integers axes;
  Integers steps;
};

Result<SliceArguments> slice_arguments(const OperatorCall& call) {
  SliceArguments result;
  FIXGATE_ASSIGN(result.starts, list_argument(call, "starts", 1));
  FIXGATE_ASSIGN(result.ends, list_argument(call, "ends", 2));
  Integers axes(result.starts.size());
  for (std::size_t i = 0; i < axes.size(); ++i) axes[i] = static_cast<std::int64_t>(i);
  FIXGATE_ASSIGN(result.axes, list_argument(call, "axes", 3, axes));
  FIXGATE_ASSIGN(result.steps, list_argument(call, "", 4, Integers(axes.size(), 1)));
  if (result.ends.size() != axes.size() || result.axes.size() != axes.size() ||
      result.steps.size() != axes.size())
    return fail("starts, ends, axes and steps differ in length");
  return result;
}

/// Sizes of the parts of Split.
Result<Integers> split_sizes(const OperatorCall& call, std::int64_t extent) {
  FIXGATE_ASSIGN(const Integers given, list_argument(call, "split", 1));
  if (!given.empty()) return given;
  const auto parts = static_cast<std::int64_t>(call.node.outputs.size());
  FIXGATE_ASSIGN(const auto stated, attribute_or<std::int64_t>(call.node, "num_outputs", parts));
  if (stated != parts) return fail("num_outputs is {} but the node has {} outputs", stated, parts);
  const bool uneven_allowed = call.node.attributes.contains("num_outputs");
  if (extent % parts != 0 && !uneven_allowed)
    return fail("a dimension of {} does not split into {}", extent, parts);
  Integers sizes;
  const std::int64_t size = (extent + parts - 1) / parts;
  for (std::int64_t left = extent; sizes.size() < call.node.outputs.size(); left -= sizes.back())
    sizes.push_back(std::min(size, left));
  return sizes;
}

Result<void> check_split(const Integers& sizes, std::int64_t extent, std::size_t outputs) {
  std::int64_t left = extent;
  for (const std::int64_t size : sizes) {
    if (size < 0 || size > left)
      return fail("parts {} do not sum to the dimension of {}", to_text(sizes), extent);
    left -= size;
  }
  if (left != 0) return fail("parts {} do not sum to the dimension of {}", to_text(sizes), extent);
  if (sizes.size() != outputs) return fail("{} parts for {} outputs", sizes.size(), outputs);
  return {};
}

Result<void> check_concat_input(const Tensor* tensor, const Tensor& first, std::size_t axis) {
  if (tensor == nullptr) return fail("an input is left out");
  if (tensor->is_float() != first.is_float()) return fail("the inputs are not of one type");
  Shape shape = tensor->shape;
  if (shape.size() == first.shape.size()) shape[axis] = first.shape[axis];
  if (shape == first.shape) return {};
  return fail("shapes {} and {} do not fit together", to_text(first.shape), to_text(tensor->shape));
}

/// Lengths of ReverseSequence's batch items.
Result<Integers> sequence_lengths(const OperatorCall& call, std::int64_t batch, std::int64_t time) {
  FIXGATE_ASSIGN(const Integers lengths, integer_list(call, 1));
  if (static_cast<std::int64_t>(lengths.size()) != batch)
    return fail("{} lengths for a batch of {}", lengths.size(), batch);
  for (const std::int64_t length : lengths)
    if (length < 0 || length > time) return fail("length {} is outside 0..{}", length, time);
  return lengths;
}

}  // namespace

Result<Outputs> gather(const OperatorCall& call) {
  const Tensor& data = *call.inputs[0];
  FIXGATE_ASSIGN(const Tensor* indices, integer_input(call, 1));
  FIXGATE_ASSIGN(const std::size_t axis, axis_of(call, 0, data.shape.size()));
  const Shape shape = gathered_shape(data.shape, indices->shape, axis);
  FIXGATE_CHECK(check_size(call, shape));
  Tensor result = blank(data, shape);
  const AxisView view = view_axis(data.shape, axis);
  std::int64_t target = 0;
  for (std::int64_t outer = 0; outer < view.outer; ++outer) {
    for (const std::int64_t index : indices->integers()) {
      FIXGATE_ASSIGN(const std::int64_t row, normalise_index(index, view.extent));
      copy_run(data, (outer * view.extent + row) * view.inner, result, target, view.inner);
      target += view.inner;
    }
  }
  return one(std::move(result));
}

Result<Outputs> gather_elements(const OperatorCall& call) {
  const Tensor& data = *call.inputs[0];
  FIXGATE_ASSIGN(const Tensor* indices, integer_input(call, 1));
  FIXGATE_ASSIGN(const std::size_t axis, axis_of(call, 0, data.shape.size()));
  if (indices->shape.size() != data.shape.size()) return fail("data and indices differ in rank");
  for (std::size_t d = 0; d < data.shape.size(); ++d)
    if (d != axis && indices->shape[d] > data.shape[d])
      return fail("indices are larger than data in dimension {}", d);
  Shape strides = row_major_strides(data.shape);
  const std::int64_t stride = std::exchange(strides[axis], 0);
  Tensor result = blank(data, indices->shape);
  StridedWalk walk(indices->shape, strides);
  for (std::size_t i = 0; i < indices->integers().size(); ++i, walk.next()) {
    FIXGATE_ASSIGN(const std::int64_t row, normalise_index(indices->integers()[i], data.shape[axis]));
    copy_run(data, walk.offset() + row * stride, result, static_cast<std::int64_t>(i), 1);
  }
  return one(std::move(result));
}

Result<Outputs> slice(const OperatorCall& call) {
  const Tensor& data = *call.inputs[0];
  FIXGATE_ASSIGN(const SliceArguments arguments, slice_arguments(call));
  FIXGATE_ASSIGN(const auto axes, normalise_axes(arguments.axes, data.shape.size()));
  Shape shape = data.shape;
  Shape strides = row_major_strides(data.shape);
  std::int64_t first = 0;
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const std::size_t d = axes[i];
    FIXGATE_ASSIGN(const Cut cut,
                   plan_cut(arguments.starts[i], arguments.ends[i], arguments.steps[i], data.shape[d]));
    shape[d] = cut.count;
    if (cut.count > 0) first += cut.first * strides[d];
    strides[d] *=
        cut.count > 1 ? cut.step : 1;  // a step is only taken within the dimension, so it cannot overflow
  }
  return one(gather_strided(data, shape, strides, first));
}

Result<Outputs> concat(const OperatorCall& call) {
  const Tensor& first = *call.inputs[0];
  if (!call.node.attributes.contains("axis")) return fail("attribute 'axis' is missing");
  FIXGATE_ASSIGN(const std::size_t axis, axis_of(call, 0, first.shape.size()));
  Shape shape = first.shape;
  shape[axis] = 0;
  for (const Tensor* tensor : call.inputs) {
    FIXGATE_CHECK(check_concat_input(tensor, first, axis));
    shape[axis] += tensor->shape[axis];
  }
  FIXGATE_CHECK(check_size(call, shape));
  Tensor result = blank(first, shape);
  const AxisView whole = view_axis(shape, axis);
  std::int64_t target = 0;
  for (std::int64_t outer = 0; outer < whole.outer; ++outer) {
    for (const Tensor* tensor : call.inputs) {
      const std::int64_t run = tensor->shape[axis] * whole.inner;
      copy_run(*tensor, outer * run, result, target, run);
      target += run;
    }
  }
  return one(std::move(result));
}

Result<Outputs> split(const OperatorCall& call) {
  const Tensor& data = *call.inputs[0];
  FIXGATE_ASSIGN(const std::size_t axis, axis_of(call, 0, data.shape.size()));
  FIXGATE_ASSIGN(const Integers sizes, split_sizes(call, data.shape[axis]));
  FIXGATE_CHECK(check_split(sizes, data.shape[axis], call.node.outputs.size()));
  const Shape strides = row_major_strides(data.shape);
  Outputs outputs;
  std::int64_t first = 0;
  for (const std::int64_t size : sizes) {
    Shape shape = data.shape;
    shape[axis] = size;
    outputs.push_back(gather_strided(data, shape, strides, first * strides[axis]));
    first += size;
  }
  return outputs;
}

Result<Outputs> tile(const OperatorCall& call) {
  const Tensor& data = *call.inputs[0];
  FIXGATE_ASSIGN(const Integers repeats, integer_list(call, 1));
  if (repeats.size() != data.shape.size())
    return fail("{} repeats for rank {}", repeats.size(), data.shape.size());
  Shape paired;  // [repeat, extent] of each dimension: the result's elements in order
  Shape paired_strides;
  Shape shape;
  const Shape strides = row_major_strides(data.shape);
  FIXGATE_CHECK(check_size(call, repeats));
  for (std::size_t d = 0; d < repeats.size(); ++d) {
    paired.insert(paired.end(), {repeats[d], data.shape[d]});
    paired_strides.insert(paired_strides.end(), {0, strides[d]});
    shape.push_back(repeats[d] * data.shape[d]);
  }
  FIXGATE_CHECK(check_size(call, paired));
  Tensor result = gather_strided(data, paired, paired_strides);
  result.shape = shape;
  return one(std::move(result));
}

Result<Outputs> reverse_sequence(const OperatorCall& call) {
  const Tensor& x = *call.inputs[0];
  FIXGATE_ASSIGN(const auto time_axis, attribute_or<std::int64_t>(call.node, "time_axis", 0));
  FIXGATE_ASSIGN(const auto batch_axis, attribute_or<std::int64_t>(call.node, "batch_axis", 1));
  if (x.shape.size() < 2) return fail("the input needs at least two dimensions");
  if (time_axis + batch_axis != 1 || (time_axis != 0 && time_axis != 1))
    return fail("time_axis {} and batch_axis {} must be 0 and 1", time_axis, batch_axis);
  const std::int64_t time = x.shape[static_cast<std::size_t>(time_axis)];
  const std::int64_t batch = x.shape[static_cast<std::size_t>(batch_axis)];
  FIXGATE_ASSIGN(const Integers lengths, sequence_lengths(call, batch, time));
  const AxisView view = view_axis(x.shape, 1);
  Tensor result = x;
  for (std::int64_t b = 0; b < batch; ++b) {
    const std::int64_t length = lengths[static_cast<std::size_t>(b)];
    for (std::int64_t t = 0; t < length; ++t) {
      const auto row = [&](std::int64_t step) { return time_axis == 0 ? step * batch + b : b * time + step; };
      copy_run(x, row(length - 1 - t) * view.inner, result, row(t) * view.inner, view.inner);
    }
  }
  return one(std::move(result));
}

}  // namespace fixgate::operators
