// Convolutions and pooling, over elements of a vector and over steps.
#include "blocks/convolution.h"

#include <algorithm>

#include "blocks/pooling.h"
#include "lowering/operators.h"
#include "network/node_attributes.h"
#include "network/operators/window.h"

namespace fixgate::lowering {
namespace {

using program::ClockId;
using program::Read;
using program::Slide;
using program::ValueId;

/// A tensor [batch, channels, axes...] as vectors [channels, axes... without time].
struct Planes {
  Frame frame;
  Read read{ValueId(0)};
  std::vector<std::size_t> kept;    // channels and the axes of positions
  std::optional<std::size_t> time;  // among the spatial axes
};

Result<Planes> planes_of(Walk& walk, const Item& item) {
  const Tensor& x = item.tensor;
  if (x.shape.size() < 3) return fail("its input has {} axes; at least 3 are needed", x.shape.size());
  FIXGATE_ASSIGN(const Placed first, walk.framer().place({&x}, {1}));
  Planes planes;
  for (std::size_t axis = 1; axis < x.shape.size(); ++axis) {
    if (first.frame.time == axis)
      planes.time = axis - 2;
    else
      planes.kept.push_back(axis);
  }
  FIXGATE_ASSIGN(Placed placed, walk.framer().place({&x}, planes.kept));
  if (placed.frame.features != planes.kept)
    return fail("a batch whose elements depend on each other is not supported");
  planes.frame = placed.frame;
  if (planes.time) {
    FIXGATE_ASSIGN(const ValueId value, walk.value(placed.frame, placed.operands.front(), item));
    planes.read = Read{value};
  } else {
    FIXGATE_ASSIGN(planes.read, walk.read(placed.frame, placed.operands.front(), item));
  }
  return planes;
}

/// What slides over positions, and what over steps.
struct Windows {
  WindowAxes positions;
  std::optional<WindowAxis> time = std::nullopt;
};

Windows apart(const WindowAxes& axes, const Planes& planes) {
  Windows windows;
  for (std::size_t axis = 0; axis < axes.size(); ++axis) {
    if (planes.time == axis)
      windows.time = axes[axis];
    else
      windows.positions.push_back(axes[axis]);
  }
  return windows;
}

/// The frame of the windows: their clock, their shape.
Result<Frame> frame_of_windows(Walk& walk, const Planes& planes, const std::optional<program::Clock>& clock,
                               Shape shape) {
  Frame frame = planes.frame;
  frame.shape = std::move(shape);
  if (clock) frame.clock = walk.framer().strided(frame.clock, clock->factor, clock->extra);
  if (frame.time && walk.framer().ticks(frame.clock) != frame.ticks())
    return fail("a window that leaves no step");
  return frame;
}

void put_planes(Walk& walk, const Node& node, const Frame& frame, const Planes& planes, ValueId value) {
  walk.trace(value, frame);
  walk.put_codes(node, walk.framer().spread(frame, value, frame.shape, planes.kept));
}

/// An axis of one position takes no part.
void drop_single_positions(Slide& slide) {
  std::erase_if(slide.after, [](const program::SlideAxis& axis) {
    return axis.inputs == 1 && axis.outputs == 1 && axis.kernel == 1;
  });
}

/// A slide without positions is a dense matrix.
void make_dense(program::Program& program, std::size_t first_matrix) {
  for (std::size_t index = first_matrix; index < program.matrices.size(); ++index) {
    program::Matrix& matrix = program.matrices[program::MatrixId(index)];
    const auto* slide = std::get_if<Slide>(&matrix.shape);
    if (slide != nullptr && slide->after.empty() && slide->before.empty() && slide->groups == 1)
      matrix.shape = program::Dense{};
  }
}

struct Convolution {
  bool is_transposed = false;
  int groups = 1;
  const Tensor* weights = nullptr;
  Eigen::VectorXd bias;
  WindowAxes axes;
  Shape shape;  // of the result
};

Result<Convolution> read_convolution(Walk& walk, const Node& node, const Shape& x) {
  Convolution made;
  made.is_transposed = node.op_type == "ConvTranspose";
  FIXGATE_ASSIGN(const std::int64_t groups, attribute_or<std::int64_t>(node, "group", 1));
  made.groups = static_cast<int>(groups);
  FIXGATE_ASSIGN(made.weights, walk.constant(node, 1));
  const Shape& kernel_shape = made.weights->shape;
  if (!made.weights->is_float() || kernel_shape.size() != x.size())
    return fail("weights of {} axes", kernel_shape.size());
  if (groups < 1 || groups > x[1] || x[1] % groups != 0)
    return fail("{} groups of {} channels", groups, x[1]);
  const bool fits = made.is_transposed ? kernel_shape[0] == x[1]
                                       : kernel_shape[1] * groups == x[1] && kernel_shape[0] % groups == 0;
  if (!fits) return fail("weights that are not for {} channels in {} groups", x[1], groups);
  if (walk.find(node, 2) != nullptr) {
    FIXGATE_ASSIGN(const Tensor* bias, walk.constant(node, 2));
    if (!bias->is_float()) return fail("a bias of integers");
    made.bias =
        Eigen::Map<const FloatVector>(bias->floats().data(), static_cast<Eigen::Index>(bias->floats().size()))
            .cast<double>();
  }
  const Shape extents(x.begin() + 2, x.end());
  const Shape kernel(kernel_shape.begin() + 2, kernel_shape.end());
  const OperatorCall call{node, walk.operator_set(), {}};
  if (made.is_transposed) {
    FIXGATE_ASSIGN(made.axes, transposed_axes(call, extents, kernel));
  } else {
    FIXGATE_ASSIGN(made.axes, sliding_axes(call, extents, kernel));
  }
  made.shape = {x[0], made.is_transposed ? kernel_shape[1] * groups : kernel_shape[0]};
  for (const WindowAxis& axis : made.axes)
    made.shape.push_back(made.is_transposed ? axis.extent : axis.windows);
  if (made.bias.size() != 0 && made.bias.size() != made.shape[1])
    return fail("a bias that is not of {} channels", made.shape[1]);
  return made;
}

/// By tick that is read: its offset, and the tap of the kernel over time that meets it.
std::vector<std::pair<int, std::int64_t>> ticks_of(const Convolution& convolution, const WindowAxis& time) {
  std::vector<std::pair<int, std::int64_t>> ticks;
  if (convolution.is_transposed) {
    const auto phases = blocks::transposed_taps(time);
    for (const blocks::TransposedTap& tap : phases.front()) ticks.emplace_back(tap.offset, tap.tap);
    return ticks;
  }
  const std::vector<int> offsets = blocks::tick_offsets(time);
  for (std::size_t tap = 0; tap < offsets.size(); ++tap)
    ticks.emplace_back(offsets[tap], static_cast<std::int64_t>(tap));
  return ticks;
}

}  // namespace

Result<void> lower_convolution(Walk& walk, const Node& node) {
  FIXGATE_ASSIGN(const Item* item, walk.data(node, 0));
  FIXGATE_ASSIGN(const Planes planes, planes_of(walk, *item));
  FIXGATE_ASSIGN(const Convolution convolution, read_convolution(walk, node, item->tensor.shape));
  const Windows windows = apart(convolution.axes, planes);
  if (windows.time && convolution.is_transposed && windows.time->stride != 1)
    return fail("a ConvTranspose with a stride over time is not supported");
  Slide slide{static_cast<int>(item->tensor.shape[1]),
              static_cast<int>(convolution.shape[1]),
              convolution.groups,
              {},
              blocks::slide_axes(windows.positions, convolution.is_transposed),
              convolution.is_transposed};
  drop_single_positions(slide);
  std::vector<blocks::ConvolvedTick> ticks;
  std::optional<program::Clock> clock;
  if (windows.time) {
    clock = convolution.is_transposed ? blocks::transposed_clock(planes.frame.clock, *windows.time)
                                      : blocks::windows_clock(planes.frame.clock, *windows.time);
    for (const auto& [offset, tap] : ticks_of(convolution, *windows.time))
      ticks.push_back({Read{planes.read.value, {program::Tick::From::Here, offset}},
                       blocks::slide_weights(*convolution.weights, convolution.groups,
                                             convolution.is_transposed, blocks::TimeTap{*planes.time, tap})});
  } else {
    ticks.push_back({planes.read, blocks::slide_weights(*convolution.weights, convolution.groups,
                                                        convolution.is_transposed)});
  }
  FIXGATE_ASSIGN(const Frame frame, frame_of_windows(walk, planes, clock, convolution.shape));
  const std::size_t first_matrix = walk.program().matrices.size();
  const ValueId out = [&] {
    blocks::LayerWriter layer(
        walk.draft().network,
        {walk.draft().layer_name(node.name),
         fmt::format("convolution, {} -> {}", slide.input_channels, slide.output_channels), frame.clock});
    return blocks::add_convolution(layer, slide, std::move(ticks), convolution.bias, SignalRole::Dense);
  }();
  make_dense(walk.program(), first_matrix);
  put_planes(walk, node, frame, planes, out);
  return {};
}

Result<void> lower_pool(Walk& walk, const Node& node) {
  FIXGATE_ASSIGN(const Item* item, walk.data(node, 0));
  if (node.outputs.size() > 1 && !node.outputs[1].empty())
    return fail("the places of the largest elements are not supported");
  FIXGATE_ASSIGN(const Planes planes, planes_of(walk, *item));
  const Shape& x = item->tensor.shape;
  FIXGATE_ASSIGN(const auto kernel, find_attribute<std::vector<std::int64_t>>(node, "kernel_shape"));
  if (!kernel) return fail("attribute 'kernel_shape' is missing");
  const OperatorCall call{node, walk.operator_set(), {}};
  FIXGATE_ASSIGN(const WindowAxes axes, sliding_axes(call, {x.begin() + 2, x.end()}, *kernel));
  const Windows windows = apart(axes, planes);
  blocks::Pool pool{static_cast<int>(x[1]), windows.positions, {planes.read}};
  std::optional<program::Clock> clock;
  if (windows.time) {
    clock = blocks::windows_clock(planes.frame.clock, *windows.time);
    pool.ticks.clear();
    for (const int offset : blocks::tick_offsets(*windows.time))
      pool.ticks.push_back({planes.read.value, {program::Tick::From::Here, offset}});
  }
  Shape shape{x[0], x[1]};
  for (const WindowAxis& axis : axes) shape.push_back(axis.windows);
  FIXGATE_ASSIGN(const Frame frame, frame_of_windows(walk, planes, clock, std::move(shape)));
  FIXGATE_ASSIGN(const std::int64_t counts_padding, attribute_or<std::int64_t>(node, "count_include_pad", 0));
  const bool is_largest = node.op_type == "MaxPool";
  blocks::LayerWriter layer(walk.draft().network,
                            {walk.draft().layer_name(node.name),
                             is_largest ? "largest of windows" : "means of windows", frame.clock});
  if (is_largest) {
    put_planes(walk, node, frame, planes, blocks::add_max_pool(layer, pool));
    return {};
  }
  FIXGATE_ASSIGN(const ValueId out, blocks::add_average_pool(layer, pool, counts_padding != 0, windows.time));
  put_planes(walk, node, frame, planes, out);
  return {};
}

}  // namespace fixgate::lowering
