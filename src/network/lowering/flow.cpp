#include "network/lowering/flow.h"

#include <algorithm>

namespace fixgate {
namespace {

constexpr std::int64_t kInfer = -1;

bool is_size_one(const Axis& axis) { return axis.size == 1 && axis.kind != Axis::Kind::Feature; }

bool has_size(const Axis& axis, const Dimension& dimension) {
  if (dimension.input_axis >= 0) return axis.kind == Axis::Kind::Input && axis.input_axis == dimension.input_axis;
  return axis.size >= 0 && axis.size == dimension.value;
}

/// Walks the old axes and the new shape side by side.
class Reshaper {
 public:
  Reshaper(const std::vector<Axis>& from, const std::vector<Dimension>& shape) : from_(from), shape_(shape) {}

  Result<std::vector<Axis>> run() {
    for (position_ = 0; position_ < shape_.size(); ++position_)
      if (!take()) return fail("a Reshape that is not merging directions with features or time with batch");
    while (next_ < from_.size() && is_size_one(from_[next_])) ++next_;
    if (next_ != from_.size()) return fail("a Reshape that drops or splits an axis");
    return to_;
  }

 private:
  bool take() {
    const Dimension wanted = shape_[position_];
    if (next_ < from_.size() && has_size(from_[next_], wanted)) return take_whole();
    if (wanted == Dimension{1, -1}) {
      to_.push_back({Axis::Kind::One, -1, 1});
      return true;
    }
    if (next_ < from_.size() && is_size_one(from_[next_])) {
      ++next_;
      return take();
    }
    return take_merged_steps(wanted) || merge(wanted);
  }

  bool take_whole() {
    to_.push_back(from_[next_++]);
    return true;
  }

  // [steps, ...] back to [time, batch, ...]: the second of the two dimensions follows.
  bool take_merged_steps(const Dimension& wanted) {
    if (next_ >= from_.size() || from_[next_].kind != Axis::Kind::Steps || position_ + 1 >= shape_.size()) return false;
    const Dimension other = shape_[position_ + 1];
    const int first = wanted.input_axis >= 0 ? wanted.input_axis : (other.input_axis >= 0 ? 1 - other.input_axis : 0);
    if (first > 1 || other.input_axis == first) return false;
    to_.push_back({Axis::Kind::Input, first, -1});
    to_.push_back({Axis::Kind::Input, 1 - first, -1});
    ++next_;
    ++position_;
    return true;
  }

  // Several old axes become one: up to the axes that the rest of the shape still needs.
  bool merge(const Dimension& wanted) {
    const std::size_t rest = shape_.size() - position_ - 1;
    std::size_t end = from_.size() >= rest ? from_.size() - rest : 0;
    if (wanted.value != kInfer && wanted.input_axis < 0) end = end_of_product(wanted.value);
    if (end <= next_) return false;
    Axis merged = from_[next_];
    for (std::size_t axis = next_ + 1; axis < end; ++axis)
      if (!merge_into(merged, from_[axis])) return false;
    to_.push_back(merged);
    next_ = end;
    return true;
  }

  [[nodiscard]] std::size_t end_of_product(std::int64_t product) const {
    std::int64_t size = 1;
    for (std::size_t axis = next_; axis < from_.size() && from_[axis].size > 0; ++axis) {
      size *= from_[axis].size;
      if (size == product) return axis + 1;
    }
    return 0;
  }

  static bool merge_into(Axis& merged, const Axis& axis) {
    using Kind = Axis::Kind;
    if (is_size_one(axis)) return true;
    if (is_size_one(merged)) {
      merged = axis;
      return true;
    }
    if (merged.kind == Kind::Direction && axis.kind == Kind::Feature) {
      merged = {Kind::Feature, -1, merged.size * axis.size};
      return true;
    }
    if (merged.kind != Kind::Input || axis.kind != Kind::Input) return false;
    merged = {Kind::Steps, -1, merged.size < 0 || axis.size < 0 ? -1 : merged.size * axis.size};
    return true;
  }

  const std::vector<Axis>& from_;
  const std::vector<Dimension>& shape_;
  std::size_t next_ = 0;      // the old axis to be placed next
  std::size_t position_ = 0;  // the new dimension being filled
  std::vector<Axis> to_;
};

}  // namespace

Result<std::vector<Axis>> reshape_axes(const std::vector<Axis>& from, const std::vector<Dimension>& shape,
                                       bool allow_zero) {
  std::vector<Dimension> wanted = shape;
  for (std::size_t position = 0; position < wanted.size(); ++position) {
    if (allow_zero || wanted[position] != Dimension{0, -1}) continue;
    if (position >= from.size()) return fail("a Reshape that copies a dimension which is not there");
    const Axis& axis = from[position];
    wanted[position] = axis.kind == Axis::Kind::Input ? Dimension{0, axis.input_axis} : Dimension{axis.size, -1};
  }
  return Reshaper(from, wanted).run();
}

}  // namespace fixgate
