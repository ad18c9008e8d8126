// Real inputs into their signal: docs/numerics.md, section 3, "Input".
#pragma once

#include <cstddef>
#include <cstdint>

#include "data/sequence.h"
#include "numeric/format.h"
#include "simulate/fast/values.h"

namespace fixgate::fast {

/// `features` [steps, inputs], finite, into `rows` from `first_row` on. Returns how many overflowed.
std::int64_t quantise_features(const FloatMatrix& features, const SignalFormat& format, std::size_t first_row,
                               StoredRows& rows);

}  // namespace fixgate::fast
