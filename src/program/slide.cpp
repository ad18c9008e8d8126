#include "program/slide.h"

#include <numeric>
#include <optional>

namespace fixgate::program {
namespace {

/// Where tap `k` of an output position lies on the input's axis; nothing on padding.
std::optional<int> input_position(const SlideAxis& axis, bool transposed, int output, int k) {
  const std::int64_t offset = std::int64_t{k} * axis.dilation - axis.padding;
  std::int64_t input = std::int64_t{output} * axis.stride + offset;
  if (transposed) {
    const std::int64_t reached = output - offset;
    if (reached < 0 || reached % axis.stride != 0) return std::nullopt;
    input = reached / axis.stride;
  }
  if (input < 0 || input >= axis.inputs) return std::nullopt;
  return static_cast<int>(input);
}

std::vector<SlideAxis> axes_of(const Slide& slide) {
  std::vector<SlideAxis> axes = slide.before;
  axes.insert(axes.end(), slide.after.begin(), slide.after.end());
  return axes;
}

/// An output element taken apart, and input elements put together.
class Layout {
 public:
  explicit Layout(const Slide& slide) : slide_(slide), axes_(axes_of(slide)) {}

  [[nodiscard]] const std::vector<SlideAxis>& axes() const { return axes_; }

  /// The element's position on every axis, and its channel.
  int take_apart(int element, std::vector<int>& positions) const {
    positions.assign(axes_.size(), 0);
    int channel = 0;
    for (std::size_t place = axes_.size() + 1; place-- > 0;) {
      const bool is_channel = place == slide_.before.size();
      const std::size_t axis = place > slide_.before.size() ? place - 1 : place;
      const int extent = is_channel ? slide_.output_channels : axes_[axis].outputs;
      (is_channel ? channel : positions[axis]) = element % extent;
      element /= extent;
    }
    return channel;
  }

  [[nodiscard]] int put_together(int channel, const std::vector<int>& positions) const {
    int element = 0;
    for (std::size_t place = 0; place <= axes_.size(); ++place) {
      if (place == slide_.before.size()) element = element * slide_.input_channels + channel;
      if (place < axes_.size()) element = element * axes_[place].inputs + positions[place];
    }
    return element;
  }

 private:
  const Slide& slide_;
  std::vector<SlideAxis> axes_;
};

/// The next combination of kernel positions; false behind the last one.
bool advance(const std::vector<SlideAxis>& axes, std::vector<int>& kernel) {
  for (std::size_t axis = axes.size(); axis-- > 0;) {
    if (++kernel[axis] < axes[axis].kernel) return true;
    kernel[axis] = 0;
  }
  return false;
}

bool find_inputs(const Slide& slide, const Layout& layout, const std::vector<int>& outputs,
                 const std::vector<int>& kernel, std::vector<int>& inputs) {
  for (std::size_t axis = 0; axis < kernel.size(); ++axis) {
    const auto input = input_position(layout.axes()[axis], slide.transposed, outputs[axis], kernel[axis]);
    if (!input) return false;
    inputs[axis] = *input;
  }
  return true;
}

}  // namespace

std::int64_t Slide::input_size() const {
  std::int64_t size = input_channels;
  for (const auto* axes : {&before, &after})
    for (const SlideAxis& axis : *axes) size *= axis.inputs;
  return size;
}

std::int64_t Slide::output_size() const {
  std::int64_t size = output_channels;
  for (const auto* axes : {&before, &after})
    for (const SlideAxis& axis : *axes) size *= axis.outputs;
  return size;
}

std::int64_t Slide::columns() const {
  std::int64_t count = input_channels / groups;
  for (const auto* axes : {&before, &after})
    for (const SlideAxis& axis : *axes) count *= axis.kernel;
  return count;
}

OutputTaps taps_of(const Slide& slide, int element) {
  const Layout layout(slide);
  std::vector<int> outputs;
  OutputTaps found;
  found.row = layout.take_apart(element, outputs);
  const int group_inputs = slide.input_channels / slide.groups;
  const int first_channel = found.row / (slide.output_channels / slide.groups) * group_inputs;
  std::vector<int> inputs(outputs.size());
  int column = 0;
  for (int channel = 0; channel < group_inputs; ++channel) {
    std::vector<int> kernel(outputs.size());
    do {
      if (find_inputs(slide, layout, outputs, kernel, inputs))
        found.taps.push_back({column, layout.put_together(first_channel + channel, inputs)});
      ++column;
    } while (advance(layout.axes(), kernel));
  }
  return found;
}

std::int64_t count_taps(const Slide& slide) {
  std::int64_t count = std::int64_t{slide.output_channels} * (slide.input_channels / slide.groups);
  for (const SlideAxis& axis : axes_of(slide)) {
    std::int64_t taps = 0;
    for (int output = 0; output < axis.outputs; ++output)
      for (int k = 0; k < axis.kernel; ++k)
        if (input_position(axis, slide.transposed, output, k)) ++taps;
    count *= taps;
  }
  return count;
}

}  // namespace fixgate::program
