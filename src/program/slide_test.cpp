#include "program/slide.h"

#include <gtest/gtest.h>

#include <random>

namespace fixgate::program {
namespace {

/// A two-dimensional convolution, or its transpose, written out as ONNX defines it: [channels, height,
/// width].
struct PlainConvolution {
  Slide slide;
  std::vector<int> weights;  // [output channels, input channels / groups, kernel height, kernel width]

  [[nodiscard]] std::vector<int> run(const std::vector<int>& x) const {
    const SlideAxis& h = slide.after[0];
    const SlideAxis& w = slide.after[1];
    std::vector<int> y(static_cast<std::size_t>(slide.output_size()));
    const int inputs = slide.input_channels / slide.groups;
    const int outputs = slide.output_channels / slide.groups;
    for (int o = 0; o < slide.output_channels; ++o)
      for (int c = 0; c < inputs; ++c)
        for (int kh = 0; kh < h.kernel; ++kh)
          for (int kw = 0; kw < w.kernel; ++kw)
            for (int a = 0; a < (slide.transposed ? h.inputs : h.outputs); ++a)
              for (int b = 0; b < (slide.transposed ? w.inputs : w.outputs); ++b) {
                const int far_h = a * h.stride + kh * h.dilation - h.padding;
                const int far_w = b * w.stride + kw * w.dilation - w.padding;
                const int channel = o / outputs * inputs + c;
                const int ih = slide.transposed ? a : far_h;
                const int iw = slide.transposed ? b : far_w;
                const int oh = slide.transposed ? far_h : a;
                const int ow = slide.transposed ? far_w : b;
                if (ih < 0 || ih >= h.inputs || iw < 0 || iw >= w.inputs) continue;
                if (oh < 0 || oh >= h.outputs || ow < 0 || ow >= w.outputs) continue;
                y[static_cast<std::size_t>((o * h.outputs + oh) * w.outputs + ow)] +=
                    weights[static_cast<std::size_t>(((o * inputs + c) * h.kernel + kh) * w.kernel + kw)] *
                    x[static_cast<std::size_t>((channel * h.inputs + ih) * w.inputs + iw)];
              }
    return y;
  }
};

SlideAxis random_axis(std::mt19937& random, bool transposed) {
  const auto draw = [&](int low, int high) { return std::uniform_int_distribution(low, high)(random); };
  SlideAxis axis{draw(1, 7), 1, draw(1, 3), draw(1, 3), draw(1, 2), draw(0, 2)};
  const int reach = (axis.kernel - 1) * axis.dilation + 1;
  axis.outputs = transposed ? std::max((axis.inputs - 1) * axis.stride + reach - 2 * axis.padding, 1)
                            : std::max((axis.inputs + 2 * axis.padding - reach) / axis.stride + 1, 1);
  return axis;
}

TEST(Slide, IsOnnxConvAndConvTranspose) {
  std::mt19937 random(5);
  for (int trial = 0; trial < 300; ++trial) {
    const auto draw = [&](int low, int high) { return std::uniform_int_distribution(low, high)(random); };
    PlainConvolution plain;
    plain.slide.groups = draw(1, 3);
    plain.slide.input_channels = plain.slide.groups * draw(1, 3);
    plain.slide.output_channels = plain.slide.groups * draw(1, 3);
    plain.slide.transposed = trial % 2 == 1;
    for (int axis = 0; axis < 2; ++axis)
      plain.slide.after.push_back(random_axis(random, plain.slide.transposed));
    const auto numbers = [&](std::int64_t count) {
      std::vector<int> list(static_cast<std::size_t>(count));
      for (int& number : list) number = draw(-9, 9);
      return list;
    };
    plain.weights = numbers(plain.slide.output_channels * plain.slide.columns());
    const std::vector<int> x = numbers(plain.slide.input_size());
    const std::vector<int> expected = plain.run(x);
    ASSERT_EQ(static_cast<std::int64_t>(expected.size()), plain.slide.output_size());
    std::int64_t counted = 0;
    for (int element = 0; element < static_cast<int>(expected.size()); ++element) {
      const OutputTaps taps = taps_of(plain.slide, element);
      counted += static_cast<std::int64_t>(taps.taps.size());
      int sum = 0;
      for (const Tap& tap : taps.taps)
        sum += plain.weights[static_cast<std::size_t>(taps.row * plain.slide.columns() + tap.column)] *
               x[static_cast<std::size_t>(tap.input)];
      ASSERT_EQ(sum, expected[static_cast<std::size_t>(element)])
          << "trial " << trial << " element " << element;
    }
    ASSERT_EQ(counted, count_taps(plain.slide)) << "trial " << trial;
  }
}

// Channels last: one set of weights at every position.
TEST(Slide, SharesWeightsOverPositionsBeforeTheChannels) {
  const Slide slide{2, 3, 1, {{4, 4, 1, 1, 1, 0}}, {}, false};
  const OutputTaps taps = taps_of(slide, 2 * 3 + 1);  // position 2, channel 1
  EXPECT_EQ(taps.row, 1);
  EXPECT_EQ(taps.taps, (std::vector<Tap>{{0, 4}, {1, 5}}));
}

}  // namespace
}  // namespace fixgate::program
