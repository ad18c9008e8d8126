#include "network/operators/window.h"

#include "network/node_attributes.h"

namespace fixgate {
namespace {

using Integers = std::vector<std::int64_t>;

constexpr std::int64_t kLargest = std::int64_t{1}
                                  << 30;  // of a size, stride or padding: no product overflows
constexpr std::int64_t kMostProducts = std::int64_t{1} << 38;

enum class AutoPad { Given, SameUpper, SameLower, Valid };

Result<AutoPad> auto_pad_of(const Node& node) {
  FIXGATE_ASSIGN(const auto text, attribute_or<std::string>(node, "auto_pad", "NOTSET"));
  if (text == "NOTSET" || text.empty()) return AutoPad::Given;
  if (text == "SAME_UPPER") return AutoPad::SameUpper;
  if (text == "SAME_LOWER") return AutoPad::SameLower;
  if (text == "VALID") return AutoPad::Valid;
  return fail("auto_pad '{}' is unknown", text);
}

/// A list attribute with a value an axis, all of them in least..2^31.
Result<Integers> axis_list(const Node& node, const std::string& name, const Integers& standard,
                           std::int64_t least) {
  FIXGATE_ASSIGN(const Integers values, attribute_or<Integers>(node, name, standard));
  if (values.size() != standard.size())
    return fail("attribute '{}' has {} values, not {}", name, values.size(), standard.size());
  for (const std::int64_t value : values)
    if (value < least || value > kLargest)
      return fail("attribute '{}' has the value {}, outside {}..{}", name, value, least, kLargest);
  return values;
}

Result<void> check_kernel(const Node& node, const Shape& extents, const Shape& kernel) {
  FIXGATE_ASSIGN(const Integers stated, attribute_or<Integers>(node, "kernel_shape", kernel));
  if (stated != kernel)
    return fail("kernel_shape {} is not that of the weights, {}", to_text(stated), to_text(kernel));
  if (kernel.size() != extents.size())
    return fail("a kernel of the shape {} for {} axes", to_text(kernel), extents.size());
  for (const std::int64_t size : kernel)
    if (size < 1 || size > kLargest) return fail("the kernel {} has a size outside 1..2^30", to_text(kernel));
  for (const std::int64_t extent : extents)
    if (extent > kLargest) return fail("an axis of {} elements is above the limit of 2^30", extent);
  return {};
}

/// Kernel, strides, dilations and stated padding of every axis.
Result<WindowAxes> stated_axes(const Node& node, const Shape& kernel) {
  const Integers ones(kernel.size(), 1);
  FIXGATE_ASSIGN(const Integers strides, axis_list(node, "strides", ones, 1));
  FIXGATE_ASSIGN(const Integers dilations, axis_list(node, "dilations", ones, 1));
  FIXGATE_ASSIGN(const Integers pads, axis_list(node, "pads", Integers(2 * kernel.size(), 0), 0));
  WindowAxes axes;
  for (std::size_t d = 0; d < kernel.size(); ++d)
    axes.push_back({0, 0, kernel[d], strides[d], dilations[d], pads[d], pads[d + kernel.size()]});
  return axes;
}

/// Splits the padding of an axis; the odd element goes behind for SAME_UPPER.
void share_padding(WindowAxis& axis, std::int64_t total, bool more_behind) {
  total = std::max<std::int64_t>(total, 0);
  axis.before = more_behind ? total / 2 : total - total / 2;
  axis.after = total - axis.before;
}

void count_same_windows(WindowAxis& axis, AutoPad mode) {
  axis.windows = (axis.extent + axis.stride - 1) / axis.stride;
  share_padding(axis, (axis.windows - 1) * axis.stride + axis.span() - axis.extent,
                mode == AutoPad::SameUpper);
}

/// With ceil_mode a last window may hang over the padding behind, but must not begin in it.
Result<void> count_windows(WindowAxis& axis, bool round_up) {
  const std::int64_t room = axis.extent + axis.before + axis.after - axis.span();
  if (room < 0)
    return fail("the kernel spans {} elements, its axis has {} and {} of padding", axis.span(), axis.extent,
                axis.before + axis.after);
  axis.windows = (room + (round_up ? axis.stride - 1 : 0)) / axis.stride + 1;
  if ((axis.windows - 1) * axis.stride >= axis.extent + axis.before && axis.windows > 1) --axis.windows;
  return {};
}

/// The size of a ConvTranspose's output, and with it its padding where that is left to it.
Result<void> place_output(WindowAxis& axis, AutoPad mode, std::int64_t output_padding,
                          std::int64_t stated_output) {
  const std::int64_t whole = axis.stride * (axis.windows - 1) + output_padding + axis.span();
  const bool is_same = mode == AutoPad::SameUpper || mode == AutoPad::SameLower;
  if (mode == AutoPad::Valid) axis.before = axis.after = 0;
  axis.extent = stated_output > 0 ? stated_output
                : is_same         ? axis.windows * axis.stride
                                  : whole - axis.before - axis.after;
  if (stated_output > 0 || is_same) share_padding(axis, whole - axis.extent, mode == AutoPad::SameUpper);
  if (axis.extent < 1)
    return fail("the output has no elements: {} without the padding of {}", whole, axis.before + axis.after);
  if (axis.extent > kLargest) return fail("the output's axis has {} elements, above 2^30", axis.extent);
  return {};
}

}  // namespace

Result<WindowAxes> sliding_axes(const OperatorCall& call, const Shape& extents, const Shape& kernel) {
  FIXGATE_CHECK(check_kernel(call.node, extents, kernel));
  FIXGATE_ASSIGN(WindowAxes axes, stated_axes(call.node, kernel));
  FIXGATE_ASSIGN(const AutoPad mode, auto_pad_of(call.node));
  FIXGATE_ASSIGN(const auto round_up, attribute_or<std::int64_t>(call.node, "ceil_mode", 0));
  for (std::size_t d = 0; d < axes.size(); ++d) {
    axes[d].extent = extents[d];
    if (mode == AutoPad::Valid) axes[d].before = axes[d].after = 0;
    if (mode == AutoPad::SameUpper || mode == AutoPad::SameLower)
      count_same_windows(axes[d], mode);
    else
      FIXGATE_CHECK(count_windows(axes[d], round_up != 0));
  }
  return axes;
}

Result<WindowAxes> transposed_axes(const OperatorCall& call, const Shape& windows, const Shape& kernel) {
  FIXGATE_CHECK(check_kernel(call.node, windows, kernel));
  FIXGATE_ASSIGN(WindowAxes axes, stated_axes(call.node, kernel));
  FIXGATE_ASSIGN(const AutoPad mode, auto_pad_of(call.node));
  const Integers zeros(kernel.size(), 0);
  FIXGATE_ASSIGN(const Integers more, axis_list(call.node, "output_padding", zeros, 0));
  FIXGATE_ASSIGN(const Integers outputs, axis_list(call.node, "output_shape", zeros, 0));
  for (std::size_t d = 0; d < axes.size(); ++d) {
    axes[d].windows = windows[d];
    FIXGATE_CHECK(place_output(axes[d], mode, more[d], outputs[d]));
  }
  return axes;
}

Result<void> check_products(const Shape& factors) {
  if (const auto checked = check_shape(factors, kMostProducts); !checked)
    return fail("it would take more than 2^38 products");
  return {};
}

TapWalk::TapWalk(const WindowAxes& axes, const Shape& tap) {
  std::int64_t window_step = 1;
  std::int64_t element_step = 1;
  for (std::size_t d = axes.size(); d-- > 0;) {
    const WindowAxis& axis = axes[d];
    const std::int64_t shift = tap[d] * axis.dilation - axis.before;  // of window 0's element
    const std::int64_t first = shift >= 0 ? 0 : (-shift + axis.stride - 1) / axis.stride;
    const std::int64_t end =
        axis.extent <= shift ? 0 : std::min(axis.windows, (axis.extent - 1 - shift) / axis.stride + 1);
    is_empty_ = is_empty_ || end <= first;
    run_.window += first * window_step;
    run_.element += (first * axis.stride + shift) * element_step;
    if (d + 1 == axes.size())
      run_.count = end - first;
    else
      outer_.push_back({end - first, 0, axis.stride * element_step, window_step});
    window_step *= axis.windows;
    element_step *= axis.extent;
  }
}

bool TapWalk::next() {
  for (Reach& reach : outer_) {  // the innermost of them first
    run_.window += reach.window_step;
    run_.element += reach.element_step;
    if (++reach.index < reach.windows) return true;
    run_.window -= reach.windows * reach.window_step;
    run_.element -= reach.windows * reach.element_step;
    reach.index = 0;
  }
  return false;
}

Shape windows_of(const WindowAxes& axes) {
  Shape shape;
  for (const WindowAxis& axis : axes) shape.push_back(axis.windows);
  return shape;
}

Shape extents_of(const WindowAxes& axes) {
  Shape shape;
  for (const WindowAxis& axis : axes) shape.push_back(axis.extent);
  return shape;
}

std::int64_t taps_of(const WindowAxes& axes) {
  Shape kernel;
  for (const WindowAxis& axis : axes) kernel.push_back(axis.kernel);
  return element_count(kernel);
}

}  // namespace fixgate
