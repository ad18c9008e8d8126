#include "simulate/fast/step_table.h"

#include <algorithm>

#if defined(__x86_64__)
#include <immintrin.h>

#define FIXGATE_VBMI __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi,avx512bitalg,popcnt")))
#endif

namespace fixgate::fast {
namespace {

std::int32_t answer(const DirectTable& table, std::size_t index) {
  return table.entries[index] >> 1;
}

bool set_group(const DirectTable& table, std::size_t group, StepTable& steps) {
  const std::size_t first = group * StepTable::kGroup;
  steps.bases[group] = static_cast<std::uint8_t>(answer(table, first) - steps.lowest);
  unsigned rises = 0;
  for (std::size_t k = 1; k < StepTable::kGroup && first + k < table.entries.size(); ++k) {
    const std::int32_t rise = answer(table, first + k) - answer(table, first + k - 1);
    if (rise < 0 || rise > 1) return false;
    rises |= static_cast<unsigned>(rise) << k;
  }
  steps.low_rises[group] = static_cast<std::uint8_t>(rises & 0xff);
  steps.high_rises[group] = static_cast<std::uint8_t>(rises >> 8);
  return true;
}

}  // namespace

std::optional<StepTable> as_steps(const DirectTable& table) {
  if (table.entries.size() > StepTable::kInputs) return {};
  const auto [low, high] = std::ranges::minmax(table.entries);
  if ((high >> 1) - (low >> 1) > 255) return {};
  StepTable steps;
  steps.first = static_cast<std::int16_t>(table.first);
  steps.lowest = static_cast<std::int16_t>(low >> 1);
  for (std::size_t group = 0; group * StepTable::kGroup < table.entries.size(); ++group)
    if (!set_group(table, group, steps)) return {};
  const auto ends = overflow_ends(table);
  if (!ends) return {};
  steps.overflows = *ends;
  return steps;
}

#if defined(__x86_64__)
namespace {

/// 256 bytes, looked up by a byte.
struct Bytes256 {
  __m512i parts[4];
};

FIXGATE_VBMI inline Bytes256 load_bytes(const std::array<std::uint8_t, 256>& from) {
  return {{_mm512_load_si512(from.data()), _mm512_load_si512(from.data() + 64),
           _mm512_load_si512(from.data() + 128), _mm512_load_si512(from.data() + 192)}};
}

FIXGATE_VBMI inline __m512i look_up(const Bytes256& bytes, __m512i index, __mmask64 upper) {
  const __m512i low = _mm512_permutex2var_epi8(bytes.parts[0], index, bytes.parts[1]);
  const __m512i high = _mm512_permutex2var_epi8(bytes.parts[2], index, bytes.parts[3]);
  return _mm512_mask_mov_epi8(low, upper, high);
}

/// Everything of a table that stays in registers.
struct Registers {
  Bytes256 bases;
  Bytes256 low_rises;
  Bytes256 high_rises;
  __m512i up_to_low;  // by input in its group: the bits of the inputs up to it
  __m512i up_to_high;
  __m512i first;
  __m512i lowest;
  __m512i overflows_up_to;
  __m512i overflows_from;
};

FIXGATE_VBMI inline Registers load_table(const StepTable& table) {
  return {load_bytes(table.bases),
          load_bytes(table.low_rises),
          load_bytes(table.high_rises),
          _mm512_set4_epi32(-1, -1, static_cast<int>(0xff7f3f1fU), 0x0f070301),
          _mm512_set4_epi32(static_cast<int>(0xff7f3f1fU), 0x0f070301, 0, 0),
          _mm512_set1_epi16(table.first),
          _mm512_set1_epi16(table.lowest),
          _mm512_set1_epi16(table.overflows.up_to),
          _mm512_set1_epi16(table.overflows.from)};
}

// Two vectors of half words are packed to one of bytes in an order that unpacking takes back.
FIXGATE_VBMI inline void answer_inputs(const Registers& table, __m512i& q0, __m512i& q1) {
  const __m512i fifteen = _mm512_set1_epi16(15);
  const __m512i a0 = _mm512_sub_epi16(q0, table.first);
  const __m512i a1 = _mm512_sub_epi16(q1, table.first);
  const __m512i group = _mm512_packus_epi16(_mm512_srli_epi16(a0, 4), _mm512_srli_epi16(a1, 4));
  const __m512i place = _mm512_packus_epi16(_mm512_and_si512(a0, fifteen), _mm512_and_si512(a1, fifteen));
  const __mmask64 upper = _mm512_movepi8_mask(group);
  const __m512i low =
      _mm512_and_si512(look_up(table.low_rises, group, upper), _mm512_shuffle_epi8(table.up_to_low, place));
  const __m512i high =
      _mm512_and_si512(look_up(table.high_rises, group, upper), _mm512_shuffle_epi8(table.up_to_high, place));
  const __m512i rises = _mm512_add_epi8(_mm512_popcnt_epi8(low), _mm512_popcnt_epi8(high));
  const __m512i answers = _mm512_add_epi8(look_up(table.bases, group, upper), rises);
  const __m512i zero = _mm512_setzero_si512();
  q0 = _mm512_add_epi16(_mm512_unpacklo_epi8(answers, zero), table.lowest);
  q1 = _mm512_add_epi16(_mm512_unpackhi_epi8(answers, zero), table.lowest);
}

template <bool kLow, bool kHigh>
FIXGATE_VBMI std::int64_t apply(const StepTable& from, const std::int16_t* inputs, std::size_t count,
                                std::int16_t* answers) {
  const Registers table = load_table(from);
  std::int64_t overflows = 0;
  for (std::size_t k = 0; k < count; k += 64) {
    const std::size_t left = count - k;
    const auto valid0 = static_cast<__mmask32>(left >= 32 ? ~0U : (1U << left) - 1);
    const auto valid1 = static_cast<__mmask32>(left >= 64 ? ~0U : left <= 32 ? 0 : (1U << (left - 32)) - 1);
    __m512i q0 = _mm512_maskz_loadu_epi16(valid0, inputs + k);
    __m512i q1 = _mm512_maskz_loadu_epi16(valid1, inputs + k + 32);
    if constexpr (kLow)
      overflows += __builtin_popcountll(
          static_cast<std::uint64_t>(_mm512_mask_cmple_epi16_mask(valid0, q0, table.overflows_up_to)) << 32 |
          _mm512_mask_cmple_epi16_mask(valid1, q1, table.overflows_up_to));
    if constexpr (kHigh)
      overflows += __builtin_popcountll(
          static_cast<std::uint64_t>(_mm512_mask_cmpge_epi16_mask(valid0, q0, table.overflows_from)) << 32 |
          _mm512_mask_cmpge_epi16_mask(valid1, q1, table.overflows_from));
    answer_inputs(table, q0, q1);
    _mm512_mask_storeu_epi16(answers + k, valid0, q0);
    _mm512_mask_storeu_epi16(answers + k + 32, valid1, q1);
  }
  return overflows;
}

}  // namespace

bool has_step_tables() {
  return __builtin_cpu_supports("avx512vl") != 0 && __builtin_cpu_supports("avx512vbmi") != 0 &&
         __builtin_cpu_supports("avx512bitalg") != 0;
}

std::int64_t apply_steps(const StepTable& table, const std::int16_t* inputs, std::size_t count,
                         std::int16_t* answers) {
  const bool low = table.overflows.up_to != INT16_MIN;
  const bool high = table.overflows.from != INT16_MAX;
  if (low && high) return apply<true, true>(table, inputs, count, answers);
  if (low) return apply<true, false>(table, inputs, count, answers);
  if (high) return apply<false, true>(table, inputs, count, answers);
  return apply<false, false>(table, inputs, count, answers);
}

#else

bool has_step_tables() {
  return false;
}

std::int64_t apply_steps(const StepTable& /*table*/, const std::int16_t* /*inputs*/, std::size_t /*count*/,
                         std::int16_t* /*answers*/) {
  return 0;
}

#endif

}  // namespace fixgate::fast
