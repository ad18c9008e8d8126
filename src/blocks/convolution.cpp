#include "blocks/convolution.h"

#include <fmt/format.h>

namespace fixgate::blocks {
namespace {

using program::Sum;

/// Kernel positions of ONNX's weights that a slide's columns keep, in order, as offsets into one kernel.
std::vector<std::int64_t> kept_positions(const Shape& kernel, const std::optional<TimeTap>& time) {
  std::vector<std::int64_t> positions;
  const std::int64_t count = element_count(kernel);
  std::int64_t inner = 1;
  if (time)
    for (std::size_t axis = time->axis + 1; axis < kernel.size(); ++axis) inner *= kernel[axis];
  for (std::int64_t position = 0; position < count; ++position)
    if (!time || position / inner % kernel[time->axis] == time->tap) positions.push_back(position);
  return positions;
}

Sum with_bias(LayerWriter& layer, Sum sum, const program::Slide& slide, const Eigen::VectorXd& bias) {
  if (bias.size() == 0) return sum;
  const std::int64_t positions = slide.output_size() / slide.output_channels;
  return std::move(sum) + program::constant(layer.constant("b", bias, static_cast<int>(positions)));
}

}  // namespace

FloatMatrix slide_weights(const Tensor& weights, int groups, bool transposed,
                          const std::optional<TimeTap>& time) {
  const Shape kernel(weights.shape.begin() + 2, weights.shape.end());
  const std::vector<std::int64_t> kept = kept_positions(kernel, time);
  const std::int64_t taps = element_count(kernel);
  const std::int64_t inputs = transposed ? weights.shape[0] / groups : weights.shape[1];
  const std::int64_t group_outputs = transposed ? weights.shape[1] : weights.shape[0] / groups;
  FloatMatrix result(group_outputs * groups, inputs * std::ssize(kept));
  for (std::int64_t row = 0; row < result.rows(); ++row)
    for (std::int64_t input = 0; input < inputs; ++input) {
      const std::int64_t block =
          transposed ? (row / group_outputs * inputs + input) * group_outputs + row % group_outputs
                     : row * inputs + input;
      for (std::size_t k = 0; k < kept.size(); ++k)
        result(row, input * std::ssize(kept) + static_cast<std::int64_t>(k)) =
            weights.floats()[static_cast<std::size_t>(block * taps + kept[k])];
    }
  return result;
}

ValueId add_convolution(LayerWriter& layer, const program::Slide& slide, std::vector<ConvolvedTick> ticks,
                        const Eigen::VectorXd& bias, SignalRole role) {
  Sum sum;
  for (std::size_t k = 0; k < ticks.size(); ++k) {
    const std::string name = ticks.size() == 1 ? "W" : fmt::format("W{}", k);
    sum = std::move(sum) + product_sum(layer.slid(name, slide, std::move(ticks[k].weights)), ticks[k].read);
  }
  sum = with_bias(layer, std::move(sum), slide, bias);
  const ValueId out = layer.value("out", slide.output_size(), role);
  layer.sum(out, std::move(sum));
  return out;
}

namespace {

/// One of the outputs that a tick of the input makes.
ValueId add_phase(LayerWriter& layer, const Upsampling& upsampling, const std::vector<MatrixId>& matrices,
                  const std::vector<TransposedTap>& taps, std::optional<ConstantId> bias, std::size_t phase) {
  Sum sum;
  for (const TransposedTap& tap : taps) {
    Read read = upsampling.input;
    read.tick.offset += tap.offset;
    sum = std::move(sum) + product_sum(matrices[static_cast<std::size_t>(tap.tap)], read);
  }
  if (bias) sum = std::move(sum) + program::constant(*bias);
  const ValueId out =
      layer.value(fmt::format("phase{}", phase), upsampling.slide.output_size(), SignalRole::PreActivation);
  layer.sum(out, std::move(sum));
  return out;
}

std::vector<MatrixId> add_tap_matrices(LayerWriter& layer, const Upsampling& upsampling) {
  std::vector<MatrixId> matrices;
  for (std::int64_t tap = 0; tap < upsampling.time.kernel; ++tap)
    matrices.push_back(layer.slid(fmt::format("W{}", tap), upsampling.slide,
                                  slide_weights(upsampling.weights, upsampling.slide.groups, true,
                                                TimeTap{upsampling.time_axis, tap})));
  return matrices;
}

}  // namespace

Result<ValueId> add_upsampling(program::FloatNetwork& network, const Upsampling& upsampling,
                               const Eigen::VectorXd& bias) {
  FIXGATE_CHECK(check_upsampling(upsampling.time));
  const auto phases = transposed_taps(upsampling.time);
  for (const auto& taps : phases)
    if (taps.empty())
      return fail("a kernel of {} with a stride of {} over time leaves steps without a weight",
                  upsampling.time.kernel, upsampling.time.stride);
  const std::int64_t size = upsampling.slide.output_size();
  ValueId joined{0};
  {
    LayerWriter layer(network, upsampling.head);
    const std::vector<MatrixId> matrices = add_tap_matrices(layer, upsampling);
    std::optional<ConstantId> b;
    if (bias.size() > 0)
      b = layer.constant("b", bias, static_cast<int>(size / upsampling.slide.output_channels));
    program::Concat whole{joined, {}};
    for (std::size_t phase = 0; phase < phases.size(); ++phase)
      whole.operands.push_back({add_phase(layer, upsampling, matrices, phases[phase], b, phase)});
    joined = whole.target = layer.value("phases", size * std::ssize(phases), SignalRole::PreActivation);
    layer.add(std::move(whole));
  }
  program::LayerHead inner = upsampling.head;
  inner.name += "_steps";
  inner.label = "the steps one by one";
  inner.clock = upsampling.inner;
  LayerWriter layer(network, inner);
  const ValueId out = layer.value("out", size, SignalRole::PreActivation);
  layer.add(program::Block{out, {joined}});
  return out;
}

}  // namespace fixgate::blocks
