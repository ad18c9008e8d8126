#include "network/operators/strided_walk.h"

#include <algorithm>

#include "network/operators/arguments.h"

namespace fixgate {

Shape row_major_strides(const Shape& shape) {
  Shape strides(shape.size(), 1);
  for (std::size_t d = shape.size(); d-- > 1;) strides[d - 1] = strides[d] * shape[d];
  return strides;
}

Result<Shape> broadcast_shape(const Shape& a, const Shape& b) {
  Shape result(std::max(a.size(), b.size()), 1);
  for (std::size_t back = 1; back <= result.size(); ++back) {
    const std::int64_t left = back <= a.size() ? a[a.size() - back] : 1;
    const std::int64_t right = back <= b.size() ? b[b.size() - back] : 1;
    if (left != right && left != 1 && right != 1)
      return fail("shapes {} and {} do not broadcast", to_text(a), to_text(b));
    result[result.size() - back] = left == 1 ? right : left;
  }
  return result;
}

Shape broadcast_strides(const Shape& from, const Shape& to) {
  const Shape own = row_major_strides(from);
  Shape strides(to.size(), 0);
  const std::size_t lead = to.size() - from.size();
  for (std::size_t d = 0; d < from.size(); ++d)
    if (from[d] != 1) strides[lead + d] = own[d];
  return strides;
}

Tensor gather_strided(const Tensor& source, const Shape& shape, const Shape& strides, std::int64_t first) {
  const auto count = static_cast<std::size_t>(element_count(shape));
  return std::visit(
      [&](const auto& values) {
        std::decay_t<decltype(values)> result(count);
        StridedWalk walk(shape, strides, first);
        for (auto& element : result) {
          element = values[static_cast<std::size_t>(walk.offset())];
          walk.next();
        }
        return Tensor{shape, std::move(result)};
      },
      source.data);
}

Tensor transposed(const Tensor& source, const Shape& permutation) {
  const Shape own = row_major_strides(source.shape);
  Shape shape;
  Shape strides;
  for (const std::int64_t d : permutation) {
    shape.push_back(source.shape[static_cast<std::size_t>(d)]);
    strides.push_back(own[static_cast<std::size_t>(d)]);
  }
  return gather_strided(source, shape, strides);
}

}  // namespace fixgate
