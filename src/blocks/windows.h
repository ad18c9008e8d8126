// The windows of ONNX's Conv, ConvTranspose and pools as slides over the elements of a vector, and as reads of other
// ticks where an axis is time.
#pragma once

#include <vector>

#include "diagnostic/error.h"
#include "network/operators/window.h"
#include "program/program.h"

namespace fixgate::blocks {

/// An axis of elements. Of a ConvTranspose, whose windows are its input, `transposed`.
program::SlideAxis slide_axis(const WindowAxis& axis, bool transposed);
std::vector<program::SlideAxis> slide_axes(const WindowAxes& axes, bool transposed);

// An axis that is time: its elements are ticks of a clock, any number of them; `extent` and `windows` do not count.

/// The windows' clock: none where it is that of the elements.
std::optional<program::Clock> windows_clock(program::ClockId elements, const WindowAxis& axis);
/// By tap k: which tick of the elements the window reads, counted from `stride` times its own.
std::vector<int> tick_offsets(const WindowAxis& axis);

/// The clock of a ConvTranspose's output where it has stride 1: none where it is that of the input.
std::optional<program::Clock> transposed_clock(program::ClockId input, const WindowAxis& axis);

/// A tap of a ConvTranspose and the tick of the input that it meets.
struct TransposedTap {
  int tap = 0;
  int offset = 0;
};
/// By each of the `stride` output ticks that one tick of the input makes.
std::vector<std::vector<TransposedTap>> transposed_taps(const WindowAxis& axis);
/// Error: the output of stride s has another number of ticks than s for each of the input.
Result<void> check_upsampling(const WindowAxis& axis);

}  // namespace fixgate::blocks
