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

/// Entries from `first` up to `end`.
struct Range {
  std::size_t first = 0;
  std::size_t end = 0;
};

// Without the flat ends, if that is short enough to matter.
Range rising_part(const DirectTable& table) {
  Range range{0, table.entries.size()};
  while (range.first + 1 < range.end && answer(table, range.first + 1) == answer(table, 0)) ++range.first;
  while (range.end > range.first + 1 &&
         answer(table, range.end - 2) == answer(table, table.entries.size() - 1))
    --range.end;
  return range.end - range.first <= StepTable::kInputs / 2 ? range : Range{0, table.entries.size()};
}

bool set_group(const DirectTable& table, const Range& range, std::size_t group, StepTable& steps) {
  const std::size_t first = range.first + group * StepTable::kGroup;
  steps.bases[group] = static_cast<std::uint8_t>(answer(table, first) - steps.lowest);
  unsigned rises = 0;
  for (std::size_t k = 1; k < StepTable::kGroup && first + k < range.end; ++k) {
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
  const Range range = rising_part(table);
  StepTable steps;
  steps.first = static_cast<std::int16_t>(table.first + static_cast<std::int32_t>(range.first));
  steps.last = static_cast<std::int16_t>(table.first + static_cast<std::int32_t>(range.end) - 1);
  steps.is_short = range.end - range.first <= StepTable::kInputs / 2;
  steps.lowest = static_cast<std::int16_t>(low >> 1);
  for (std::size_t group = 0; group * StepTable::kGroup < range.end - range.first; ++group)
    if (!set_group(table, range, group, steps)) return {};
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

template <bool kShort>
FIXGATE_VBMI inline __m512i look_up(const Bytes256& bytes, __m512i index, __mmask64 upper) {
  if constexpr (kShort) return _mm512_permutex2var_epi8(bytes.parts[0], index, bytes.parts[1]);
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
  __m512i last;
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
          _mm512_set1_epi16(table.last),
          _mm512_set1_epi16(table.lowest),
          _mm512_set1_epi16(table.overflows.up_to),
          _mm512_set1_epi16(table.overflows.from)};
}

// Two vectors of half words are packed to one of bytes in an order that unpacking takes back.
template <bool kShort>
FIXGATE_VBMI inline void answer_inputs(const Registers& table, __m512i& q0, __m512i& q1) {
  const __m512i fifteen = _mm512_set1_epi16(15);
  if constexpr (kShort) {
    q0 = _mm512_min_epi16(_mm512_max_epi16(q0, table.first), table.last);
    q1 = _mm512_min_epi16(_mm512_max_epi16(q1, table.first), table.last);
  }
  const __m512i a0 = _mm512_sub_epi16(q0, table.first);
  const __m512i a1 = _mm512_sub_epi16(q1, table.first);
  const __m512i group = _mm512_packus_epi16(_mm512_srli_epi16(a0, 4), _mm512_srli_epi16(a1, 4));
  const __m512i place = _mm512_packus_epi16(_mm512_and_si512(a0, fifteen), _mm512_and_si512(a1, fifteen));
  const __mmask64 upper = kShort ? __mmask64{0} : _mm512_movepi8_mask(group);
  const __m512i low = _mm512_and_si512(look_up<kShort>(table.low_rises, group, upper),
                                       _mm512_shuffle_epi8(table.up_to_low, place));
  const __m512i high = _mm512_and_si512(look_up<kShort>(table.high_rises, group, upper),
                                        _mm512_shuffle_epi8(table.up_to_high, place));
  const __m512i rises = _mm512_add_epi8(_mm512_popcnt_epi8(low), _mm512_popcnt_epi8(high));
  const __m512i answers = _mm512_add_epi8(look_up<kShort>(table.bases, group, upper), rises);
  const __m512i zero = _mm512_setzero_si512();
  q0 = _mm512_add_epi16(_mm512_unpacklo_epi8(answers, zero), table.lowest);
  q1 = _mm512_add_epi16(_mm512_unpackhi_epi8(answers, zero), table.lowest);
}

/// Whole vectors, and what is left at the end of an array.
struct Everything {
  [[nodiscard]] FIXGATE_VBMI __m512i load(const std::int16_t* from) const { return _mm512_loadu_si512(from); }
  FIXGATE_VBMI void store(std::int16_t* to, __m512i q) const { _mm512_storeu_si512(to, q); }
  [[nodiscard]] FIXGATE_VBMI std::int64_t up_to(__m512i q, __m512i limit) const {
    return __builtin_popcount(_mm512_cmple_epi16_mask(q, limit));
  }
  [[nodiscard]] FIXGATE_VBMI std::int64_t from(__m512i q, __m512i limit) const {
    return __builtin_popcount(_mm512_cmpge_epi16_mask(q, limit));
  }
};

struct FirstOnes {
  __mmask32 valid;

  explicit FirstOnes(std::size_t count)
      : valid(static_cast<__mmask32>(count >= 32 ? ~0U : (1U << count) - 1)) {}
  [[nodiscard]] FIXGATE_VBMI __m512i load(const std::int16_t* from) const {
    return _mm512_maskz_loadu_epi16(valid, from);
  }
  FIXGATE_VBMI void store(std::int16_t* to, __m512i q) const { _mm512_mask_storeu_epi16(to, valid, q); }
  [[nodiscard]] FIXGATE_VBMI std::int64_t up_to(__m512i q, __m512i limit) const {
    return __builtin_popcount(_mm512_mask_cmple_epi16_mask(valid, q, limit));
  }
  [[nodiscard]] FIXGATE_VBMI std::int64_t from(__m512i q, __m512i limit) const {
    return __builtin_popcount(_mm512_mask_cmpge_epi16_mask(valid, q, limit));
  }
};

/// 64 inputs; how many overflow.
template <bool kShort, bool kLow, bool kHigh, class Valid>
FIXGATE_VBMI inline std::int64_t apply_64(const Registers& table, const std::int16_t* inputs,
                                          std::int16_t* answers, const Valid& valid0, const Valid& valid1) {
  __m512i q0 = valid0.load(inputs);
  __m512i q1 = valid1.load(inputs + 32);
  std::int64_t overflows = 0;
  if constexpr (kLow)
    overflows += valid0.up_to(q0, table.overflows_up_to) + valid1.up_to(q1, table.overflows_up_to);
  if constexpr (kHigh)
    overflows += valid0.from(q0, table.overflows_from) + valid1.from(q1, table.overflows_from);
  answer_inputs<kShort>(table, q0, q1);
  valid0.store(answers, q0);
  valid1.store(answers + 32, q1);
  return overflows;
}

template <bool kShort, bool kLow, bool kHigh>
FIXGATE_VBMI std::int64_t apply(const StepTable& from, const std::int16_t* inputs, std::size_t count,
                                std::int16_t* answers) {
  const Registers table = load_table(from);
  std::int64_t overflows = 0;
  std::size_t k = 0;
  for (; k + 64 <= count; k += 64)
    overflows += apply_64<kShort, kLow, kHigh>(table, inputs + k, answers + k, Everything(), Everything());
  if (k < count) {
    const std::size_t left = count - k;
    overflows += apply_64<kShort, kLow, kHigh>(table, inputs + k, answers + k, FirstOnes(left),
                                               FirstOnes(left - std::min<std::size_t>(left, 32)));
  }
  return overflows;
}

template <bool kShort>
std::int64_t choose_ends(const StepTable& table, const std::int16_t* inputs, std::size_t count,
                         std::int16_t* answers) {
  const bool low = table.overflows.up_to != INT16_MIN;
  const bool high = table.overflows.from != INT16_MAX;
  if (low && high) return apply<kShort, true, true>(table, inputs, count, answers);
  if (low) return apply<kShort, true, false>(table, inputs, count, answers);
  if (high) return apply<kShort, false, true>(table, inputs, count, answers);
  return apply<kShort, false, false>(table, inputs, count, answers);
}

}  // namespace

bool has_step_tables() {
  return __builtin_cpu_supports("avx512vl") != 0 && __builtin_cpu_supports("avx512vbmi") != 0 &&
         __builtin_cpu_supports("avx512bitalg") != 0;
}

std::int64_t apply_steps(const StepTable& table, const std::int16_t* inputs, std::size_t count,
                         std::int16_t* answers) {
  return table.is_short ? choose_ends<true>(table, inputs, count, answers)
                        : choose_ends<false>(table, inputs, count, answers);
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
