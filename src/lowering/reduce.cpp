// Operators along axes: means, sums, extremes; and what is left to the reader at the end.
#include <algorithm>

#include "blocks/normalisation.h"
#include "blocks/reduction.h"
#include "lowering/operators.h"
#include "network/node_attributes.h"

namespace fixgate::lowering {

namespace {

using program::ClockId;
using program::ClockKind;
using program::Read;
using program::ValueId;

enum class Reduction { Sum, Mean, Largest, Smallest };

Reduction reduction_of(const std::string& op_type) {
  if (op_type == "ReduceMean" || op_type == "GlobalAveragePool") return Reduction::Mean;
  if (op_type == "ReduceSum") return Reduction::Sum;
  return op_type == "ReduceMin" ? Reduction::Smallest : Reduction::Largest;
}

/// What is reduced: axes of a tensor, whose sizes become 1 or which fall away.
struct Reduced {
  const Item* item = nullptr;
  std::vector<std::size_t> axes;
  bool keeps = true;
  Reduction kind = Reduction::Mean;

  [[nodiscard]] bool has(std::size_t axis) const { return std::ranges::count(axes, axis) > 0; }
};

/// Ticks of a clock where the file fixes them.
std::optional<std::int64_t> fixed_ticks(const program::Program& program, ClockId id) {
  const program::Clock& clock = program.clocks[id];
  if (clock.kind == ClockKind::Step)
    return clock.call.count > 0 ? std::optional(clock.call.count) : std::nullopt;
  const auto parent = fixed_ticks(program, *clock.parent);
  return parent ? std::optional(clock.ticks(*parent)) : std::nullopt;
}

ValueId add_over_positions(blocks::LayerWriter& layer, const Read& read, const blocks::ReducedAxes& axes,
                           Reduction kind) {
  if (kind == Reduction::Sum) return blocks::add_sum(layer, read, axes, "out");
  if (kind == Reduction::Mean) return blocks::add_mean(layer, read, axes, "out");
  return blocks::add_extreme(layer, read, axes, kind == Reduction::Largest, "out");
}

ValueId add_over_time(program::FloatNetwork& network, const blocks::OverTime& over, Reduction kind) {
  if (kind == Reduction::Sum) return blocks::add_sum_over_time(network, over);
  if (kind == Reduction::Mean)
    return blocks::add_mean_over_time(network, over, fixed_ticks(network.program, over.clock));
  return blocks::add_extreme_over_time(network, over, kind == Reduction::Largest);
}

Shape reduced_shape(const Reduced& reduced, bool keeps) {
  Shape shape;
  for (std::size_t axis = 0; axis < reduced.item->tensor.shape.size(); ++axis) {
    if (!reduced.has(axis))
      shape.push_back(reduced.item->tensor.shape[axis]);
    else if (keeps)
      shape.push_back(1);
  }
  return shape;
}

Result<Tensor> reshaped(const Tensor& codes, const Shape& shape) {
  Tensor result = codes;
  result.shape = shape;
  return result;
}

Result<void> reduce(Walk& walk, const Node& node, const Reduced& reduced) {
  const Tensor& x = reduced.item->tensor;
  std::int64_t count = 1;
  for (const std::size_t axis : reduced.axes) count *= x.shape[axis];
  if (count == 1) {
    FIXGATE_ASSIGN(Tensor same, reshaped(x, reduced_shape(reduced, reduced.keeps)));
    walk.put_codes(node, std::move(same));
    return {};
  }
  FIXGATE_ASSIGN(const Placed first, walk.framer().place({&x}));
  std::vector<std::size_t> kept;
  for (const std::size_t axis : reduced.axes) {
    if (first.frame.sequences == axis) return fail("reduces over a batch of independent sequences");
    if (first.frame.time != axis) kept.push_back(axis);
  }
  FIXGATE_ASSIGN(Placed placed, walk.framer().place({&x}, kept));
  Frame frame = placed.frame;
  FIXGATE_ASSIGN(Read read, walk.read(frame, placed.operands.front(), *reduced.item));
  const bool over_time = frame.time && reduced.has(*frame.time);
  const std::string name = walk.draft().layer_name(node.name);
  if (!kept.empty()) {
    blocks::ReducedAxes axes;
    for (std::size_t feature = 0; feature < frame.features.size(); ++feature) {
      axes.shape.push_back(static_cast<int>(x.shape[frame.features[feature]]));
      if (reduced.has(frame.features[feature])) axes.axes.push_back(feature);
    }
    blocks::LayerWriter layer(walk.draft().network,
                              {over_time ? walk.draft().layer_name(node.name + "_positions") : name,
                               "over positions", frame.clock});
    read = Read{add_over_positions(layer, read, axes, reduced.kind)};
  }
  if (over_time) {
    const ClockId once = walk.framer().once(frame.clock);
    read = Read{add_over_time(walk.draft().network, {name, frame.clock, once, read}, reduced.kind)};
    frame.clock = once;
    frame.time = std::nullopt;
  }
  frame.shape = reduced_shape(reduced, true);
  std::vector<std::size_t> features;
  for (const std::size_t axis : frame.features)
    if (!reduced.has(axis)) features.push_back(axis);
  walk.trace(read.value, frame);
  FIXGATE_ASSIGN(Tensor codes, reshaped(walk.framer().spread(frame, read.value, frame.shape, features),
                                        reduced_shape(reduced, reduced.keeps)));
  walk.put_codes(node, std::move(codes));
  return {};
}

Result<std::vector<std::size_t>> stated_axes(Walk& walk, const Node& node, std::size_t rank) {
  std::vector<std::int64_t> axes;
  if (walk.find(node, 1) != nullptr) {
    FIXGATE_ASSIGN(const Tensor* tensor, walk.constant(node, 1));
    if (tensor->is_float()) return fail("axes that are no whole numbers");
    axes = tensor->integers();
  } else {
    FIXGATE_ASSIGN(axes, attribute_or<std::vector<std::int64_t>>(node, "axes", {}));
  }
  std::vector<std::size_t> result;
  for (const std::int64_t axis : axes) {
    const std::int64_t place = axis < 0 ? axis + static_cast<std::int64_t>(rank) : axis;
    if (place < 0 || place >= static_cast<std::int64_t>(rank)) return fail("axis {} of {}", axis, rank);
    result.push_back(static_cast<std::size_t>(place));
  }
  FIXGATE_ASSIGN(const std::int64_t is_noop, attribute_or<std::int64_t>(node, "noop_with_empty_axes", 0));
  if (result.empty() && is_noop == 0)
    for (std::size_t axis = 0; axis < rank; ++axis) result.push_back(axis);
  return result;
}

}  // namespace

Result<void> lower_reduce(Walk& walk, const Node& node) {
  Reduced reduced;
  FIXGATE_ASSIGN(reduced.item, walk.data(node, 0));
  FIXGATE_ASSIGN(reduced.axes, stated_axes(walk, node, reduced.item->tensor.shape.size()));
  FIXGATE_ASSIGN(const std::int64_t keeps, attribute_or<std::int64_t>(node, "keepdims", 1));
  reduced.keeps = keeps != 0;
  reduced.kind = reduction_of(node.op_type);
  return reduce(walk, node, reduced);
}

Result<void> lower_global_pool(Walk& walk, const Node& node) {
  Reduced reduced;
  FIXGATE_ASSIGN(reduced.item, walk.data(node, 0));
  for (std::size_t axis = 2; axis < reduced.item->tensor.shape.size(); ++axis) reduced.axes.push_back(axis);
  reduced.kind = reduction_of(node.op_type);
  return reduce(walk, node, reduced);
}

namespace {

Result<Eigen::VectorXd> vector_of(Walk& walk, const Node& node, std::size_t input, Eigen::Index size) {
  if (walk.find(node, input) == nullptr) return Eigen::VectorXd();
  FIXGATE_ASSIGN(const Tensor* tensor, walk.constant(node, input));
  if (!tensor->is_float()) return fail("input {} is of integers", input);
  const auto count = static_cast<Eigen::Index>(tensor->floats().size());
  if (count != size && count != 1) return fail("input {} has {} numbers, not {}", input, count, size);
  const Eigen::VectorXd numbers =
      Eigen::Map<const FloatVector>(tensor->floats().data(), count).cast<double>();
  return count == size ? numbers : Eigen::VectorXd(Eigen::VectorXd::Constant(size, numbers[0]));
}

}  // namespace

Result<void> lower_layer_normalization(Walk& walk, const Node& node) {
  FIXGATE_ASSIGN(const Item* item, walk.data(node, 0));
  const Tensor& x = item->tensor;
  const auto rank = static_cast<std::int64_t>(x.shape.size());
  FIXGATE_ASSIGN(std::int64_t axis, attribute_or<std::int64_t>(node, "axis", -1));
  FIXGATE_ASSIGN(const float epsilon, attribute_or<float>(node, "epsilon", 1e-5F));
  if (axis < 0) axis += rank;
  if (axis < 0 || axis >= rank) return fail("axis {} of {}", axis, rank);
  for (std::size_t output = 1; output < node.outputs.size(); ++output)
    if (!node.outputs[output].empty()) return fail("its means and deviations as outputs are not supported");
  std::vector<std::size_t> kept;
  for (auto at = static_cast<std::size_t>(axis); at < x.shape.size(); ++at) kept.push_back(at);
  FIXGATE_ASSIGN(const Placed placed, walk.framer().place({&x}, kept));
  const Frame& frame = placed.frame;
  blocks::ReducedAxes axes;
  Eigen::Index normalised = 1;
  for (std::size_t feature = 0; feature < frame.features.size(); ++feature) {
    axes.shape.push_back(static_cast<int>(x.shape[frame.features[feature]]));
    if (frame.features[feature] < static_cast<std::size_t>(axis)) continue;
    axes.axes.push_back(feature);
    normalised *= axes.shape.back();
  }
  FIXGATE_ASSIGN(const Read read, walk.read(frame, placed.operands.front(), *item));
  FIXGATE_ASSIGN(const Eigen::VectorXd scale, vector_of(walk, node, 1, normalised));
  FIXGATE_ASSIGN(const Eigen::VectorXd shift, vector_of(walk, node, 2, normalised));
  blocks::LayerWriter layer(walk.draft().network,
                            {walk.draft().layer_name(node.name), "layer normalisation", frame.clock});
  const ValueId out = blocks::add_layer_normalisation(layer, read, axes, double{epsilon}, {scale, shift, 1});
  walk.trace(out, frame);
  walk.put_codes(node, walk.framer().spread(frame, out));
  return {};
}

namespace {

/// The axes that a Softmax or ArgMax runs over.
Result<std::vector<std::size_t>> function_axes(Walk& walk, const Node& node, std::size_t rank) {
  const bool is_extreme = node.op_type == "ArgMax";
  const std::int64_t standard = is_extreme ? 0 : walk.operator_set() < 13 ? 1 : -1;
  FIXGATE_ASSIGN(std::int64_t axis, attribute_or<std::int64_t>(node, "axis", standard));
  if (axis < 0) axis += static_cast<std::int64_t>(rank);
  if (axis < 0 || axis >= static_cast<std::int64_t>(rank)) return fail("axis {} of {}", axis, rank);
  std::vector<std::size_t> axes{static_cast<std::size_t>(axis)};
  if (is_extreme || walk.operator_set() >= 13) return axes;
  for (std::size_t more = axes.front() + 1; more < rank; ++more) axes.push_back(more);
  return axes;
}

}  // namespace

Result<void> lower_output_function(Walk& walk, const Node& node) {
  const Item* found = walk.find(node, 0);
  if (found == nullptr) return fail("input 0 is missing");
  Item item = *found;
  FIXGATE_ASSIGN(const std::int64_t takes_last, attribute_or<std::int64_t>(node, "select_last_index", 0));
  if (takes_last != 0) return fail("attribute 'select_last_index' is not supported");
  if (item.functions.empty() && node.op_type != "Multinomial") {
    const Shape& shape = item.tensor.shape;
    FIXGATE_ASSIGN(const auto axes, function_axes(walk, node, shape.size()));
    FIXGATE_ASSIGN(const Placed by_step, walk.framer().place({&item.tensor}));
    for (const std::size_t axis : axes)
      if (shape[axis] > 1 && (by_step.frame.time == axis || by_step.frame.sequences == axis))
        return fail("over the steps or sequences is not supported");
    FIXGATE_ASSIGN(const Placed placed, walk.framer().place({&item.tensor}, axes));
    for (const std::size_t axis : placed.frame.features)
      if (shape[axis] > 1 && std::ranges::count(axes, axis) == 0)
        return fail("over another axis than that of the features is not supported");
    FIXGATE_CHECK(walk.read(placed.frame, placed.operands.front(), item));
  }
  item.functions.push_back(node.op_type);
  walk.put(node, 0, std::move(item));
  return {};
}

}  // namespace fixgate::lowering
