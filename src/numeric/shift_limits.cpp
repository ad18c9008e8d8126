#include "numeric/shift_limits.h"

#include "numeric/accumulator.h"

namespace fixgate {

Result<void> check_shift(int width, int from, int to) {
  const int shift = from - to;
  if (shift > kMaxShift || shift < -kMaxShift)
    return fail("fraction {} is {} bits away from fraction {}, more than {}: move a binary point", from,
                shift > 0 ? shift : -shift, to, kMaxShift);
  if (shift < 0 && width - shift > kMaxAccumulatorWidth)
    return fail("{} bits shifted left by {} need more than {}: move a binary point", width, -shift,
                kMaxAccumulatorWidth);
  return {};
}

}  // namespace fixgate
