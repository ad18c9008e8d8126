// Activation tables that rise by at most one from one input to the next, as those of few output bits do: a
// base for every 16 inputs and a bit for each rise. On machines with AVX-512 VBMI and BITALG such a table
// stands in twelve registers, or in six where its ends are flat, and answers 64 inputs at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "simulate/fast/direct_table.h"

namespace fixgate::fast {

struct StepTable {
  static constexpr int kInputs = 4096;
  static constexpr int kGroup = 16;  // inputs to a base

  std::int16_t first = 0;   // the smallest input, of which smaller ones have the answer
  std::int16_t last = 0;    // the same at the other end
  bool is_short = false;    // at most half as many groups: the answers beyond are those at the ends
  std::int16_t lowest = 0;  // the smallest answer; bases count from it
  OverflowEnds overflows;
  alignas(64) std::array<std::uint8_t, kInputs / kGroup> bases{};
  alignas(64) std::array<std::uint8_t, kInputs / kGroup> low_rises{};   // inputs 0..7 of the group
  alignas(64) std::array<std::uint8_t, kInputs / kGroup> high_rises{};  // inputs 8..15
};

/// The same table, if it can be said so.
std::optional<StepTable> as_steps(const DirectTable& table);

/// True if this machine and this build have what apply_steps needs.
bool has_step_tables();

/// answers[k] = T(inputs[k]) for `count` inputs, a multiple of 8; may be in place. Returns how many
/// overflowed.
std::int64_t apply_steps(const StepTable& table, const std::int16_t* inputs, std::size_t count,
                         std::int16_t* answers);

}  // namespace fixgate::fast
