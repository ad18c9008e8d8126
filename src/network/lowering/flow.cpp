#include "network/lowering/flow.h"

#include <algorithm>

namespace fixgate {
namespace {

constexpr std::int64_t kInfer = -1;

bool is_size_one(const Axis& axis) {
  return axis.size == 1 && axis.kind != Axis::Kind::Feature;
}

bool has_size(const Axis& axis, const Dimension& dimension) {
  if (dimension.input_axis >= 0)
    return axis.kind == Axis::Kind::Input && axis.input_axis == dimension.input_axis;
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
      to_.push_back(Axis{});
      return true;
    }
    if (next_ < from_.size() && is_size_one(from_[next_])) {
      ++next_;
      return take();
    }
    return split_steps() || merge(wanted);
  }

  bool take_whole() {
    to_.push_back(from_[next_++]);
    return true;
  }

  // [steps, ...] back to what was merged: the next dimensions must be exactly those.
  bool split_steps() {
    if (next_ >= from_.size() || from_[next_].kind != Axis::Kind::Steps) return false;
    const std::vector<Axis>& parts = from_[next_].merged;
    const std::size_t wanted = shape_.size() - position_;
    if (wanted < parts.size() || wanted <= from_.size() - next_) return false;
    for (std::size_t part = 0; part < parts.size(); ++part) {
      const Dimension& dimension = shape_[position_ + part];
      if (!has_size(parts[part], dimension) && dimension != Dimension{kInfer, -1}) return false;
    }
    to_.insert(to_.end(), parts.begin(), parts.end());
    position_ += parts.size() - 1;
    ++next_;
    return true;
  }

  // Several old axes become one: those of the product, or, of a size that is not known, all that the rest
  // leaves.
  bool merge(const Dimension& wanted) {
    if (wanted.input_axis >= 0) return false;
    const std::size_t end = wanted.value == kInfer ? start_of_rest() : end_of_product(wanted.value);
    if (end <= next_) return false;
    Axis merged = from_[next_];
    for (std::size_t axis = next_ + 1; axis < end; ++axis)
      if (!merge_into(merged, from_[axis])) return false;
    to_.push_back(merged);
    next_ = end;
    return true;
  }

  // The first old axis that the dimensions after this one need, from the back; taking them checks it.
  [[nodiscard]] std::size_t start_of_rest() const {
    std::size_t start = from_.size();
    for (std::size_t position = shape_.size() - 1; position > position_ && start > next_; --position) {
      const Dimension& dimension = shape_[position];
      if (dimension.input_axis >= 0 || has_size(from_[start - 1], dimension)) {
        --start;
        continue;
      }
      std::int64_t product = 1;
      while (start > next_ && product < dimension.value && from_[start - 1].size > 0)
        product *= from_[--start].size;
    }
    return start;
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
    const std::int64_t size = merged.size < 0 || axis.size < 0 ? -1 : merged.size * axis.size;
    merged = {Kind::Steps, -1, size, {merged, axis}};
    return true;
  }

  const std::vector<Axis>& from_;
  const std::vector<Dimension>& shape_;
  std::size_t next_ = 0;      // the old axis to be placed next
  std::size_t position_ = 0;  // the new dimension being filled
  std::vector<Axis> to_;
};

}  // namespace

Dimension size_of(const Axis& axis) {
  return axis.input_axis >= 0 ? Dimension{0, axis.input_axis} : Dimension{axis.size, -1};
}

Result<std::vector<Axis>> reshape_axes(const std::vector<Axis>& from, const std::vector<Dimension>& shape,
                                       bool allow_zero) {
  std::vector<Dimension> wanted = shape;
  for (std::size_t position = 0; position < wanted.size(); ++position) {
    if (allow_zero || wanted[position] != Dimension{0, -1}) continue;
    if (position >= from.size()) return fail("a Reshape that copies a dimension which is not there");
    wanted[position] = size_of(from[position]);
  }
  if (std::ranges::count(wanted, Dimension{kInfer, -1}) > 1)
    return fail("a Reshape with more than one size that is not known");
  return Reshaper(from, wanted).run();
}

}  // namespace fixgate
