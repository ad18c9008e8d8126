#include "network/tensor.h"

#include <algorithm>
#include <cassert>
#include <limits>

namespace fixgate {

std::int64_t element_count(const Shape& shape) {
  if (std::ranges::find(shape, 0) != shape.end()) return 0;
  std::int64_t count = 1;
  for (const std::int64_t dimension : shape) {
    assert(dimension > 0);
    if (__builtin_mul_overflow(count, dimension, &count)) return std::numeric_limits<std::int64_t>::max();
  }
  return count;
}

}  // namespace fixgate
