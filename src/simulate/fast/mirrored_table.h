// Activation tables whose answers to negative inputs mirror those to positive ones and rise by at most one
// from one input to the next, as those of sigmoid and tanh with few output bits do: of the magnitudes a base
// for every 16 and a bit for each rise. With AVX2 such a table answers 32 inputs at a time, without VBMI's
// large permutations of bytes (step_table.h).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "simulate/fast/direct_table.h"

namespace fixgate::fast {

struct MirroredTable {
  static constexpr int kMagnitudes = 1024;
  static constexpr int kGroup = 16;  // magnitudes to a base
  using Bytes = std::array<std::uint8_t, kMagnitudes / kGroup>;

  std::int16_t last = 0;                    // larger magnitudes have its answer
  std::int16_t at_zero = 0;                 // bases count from it
  std::int16_t mirror = 0;                  // answer(-a) = mirror - answer(a), as it is before it saturates
  std::int16_t highest = 0;                 // where positive inputs saturate
  std::int16_t overflows_from = INT16_MAX;  // inputs from it on overflow, no others; INT16_MAX: none
  alignas(32) Bytes bases{};
  alignas(32) Bytes low_rises{};   // magnitudes 0..7 of the group
  alignas(32) Bytes high_rises{};  // magnitudes 8..15
};

/// The same table, if it can be said so.
std::optional<MirroredTable> as_mirrored(const DirectTable& table);

/// True if this machine and this build have what apply_mirrored needs.
bool has_mirrored_tables();

/// answers[k] = T(inputs[k]); may be in place. Returns how many overflowed.
std::int64_t apply_mirrored(const MirroredTable& table, const std::int16_t* inputs, std::size_t count,
                            std::int16_t* answers);

}  // namespace fixgate::fast
