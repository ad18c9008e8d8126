// Windows that slide over the axes of a tensor: convolutions and pooling.
#pragma once

#include <algorithm>
#include <vector>

#include "network/operators/arguments.h"

namespace fixgate {

/// One axis: window w covers the elements w * stride + k * dilation - before, k = 0..kernel-1; those outside
/// 0..extent-1 are padding.
struct WindowAxis {
  std::int64_t extent = 0;
  std::int64_t windows = 0;
  std::int64_t kernel = 1;
  std::int64_t stride = 1;
  std::int64_t dilation = 1;
  std::int64_t before = 0;  // padding
  std::int64_t after = 0;

  /// Elements from the first to the last one that a window covers.
  [[nodiscard]] std::int64_t span() const { return (kernel - 1) * dilation + 1; }
};
using WindowAxes = std::vector<WindowAxis>;

/// The axes of a Conv or pool over `extents` with its strides, dilations, pads, auto_pad and ceil_mode. Errors:
/// lists of another length than the axes; values that are not positive, negative padding, any of them above
/// 2^30; a kernel that is larger than its padded axis.
Result<WindowAxes> sliding_axes(const OperatorCall& call, const Shape& extents, const Shape& kernel);

/// The axes of a ConvTranspose: its input's elements are the windows, its output is what they slide over. Takes
/// output_padding and output_shape too. Errors: the same; an output without elements.
Result<WindowAxes> transposed_axes(const OperatorCall& call, const Shape& windows, const Shape& kernel);

/// Error: above 2^38 products, which would take hours.
Result<void> check_products(const Shape& factors);

/// Adjacent windows along the last axis and the elements that one tap of them covers, `stride` apart.
struct WindowRun {
  std::int64_t window = 0;
  std::int64_t element = 0;
  std::int64_t count = 0;
};

/// Visits all windows and elements of one tap, padding left out; as often as it is asked to.
class TapWalk {
 public:
  TapWalk(const WindowAxes& axes, const Shape& tap);

  template <typename Visit>
  void for_each_run(Visit visit) {
    if (is_empty_) return;
    do visit(run_);
    while (next());
  }

 private:
  /// Of one axis: the first window whose tap is an element, how many there are, and that element.
  struct Reach {
    std::int64_t windows, index, element_step, window_step;
  };

  bool next();

  std::vector<Reach> outer_;
  WindowRun run_;
  bool is_empty_ = false;
};

/// Visits every tap of a kernel: `visit(tap, position)`, position counting in row-major order.
template <typename Visit>
void for_each_tap(const WindowAxes& axes, Visit visit) {
  Shape tap(axes.size(), 0);
  std::int64_t position = 0;
  std::size_t d = axes.size();
  do {
    visit(std::as_const(tap), position++);
    for (d = axes.size(); d > 0 && ++tap[d - 1] == axes[d - 1].kernel; --d) tap[d - 1] = 0;
  } while (d > 0);
}

/// The windows of every axis, the elements of every axis, the kernel.
Shape windows_of(const WindowAxes& axes);
Shape extents_of(const WindowAxes& axes);
std::int64_t taps_of(const WindowAxes& axes);

}  // namespace fixgate
