#include "blocks/windows.h"

namespace fixgate::blocks {
namespace {

using program::Clock;
using program::ClockId;
using program::ClockKind;

std::optional<Clock> every(ClockId parent, std::int64_t factor, std::int64_t extra) {
  if (factor == 1 && extra == 0) return std::nullopt;
  return Clock{"", ClockKind::Strided, parent, static_cast<int>(factor), static_cast<int>(extra)};
}

}  // namespace

program::SlideAxis slide_axis(const WindowAxis& axis, bool transposed) {
  const std::int64_t inputs = transposed ? axis.windows : axis.extent;
  const std::int64_t outputs = transposed ? axis.extent : axis.windows;
  return {static_cast<int>(inputs),      static_cast<int>(outputs),       static_cast<int>(axis.kernel),
          static_cast<int>(axis.stride), static_cast<int>(axis.dilation), static_cast<int>(axis.before)};
}

std::vector<program::SlideAxis> slide_axes(const WindowAxes& axes, bool transposed) {
  std::vector<program::SlideAxis> result;
  for (const WindowAxis& axis : axes) result.push_back(slide_axis(axis, transposed));
  return result;
}

std::optional<Clock> windows_clock(ClockId elements, const WindowAxis& axis) {
  return every(elements, axis.stride, axis.before + axis.after - axis.span() + axis.stride);
}

std::vector<int> tick_offsets(const WindowAxis& axis) {
  std::vector<int> offsets;
  for (std::int64_t tap = 0; tap < axis.kernel; ++tap)
    offsets.push_back(static_cast<int>(tap * axis.dilation - axis.before));
  return offsets;
}

std::optional<Clock> transposed_clock(ClockId input, const WindowAxis& axis) {
  return every(input, 1, axis.span() - 1 - axis.before - axis.after);
}

std::vector<std::vector<TransposedTap>> transposed_taps(const WindowAxis& axis) {
  std::vector<std::vector<TransposedTap>> phases(static_cast<std::size_t>(axis.stride));
  for (std::int64_t phase = 0; phase < axis.stride; ++phase)
    for (std::int64_t tap = 0; tap < axis.kernel; ++tap) {
      const std::int64_t reached = phase + axis.before - tap * axis.dilation;
      if (reached % axis.stride == 0)
        phases[static_cast<std::size_t>(phase)].push_back(
            {static_cast<int>(tap), static_cast<int>(reached / axis.stride)});
    }
  return phases;
}

Result<void> check_upsampling(const WindowAxis& axis) {
  if (axis.extent == axis.windows * axis.stride) return {};
  return fail(
      "over time, a stride of {} makes {} steps of {}; only {} for each step are supported: pad or cut the "
      "output to that",
      axis.stride, axis.extent, axis.windows, axis.stride);
}

}  // namespace fixgate::blocks
