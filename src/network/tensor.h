// A dense tensor of the float world: what ONNX files hold and the reference executor computes with.
#pragma once

#include <cstdint>
#include <variant>
#include <vector>

namespace fixgate {

using Shape = std::vector<std::int64_t>;

/// Row-major. Every floating type of a file becomes float; every integer type and bool becomes int64.
struct Tensor {
  Shape shape;  // empty: a scalar
  std::variant<std::vector<float>, std::vector<std::int64_t>> data;

  [[nodiscard]] bool is_float() const { return data.index() == 0; }
  [[nodiscard]] const std::vector<float>& floats() const { return std::get<0>(data); }
  [[nodiscard]] std::vector<float>& floats() { return std::get<0>(data); }
  [[nodiscard]] const std::vector<std::int64_t>& integers() const { return std::get<1>(data); }
  [[nodiscard]] std::vector<std::int64_t>& integers() { return std::get<1>(data); }

  friend bool operator==(const Tensor&, const Tensor&) = default;
};

/// Product of the dimensions: 1 for a scalar, 0 if any dimension is 0.
std::int64_t element_count(const Shape& shape);

}  // namespace fixgate
