// Weights as the words of a memory hold them: docs/numerics.md, section 4.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "hardware/memory_image.h"
#include "numeric/weight_code.h"

namespace fixgate {

/// The code of a memory for matrices of these codes: theirs if they share the encoding, else integers. At
/// least one; powers of few bits have the same code at more bits.
WeightCode common_code(std::span<const WeightCode> codes);

/// Fills a word, the first weight lowest; code.stored_bits() of their number is its width. The code contains
/// every weight, or it is 0: padding, which binary weights hold as 1.
void put_weights(MemoryImage& image, int word, const WeightCode& code, std::span<const std::int32_t> weights);

/// For people: "ternary, five to a byte".
std::string storage_text(WeightEncoding encoding);

}  // namespace fixgate
