// How far an exact value may be shifted: docs/formats.md, "What a reader refuses".
#pragma once

#include "diagnostic/error.h"

namespace fixgate {

inline constexpr int kMaxShift = 63;  // of an alignment or a requantisation, in either direction

/// Error: a value of `width` bits at fraction `from` cannot be requantised to fraction `to`.
Result<void> check_shift(int width, int from, int to);

}  // namespace fixgate
