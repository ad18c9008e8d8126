// Convolutions as sums of slid matrices, one for each tick that they read.
#pragma once

#include <optional>
#include <vector>

#include "blocks/layer_writer.h"
#include "blocks/windows.h"
#include "network/tensor.h"

namespace fixgate::blocks {

/// One tap of the time axis among the axes of a kernel.
struct TimeTap {
  std::size_t axis = 0;
  std::int64_t tap = 0;
};

/// ONNX's weights, Conv's [outputs, inputs / groups, kernel...] or ConvTranspose's [inputs, outputs / groups,
/// kernel...], as those of a slide: [outputs, inputs / groups times the kernels of its axes]. With `time` the taps
/// that stand there alone.
FloatMatrix slide_weights(const Tensor& weights, int groups, bool transposed,
                          const std::optional<TimeTap>& time = std::nullopt);

/// What one tick adds to a convolution.
struct ConvolvedTick {
  Read read;            // [input channels, axes...]
  FloatMatrix weights;  // as of slide_weights
};

/// out <- the sum over the ticks of W_k x + b, a vector [output channels, axes...]. `bias` has a number for each
/// output channel, or none. Returns out.
ValueId add_convolution(LayerWriter& layer, const program::Slide& slide, std::vector<ConvolvedTick> ticks,
                        const Eigen::VectorXd& bias, SignalRole role = SignalRole::PreActivation);

/// A ConvTranspose over time with a stride.
struct Upsampling {
  program::LayerHead head;  // on the input's clock
  program::ClockId inner;   // `stride` ticks within each of the input's
  Read input;               // [input channels, axes...]
  program::Slide slide;     // over the other axes
  const Tensor& weights;    // ONNX's
  std::size_t time_axis = 0;
  WindowAxis time;
};

/// The output, a vector [output channels, axes...] on the inner clock. Two layers: one makes the `stride` outputs of
/// a tick side by side, the other takes them one by one. Errors: those of check_upsampling.
Result<ValueId> add_upsampling(program::FloatNetwork& network, const Upsampling& upsampling,
                               const Eigen::VectorXd& bias);

}  // namespace fixgate::blocks
