#include <algorithm>

#include "network/node_attributes.h"
#include "network/operators/arguments.h"
#include "network/operators/evaluations.h"
#include "network/operators/strided_walk.h"

namespace fixgate::operators {
namespace {

using Integers = std::vector<std::int64_t>;

constexpr std::int64_t kOutside = -1;

enum class Mode { Constant, Reflect, Edge, Wrap };

/// Elements added before and after one axis; negative ones are cut off.
struct Padding {
  std::int64_t before = 0;
  std::int64_t after = 0;
};

Result<Mode> mode_of(const Node& node) {
  FIXGATE_ASSIGN(const auto text, attribute_or<std::string>(node, "mode", "constant"));
  if (text == "constant") return Mode::Constant;
  if (text == "reflect") return Mode::Reflect;
  if (text == "edge") return Mode::Edge;
  if (text == "wrap") return Mode::Wrap;
  return fail("mode '{}' is unknown", text);
}

/// The axes that `pads` speaks of, all of them where the node has no list.
Result<std::vector<std::size_t>> padded_axes(const OperatorCall& call, std::size_t rank) {
  Integers axes(rank);
  for (std::size_t d = 0; d < rank; ++d) axes[d] = static_cast<std::int64_t>(d);
  if (call.has(3)) {
    FIXGATE_ASSIGN(axes, integer_list(call, 3));
  }
  return normalise_axes(axes, rank);
}

Result<std::vector<Padding>> paddings_of(const OperatorCall& call, const Shape& shape) {
  FIXGATE_ASSIGN(const auto axes, padded_axes(call, shape.size()));
  FIXGATE_ASSIGN(const Integers pads, list_argument(call, "pads", 1));
  if (pads.size() != 2 * axes.size()) return fail("{} pads for {} axes", pads.size(), axes.size());
  std::vector<Padding> paddings(shape.size());
  for (std::size_t i = 0; i < axes.size(); ++i) {
    const Padding padding{pads[i], pads[i + axes.size()]};
    const std::int64_t extent = shape[axes[i]];
    for (const std::int64_t size : {padding.before, padding.after})
      if (size < -extent || size > kElementLimit) return fail("padding of {} on an axis of {}", size, extent);
    if (extent + padding.before + padding.after < 0)
      return fail("pads {} and {} cut more off than the axis of {} has", padding.before, padding.after,
                  extent);
    paddings[axes[i]] = padding;
  }
  return paddings;
}

/// What is left of an axis after cutting, from its first element on, and how much is added to it.
struct Kept {
  std::int64_t first;
  std::int64_t count;
  Padding added;
};

Kept kept_of(const Padding& padding, std::int64_t extent) {
  const std::int64_t first = std::max<std::int64_t>(-padding.before, 0);
  const std::int64_t end = extent - std::max<std::int64_t>(-padding.after, 0);
  return {first,
          std::max<std::int64_t>(end - first, 0),
          {std::max<std::int64_t>(padding.before, 0), std::max<std::int64_t>(padding.after, 0)}};
}

Result<void> check_kept(Mode mode, const Kept& kept) {
  const std::int64_t largest = std::max(kept.added.before, kept.added.after);
  if (mode == Mode::Constant || largest == 0) return {};
  const std::int64_t needed = mode == Mode::Reflect ? largest + 1 : mode == Mode::Wrap ? largest : 1;
  if (kept.count >= needed) return {};
  return fail("padding of {} by {} needs at least {} elements, the axis has {}", largest,
              mode == Mode::Reflect ? "reflection" : "the axis itself", needed, kept.count);
}

/// Position -before..count+after-1 of what is kept, brought into 0..count-1.
std::int64_t inside(Mode mode, std::int64_t position, std::int64_t count) {
  if (position >= 0 && position < count) return position;
  switch (mode) {
    case Mode::Constant:
      return kOutside;
    case Mode::Edge:
      return std::clamp<std::int64_t>(position, 0, count - 1);
    case Mode::Wrap:
      return position < 0 ? position + count : position - count;
    case Mode::Reflect:
      return position < 0 ? -position : 2 * (count - 1) - position;
  }
  return kOutside;
}

/// By element of the padded axis the one that it is, or kOutside.
Integers sources_of(Mode mode, const Kept& kept) {
  Integers sources;
  for (std::int64_t p = -kept.added.before; p < kept.count + kept.added.after; ++p) {
    const std::int64_t source = inside(mode, p, kept.count);
    sources.push_back(source == kOutside ? kOutside : source + kept.first);
  }
  return sources;
}

/// Elements of `data` at the sources of every axis, `filling` where one of them is outside.
template <typename T>
std::vector<T> pick(const std::vector<T>& data, const Shape& strides, const std::vector<Integers>& sources,
                    T filling) {
  std::vector<T> result;
  Shape index(sources.size(), 0);
  if (std::ranges::any_of(sources, [](const Integers& axis) { return axis.empty(); })) return result;
  for (std::size_t d = 1; d > 0;) {
    std::int64_t place = 0;
    for (std::size_t axis = 0; axis < index.size() && place != kOutside; ++axis) {
      const std::int64_t source = sources[axis][static_cast<std::size_t>(index[axis])];
      place = source == kOutside ? kOutside : place + source * strides[axis];
    }
    result.push_back(place == kOutside ? filling : data[static_cast<std::size_t>(place)]);
    for (d = index.size(); d > 0 && ++index[d - 1] == std::ssize(sources[d - 1]); --d) index[d - 1] = 0;
  }
  return result;
}

/// The value of padding: an attribute before set 11, a scalar input since.
template <typename T>
Result<T> filling_of(const OperatorCall& call) {
  if (!call.has(2)) {
    FIXGATE_ASSIGN(const float value, attribute_or<float>(call.node, "value", 0));
    return static_cast<T>(value);
  }
  const auto* values = std::get_if<std::vector<T>>(&call.inputs[2]->data);
  if (values == nullptr || values->size() != 1)
    return fail("input 2 must be a scalar of the type of the data");
  return values->front();
}

template <typename T>
Result<Outputs> pad_values(const OperatorCall& call, const std::vector<Integers>& sources,
                           const Shape& shape) {
  const Tensor& data = *call.inputs[0];
  FIXGATE_ASSIGN(const T filling, filling_of<T>(call));
  const auto& values = std::get<std::vector<T>>(data.data);
  return one({shape, pick(values, row_major_strides(data.shape), sources, filling)});
}

}  // namespace

Result<Outputs> pad(const OperatorCall& call) {
  const Tensor& data = *call.inputs[0];
  FIXGATE_ASSIGN(const Mode mode, mode_of(call.node));
  FIXGATE_ASSIGN(const auto paddings, paddings_of(call, data.shape));
  std::vector<Kept> kept;
  Shape shape;
  for (std::size_t d = 0; d < paddings.size(); ++d) {
    kept.push_back(kept_of(paddings[d], data.shape[d]));
    FIXGATE_CHECK(check_kept(mode, kept.back()));
    shape.push_back(kept[d].count + kept[d].added.before + kept[d].added.after);
  }
  FIXGATE_CHECK(check_size(call, shape));
  std::vector<Integers> sources;
  for (const Kept& axis : kept) sources.push_back(sources_of(mode, axis));
  return data.is_float() ? pad_values<float>(call, sources, shape)
                         : pad_values<std::int64_t>(call, sources, shape);
}

}  // namespace fixgate::operators
