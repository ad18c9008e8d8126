// The geometry of a matrix that slides over the positions of a vector: convolutions and their like.
#pragma once

#include <cstdint>
#include <vector>

namespace fixgate::program {

/// One axis of positions. Output position p reads the input positions p * stride + k * dilation - padding,
/// k = 0..kernel-1; in a transposed slide input position p reaches those output positions instead. Positions
/// outside 0..inputs-1 count as zero.
struct SlideAxis {
  int inputs = 1;
  int outputs = 1;
  int kernel = 1;
  int stride = 1;
  int dilation = 1;
  int padding = 0;

  friend bool operator==(const SlideAxis&, const SlideAxis&) = default;
};

/// Vectors are tensors [axes before the channels..., channels, axes after them...], row-major. The weights of
/// one output channel are [input channels / groups, kernels of the axes in order], as in ONNX's Conv.
struct Slide {
  int input_channels = 1;
  int output_channels = 1;
  int groups = 1;
  std::vector<SlideAxis> before;
  std::vector<SlideAxis> after;
  bool transposed = false;

  [[nodiscard]] std::int64_t input_size() const;
  [[nodiscard]] std::int64_t output_size() const;
  /// Weights of one output channel.
  [[nodiscard]] std::int64_t columns() const;

  friend bool operator==(const Slide&, const Slide&) = default;
};

/// A weight, by its column in the row of the output's channel, and the input element that it multiplies.
struct Tap {
  int column = 0;
  int input = 0;

  friend bool operator==(const Tap&, const Tap&) = default;
};

/// What one element of the output adds up.
struct OutputTaps {
  int row = 0;  // the output's channel
  std::vector<Tap> taps;
};

/// The taps of output element `element`, in the order of the columns; those on padding are left out.
OutputTaps taps_of(const Slide& slide, int element);

/// The taps of all output elements together.
std::int64_t count_taps(const Slide& slide);

}  // namespace fixgate::program
