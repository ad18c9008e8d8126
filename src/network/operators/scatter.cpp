#include <algorithm>
#include <functional>

#include "network/node_attributes.h"
#include "network/operators/arguments.h"
#include "network/operators/evaluations.h"
#include "network/operators/strided_walk.h"

namespace fixgate::operators {
namespace {

using Integers = std::vector<std::int64_t>;

Result<std::int64_t> checked_index(std::int64_t index, std::int64_t extent) {
  if (index < -extent || index >= extent) return fail("index {} is outside a dimension of {}", index, extent);
  return index < 0 ? index + extent : index;
}

/// Indices [..., depth] that each name a block of `run` elements of the data, behind `batch_dims` dimensions
/// that both share.
struct Blocks {
  Shape places;          // one block each
  Shape block;           // the data's dimensions behind those that are named
  std::int64_t run = 1;  // elements of a block
  Integers starts;       // of each block in the data
};

Result<void> check_blocks(const Shape& data, const Shape& indices, std::size_t batch_dims) {
  if (indices.empty() || indices.back() < 1) return fail("indices need a last dimension of at least 1");
  if (batch_dims >= indices.size() || batch_dims > data.size())
    return fail("batch_dims {} for data of rank {} and indices of rank {}", batch_dims, data.size(),
                indices.size());
  if (static_cast<std::size_t>(indices.back()) > data.size() - batch_dims)
    return fail("indices have {} parts, data has rank {}", indices.back(), data.size());
  for (std::size_t d = 0; d < batch_dims; ++d)
    if (data[d] != indices[d])
      return fail("dimension {} is {} in data and {} in indices", d, data[d], indices[d]);
  return {};
}

Result<Blocks> blocks_of(const Shape& data, const Tensor& indices, std::size_t batch_dims) {
  FIXGATE_CHECK(check_blocks(data, indices.shape, batch_dims));
  const auto depth = static_cast<std::size_t>(indices.shape.back());
  const Shape strides = row_major_strides(data);
  const Shape batch(data.begin(), data.begin() + static_cast<std::ptrdiff_t>(batch_dims));
  Blocks blocks;
  blocks.places.assign(indices.shape.begin(), indices.shape.end() - 1);
  blocks.block.assign(data.begin() + static_cast<std::ptrdiff_t>(batch_dims + depth), data.end());
  blocks.run = element_count(blocks.block);
  const auto items = static_cast<std::size_t>(element_count(blocks.places));
  const std::size_t of_batch =
      items / std::max<std::size_t>(static_cast<std::size_t>(element_count(batch)), 1);
  const std::int64_t batch_step = element_count({data.begin() + std::ssize(batch), data.end()});
  for (std::size_t i = 0; i < items; ++i) {
    std::int64_t start = static_cast<std::int64_t>(i / std::max<std::size_t>(of_batch, 1)) * batch_step;
    for (std::size_t d = 0; d < depth; ++d) {
      FIXGATE_ASSIGN(const std::int64_t index,
                     checked_index(indices.integers()[i * depth + d], data[batch_dims + d]));
      start += index * strides[batch_dims + d];
    }
    blocks.starts.push_back(start);
  }
  return blocks;
}

template <typename T>
using Combine = std::function<T(T, T)>;

/// How ScatterND and ScatterElements bring an update to what is there.
template <typename T>
Result<Combine<T>> reduction_of(const Node& node) {
  FIXGATE_ASSIGN(const auto name, attribute_or<std::string>(node, "reduction", "none"));
  if (name == "none") return Combine<T>([](T, T update) { return update; });
  if (name == "add") return Combine<T>([](T old, T update) { return old + update; });
  if (name == "mul") return Combine<T>([](T old, T update) { return old * update; });
  if (name == "max") return Combine<T>([](T old, T update) { return std::max(old, update); });
  if (name == "min") return Combine<T>([](T old, T update) { return std::min(old, update); });
  return fail("reduction '{}' is unknown", name);
}

/// Integers wrap as two's complement in sums and products.
template <>
Result<Combine<std::int64_t>> reduction_of(const Node& node) {
  FIXGATE_ASSIGN(const auto name, attribute_or<std::string>(node, "reduction", "none"));
  const auto bits = [](std::int64_t value) { return static_cast<std::uint64_t>(value); };
  using Function = Combine<std::int64_t>;
  if (name == "none") return Function([](std::int64_t, std::int64_t b) { return b; });
  if (name == "add")
    return Function(
        [=](std::int64_t a, std::int64_t b) { return static_cast<std::int64_t>(bits(a) + bits(b)); });
  if (name == "mul")
    return Function(
        [=](std::int64_t a, std::int64_t b) { return static_cast<std::int64_t>(bits(a) * bits(b)); });
  if (name == "max") return Function([](std::int64_t a, std::int64_t b) { return std::max(a, b); });
  if (name == "min") return Function([](std::int64_t a, std::int64_t b) { return std::min(a, b); });
  return fail("reduction '{}' is unknown", name);
}

Result<void> check_updates(const Tensor& data, const Tensor& updates, const Shape& shape) {
  if (data.is_float() != updates.is_float()) return fail("data and updates are not of one type");
  if (updates.shape == shape) return {};
  return fail("updates have the shape {}, not {}", to_text(updates.shape), to_text(shape));
}

/// Writes element i of `updates` to places[i] of the result.
template <typename T>
Result<void> write(const Node& node, const std::vector<T>& updates, const Integers& places,
                   std::vector<T>& result) {
  FIXGATE_ASSIGN(const Combine<T> combine, reduction_of<T>(node));
  for (std::size_t i = 0; i < places.size(); ++i) {
    T& element = result[static_cast<std::size_t>(places[i])];
    element = combine(element, updates[i]);
  }
  return {};
}

Result<Outputs> written(const OperatorCall& call, const Tensor& updates, const Integers& places) {
  Tensor result = *call.inputs[0];
  if (result.is_float())
    FIXGATE_CHECK(write(call.node, updates.floats(), places, result.floats()));
  else
    FIXGATE_CHECK(write(call.node, updates.integers(), places, result.integers()));
  return one(std::move(result));
}

}  // namespace

Result<Outputs> gather_nd(const OperatorCall& call) {
  const Tensor& data = *call.inputs[0];
  FIXGATE_ASSIGN(const Tensor* indices, integer_input(call, 1));
  FIXGATE_ASSIGN(const auto batch_dims, attribute_or<std::int64_t>(call.node, "batch_dims", 0));
  if (batch_dims < 0) return fail("batch_dims is {}", batch_dims);
  FIXGATE_ASSIGN(const Blocks blocks, blocks_of(data.shape, *indices, static_cast<std::size_t>(batch_dims)));
  Shape shape = blocks.places;
  shape.insert(shape.end(), blocks.block.begin(), blocks.block.end());
  FIXGATE_CHECK(check_size(call, shape));
  return std::visit(
      [&](const auto& values) -> Result<Outputs> {
        std::decay_t<decltype(values)> result;
        for (const std::int64_t start : blocks.starts)
          result.insert(result.end(), values.begin() + start, values.begin() + start + blocks.run);
        return one({shape, std::move(result)});
      },
      data.data);
}

Result<Outputs> scatter_nd(const OperatorCall& call) {
  const Tensor& data = *call.inputs[0];
  const Tensor& updates = *call.inputs[2];
  FIXGATE_ASSIGN(const Tensor* indices, integer_input(call, 1));
  FIXGATE_ASSIGN(const Blocks blocks, blocks_of(data.shape, *indices, 0));
  Shape shape = blocks.places;
  shape.insert(shape.end(), blocks.block.begin(), blocks.block.end());
  FIXGATE_CHECK(check_updates(data, updates, shape));
  Integers places;
  for (const std::int64_t start : blocks.starts)
    for (std::int64_t i = 0; i < blocks.run; ++i) places.push_back(start + i);
  return written(call, updates, places);
}

Result<Outputs> scatter_elements(const OperatorCall& call) {
  const Tensor& data = *call.inputs[0];
  FIXGATE_ASSIGN(const Tensor* indices, integer_input(call, 1));
  FIXGATE_ASSIGN(const auto stated, attribute_or<std::int64_t>(call.node, "axis", 0));
  FIXGATE_ASSIGN(const std::size_t axis, normalise_axis(stated, data.shape.size()));
  if (indices->shape.size() != data.shape.size()) return fail("data and indices differ in rank");
  for (std::size_t d = 0; d < data.shape.size(); ++d)
    if (d != axis && indices->shape[d] > data.shape[d])
      return fail("indices are larger than data in dimension {}", d);
  FIXGATE_CHECK(check_updates(data, *call.inputs[2], indices->shape));
  Shape strides = row_major_strides(data.shape);
  const std::int64_t stride = std::exchange(strides[axis], 0);
  StridedWalk walk(indices->shape, strides);
  Integers places;
  for (const std::int64_t index : indices->integers()) {
    FIXGATE_ASSIGN(const std::int64_t row, checked_index(index, data.shape[axis]));
    places.push_back(walk.offset() + row * stride);
    walk.next();
  }
  return written(call, *call.inputs[2], places);
}

}  // namespace fixgate::operators
