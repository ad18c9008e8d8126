#include "network/node_attributes.h"
#include "network/operators/evaluations.h"
#include "network/operators/window.h"

namespace fixgate::operators {
namespace {

using Doubles = std::vector<double>;

/// X [batch, channels, axes...] and W [.., .., kernel...] with the groups that the channels fall into.
struct Channels {
  std::int64_t batch = 0;
  std::int64_t groups = 1;
  std::int64_t inputs = 0;   // of one group
  std::int64_t outputs = 0;  // of one group
};

Shape spatial(const Shape& shape) {
  return {shape.begin() + 2, shape.end()};
}

Result<void> check_ranks(const Shape& x, const Shape& w) {
  if (x.size() < 3) return fail("the input {} needs at least one axis behind batch and channels", to_text(x));
  if (w.size() != x.size())
    return fail("weights {} for the input {}: the ranks differ", to_text(w), to_text(x));
  return {};
}

/// `shared` is the dimension of W that the input's channels meet.
Result<Channels> channels_of(const Node& node, const Shape& x, const Shape& w, bool transposed) {
  Channels channels;
  FIXGATE_ASSIGN(channels.groups, attribute_or<std::int64_t>(node, "group", 1));
  if (channels.groups < 1) return fail("group is {}", channels.groups);
  const std::int64_t split = transposed ? x[1] : w[0];
  if (split % channels.groups != 0 || x[1] % channels.groups != 0)
    return fail("{} channels do not fall into {} groups", split % channels.groups != 0 ? split : x[1],
                channels.groups);
  channels.batch = x[0];
  channels.inputs = x[1] / channels.groups;
  channels.outputs = transposed ? w[1] : w[0] / channels.groups;
  if (transposed ? w[0] != x[1] : w[1] != channels.inputs)
    return fail("weights {} with {} groups do not fit an input of {} channels", to_text(w), channels.groups,
                x[1]);
  return channels;
}

Result<Doubles> bias_of(const OperatorCall& call, std::int64_t channels) {
  if (!call.has(2)) return Doubles(static_cast<std::size_t>(channels), 0.0);
  FIXGATE_ASSIGN(const Tensor* bias, float_input(call, 2));
  if (bias->shape != Shape{channels})
    return fail("the bias has the shape {}, not {}", to_text(bias->shape), to_text(Shape{channels}));
  return Doubles(bias->floats().begin(), bias->floats().end());
}

/// Adds one tap's products of a plane of elements to a plane of windows.
void add_to_windows(TapWalk& walk, std::int64_t stride, double weight, const float* elements,
                    double* windows) {
  walk.for_each_run([&](const WindowRun& run) {
    for (std::int64_t i = 0; i < run.count; ++i)
      windows[run.window + i] += weight * static_cast<double>(elements[run.element + i * stride]);
  });
}

/// The same the other way, for a transposed convolution.
void add_to_elements(TapWalk& walk, std::int64_t stride, double weight, const float* windows,
                     double* elements) {
  walk.for_each_run([&](const WindowRun& run) {
    for (std::int64_t i = 0; i < run.count; ++i)
      elements[run.element + i * stride] += weight * static_cast<double>(windows[run.window + i]);
  });
}

/// Where one convolution reads and writes.
struct Planes {
  const WindowAxes& axes;
  const Channels& channels;
  const std::vector<float>& x;
  const std::vector<float>& w;
  bool transposed;

  /// One output channel of one batch item; its group's channels stand side by side.
  void add(std::int64_t item, std::int64_t channel, Doubles& sums) const {
    const std::int64_t taps = taps_of(axes);
    const std::int64_t plane = element_count(transposed ? windows_of(axes) : extents_of(axes));
    const std::int64_t first = channel / channels.outputs * channels.inputs;  // of its group's inputs
    for_each_tap(axes, [&](const Shape& tap, std::int64_t position) {
      TapWalk walk(axes, tap);
      for (std::int64_t i = 0; i < channels.inputs; ++i) {
        const std::int64_t kernel = transposed ? (first + i) * channels.outputs + channel % channels.outputs
                                               : channel * channels.inputs + i;
        const auto weight = static_cast<double>(w[static_cast<std::size_t>(kernel * taps + position)]);
        const float* source = x.data() + (item * channels.groups * channels.inputs + first + i) * plane;
        (transposed ? add_to_elements : add_to_windows)(walk, axes.back().stride, weight, source,
                                                        sums.data());
      }
    });
  }
};

Result<Outputs> convolve_planes(const OperatorCall& call, const Planes& planes) {
  const Channels& channels = planes.channels;
  const Shape axes = planes.transposed ? extents_of(planes.axes) : windows_of(planes.axes);
  Shape shape{channels.batch, channels.groups * channels.outputs};
  shape.insert(shape.end(), axes.begin(), axes.end());
  FIXGATE_CHECK(check_size(call, shape));
  const Shape& windows = windows_of(planes.axes);
  FIXGATE_CHECK(check_products(
      {channels.batch, shape[1], channels.inputs, taps_of(planes.axes), element_count(windows)}));
  FIXGATE_ASSIGN(const Doubles bias, bias_of(call, shape[1]));
  const auto plane = static_cast<std::size_t>(element_count(axes));
  std::vector<float> result;
  result.reserve(static_cast<std::size_t>(element_count(shape)));
  for (std::int64_t item = 0; item < channels.batch; ++item)
    for (std::int64_t channel = 0; channel < shape[1]; ++channel) {
      Doubles sums(plane, bias[static_cast<std::size_t>(channel)]);
      planes.add(item, channel, sums);
      for (const double sum : sums) result.push_back(static_cast<float>(sum));
    }
  return one({shape, std::move(result)});
}

}  // namespace

/// Sums in double and rounds once.
Result<Outputs> convolution(const OperatorCall& call) {
  const bool transposed = call.node.op_type == "ConvTranspose";
  FIXGATE_ASSIGN(const Tensor* x, float_input(call, 0));
  FIXGATE_ASSIGN(const Tensor* w, float_input(call, 1));
  FIXGATE_CHECK(check_ranks(x->shape, w->shape));
  FIXGATE_ASSIGN(const Channels channels, channels_of(call.node, x->shape, w->shape, transposed));
  FIXGATE_ASSIGN(const WindowAxes axes,
                 (transposed ? transposed_axes : sliding_axes)(call, spatial(x->shape), spatial(w->shape)));
  return convolve_planes(call, {axes, channels, x->floats(), w->floats(), transposed});
}

}  // namespace fixgate::operators
