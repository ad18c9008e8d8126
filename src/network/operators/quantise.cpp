#include <algorithm>
#include <cmath>

#include "network/node_attributes.h"
#include "network/operators/arguments.h"
#include "network/operators/evaluations.h"

namespace fixgate::operators {
namespace {

/// Scale and zero point by element: one for all of the tensor, or one for each index of an axis.
class AffineMap {
 public:
  static Result<AffineMap> of(const OperatorCall& call) {
    AffineMap map;
    FIXGATE_ASSIGN(const auto blocks, attribute_or<std::int64_t>(call.node, "block_size", 0));
    if (blocks != 0) return fail("attribute 'block_size' {} is not supported, only 0", blocks);
    FIXGATE_ASSIGN(map.scale_, float_input(call, 1));
    if (call.has(2)) {
      FIXGATE_ASSIGN(map.zero_, integer_input(call, 2));
    }
    if (map.zero_ != nullptr && map.zero_->shape != map.scale_->shape)
      return fail("scale has the shape {}, zero point {}", to_text(map.scale_->shape),
                  to_text(map.zero_->shape));
    FIXGATE_CHECK(map.place(call));
    return map;
  }

  [[nodiscard]] float scale(std::size_t element) const { return scale_->floats()[index(element)]; }
  [[nodiscard]] std::int64_t zero(std::size_t element) const {
    return zero_ == nullptr ? 0 : zero_->integers()[index(element)];
  }

 private:
  Result<void> place(const OperatorCall& call) {
    const Shape& shape = call.inputs[0]->shape;
    if (scale_->shape.empty() || scale_->shape == Shape{1}) return {};
    FIXGATE_ASSIGN(const auto stated, attribute_or<std::int64_t>(call.node, "axis", 1));
    FIXGATE_ASSIGN(const std::size_t axis, normalise_axis(stated, shape.size()));
    if (scale_->shape != Shape{shape[axis]})
      return fail("a scale of the shape {} for an axis of {}", to_text(scale_->shape), shape[axis]);
    const AxisView view = view_axis(shape, axis);
    extent_ = static_cast<std::size_t>(view.extent);
    inner_ = static_cast<std::size_t>(view.inner);
    return {};
  }
  [[nodiscard]] std::size_t index(std::size_t element) const { return element / inner_ % extent_; }

  const Tensor* scale_ = nullptr;
  const Tensor* zero_ = nullptr;
  std::size_t extent_ = 1;
  std::size_t inner_ = 1;
};

struct IntegerRange {
  std::int64_t lowest;
  std::int64_t highest;
};

/// By the numbers of TensorProto.DataType; import states the type where the file leaves it to the zero point.
Result<IntegerRange> output_range(const Node& node) {
  FIXGATE_ASSIGN(const auto type, attribute_or<std::int64_t>(node, "output_dtype", 0));
  switch (type) {
    case 0:
    case 2:
      return IntegerRange{0, 255};
    case 3:
      return IntegerRange{-128, 127};
    case 4:
      return IntegerRange{0, 65535};
    case 5:
      return IntegerRange{-32768, 32767};
    default:
      return fail("quantisation to the type number {} is not supported", type);
  }
}

}  // namespace

Result<Outputs> quantise_linear(const OperatorCall& call) {
  FIXGATE_ASSIGN(const Tensor* x, float_input(call, 0));
  FIXGATE_ASSIGN(const AffineMap map, AffineMap::of(call));
  FIXGATE_ASSIGN(const IntegerRange range, output_range(call.node));
  std::vector<std::int64_t> result(x->floats().size());
  for (std::size_t i = 0; i < result.size(); ++i) {
    const float steps = std::nearbyint(x->floats()[i] / map.scale(i));  // a quotient in float, as ONNX has it
    if (std::isnan(steps)) return fail("element {} is not a number after division by its scale", i);
    const double whole = static_cast<double>(steps) + static_cast<double>(map.zero(i));
    result[i] = static_cast<std::int64_t>(
        std::clamp(whole, static_cast<double>(range.lowest), static_cast<double>(range.highest)));
  }
  return one({x->shape, std::move(result)});
}

Result<Outputs> dequantise_linear(const OperatorCall& call) {
  FIXGATE_ASSIGN(const Tensor* x, integer_input(call, 0));
  FIXGATE_ASSIGN(const AffineMap map, AffineMap::of(call));
  std::vector<float> result(x->integers().size());
  for (std::size_t i = 0; i < result.size(); ++i)
    result[i] =
        static_cast<float>((static_cast<double>(x->integers()[i]) - static_cast<double>(map.zero(i))) *
                           static_cast<double>(map.scale(i)));
  return one({x->shape, std::move(result)});
}

}  // namespace fixgate::operators
