#include "simulate/fast/mirrored_table.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <numeric>
#include <vector>

#if defined(__x86_64__)
#include <immintrin.h>

#define FIXGATE_AVX2 __attribute__((target("avx2")))
#endif

namespace fixgate::fast {
namespace {

/// By magnitude the answers before positive ones saturate, with what mirrors them.
struct Half {
  std::vector<std::int32_t> answers;
  std::int32_t mirror = 0;
};

// From the negative inputs, whose answers do not saturate where the positive ones do.
std::optional<Half> positive_half(const DirectTable& table) {
  const auto answer = [&](int q) { return table.entries[static_cast<std::size_t>(q - table.first)] >> 1; };
  const int count = -table.first;
  if (count < 2 || table.entries.size() != 2 * static_cast<std::size_t>(count)) return {};
  if (answer(-count) != answer(1 - count)) return {};
  const std::int32_t highest = (*std::ranges::max_element(table.entries)) >> 1;
  Half half{{answer(0)}, answer(1) + answer(-1)};
  for (int a = 1; a < count; ++a) {
    half.answers.push_back(half.mirror - answer(-a));
    if (answer(a) != std::min(half.answers.back(), highest)) return {};
  }
  return half;
}

bool set_magnitude(const std::vector<std::int32_t>& answers, std::size_t magnitude, MirroredTable& table) {
  const std::int32_t above_zero = answers[magnitude] - answers[0];
  if (above_zero < 0 || above_zero > 255) return false;
  const std::size_t group = magnitude / MirroredTable::kGroup;
  const std::size_t place = magnitude % MirroredTable::kGroup;
  if (place == 0) table.bases[group] = static_cast<std::uint8_t>(above_zero);
  const std::int32_t rise = magnitude == 0 ? 0 : answers[magnitude] - answers[magnitude - 1];
  if (rise < 0 || rise > 1) return false;
  auto& rises = place < 8 ? table.low_rises : table.high_rises;
  if (place != 0) rises[group] = static_cast<std::uint8_t>(rises[group] | (rise << place % 8));
  return true;
}

}  // namespace

std::optional<MirroredTable> as_mirrored(const DirectTable& from) {
  const auto half = positive_half(from);
  const auto overflows = overflow_ends(from);
  if (!half || !overflows || overflows->up_to != INT16_MIN) return {};
  const std::vector<std::int32_t>& answers = half->answers;
  std::size_t last = answers.size() - 1;
  while (last > 0 && answers[last - 1] == answers[last]) --last;
  if (last >= MirroredTable::kMagnitudes) return {};
  MirroredTable table;
  for (std::size_t magnitude = 0; magnitude <= last; ++magnitude)
    if (!set_magnitude(answers, magnitude, table)) return {};
  table.overflows_from = overflows->from;
  table.last = static_cast<std::int16_t>(last);
  table.at_zero = static_cast<std::int16_t>(answers[0]);
  table.mirror = static_cast<std::int16_t>(half->mirror);
  table.highest = static_cast<std::int16_t>((*std::ranges::max_element(from.entries)) >> 1);
  // In half words: what is added up below, too.
  constexpr std::int32_t kMost = 1 << 14;
  const bool fits = answers[0] > -kMost && answers[last] < kMost && std::abs(half->mirror) < kMost;
  return fits ? std::optional(table) : std::nullopt;
}

#if defined(__x86_64__)
namespace {

/// 64 bytes, looked up by a byte: a shuffle reads 16.
struct Bytes64 {
  __m256i parts[4];
};

FIXGATE_AVX2 inline __m256i twice(__m128i half) {
  return _mm256_broadcastsi128_si256(half);
}

FIXGATE_AVX2 inline Bytes64 load_bytes(const MirroredTable::Bytes& from) {
  const auto* parts = reinterpret_cast<const __m128i*>(from.data());
  return {{twice(_mm_load_si128(parts)), twice(_mm_load_si128(parts + 1)), twice(_mm_load_si128(parts + 2)),
           twice(_mm_load_si128(parts + 3))}};
}

/// A group, and bits 4 and 5 of its number at the top of each byte.
struct GroupIndex {
  __m256i group;
  __m256i bit4;
  __m256i bit5;
};

FIXGATE_AVX2 inline __m256i look_up(const Bytes64& bytes, const GroupIndex& index) {
  const __m256i first = _mm256_shuffle_epi8(bytes.parts[0], index.group);
  const __m256i second = _mm256_shuffle_epi8(bytes.parts[1], index.group);
  const __m256i third = _mm256_shuffle_epi8(bytes.parts[2], index.group);
  const __m256i fourth = _mm256_shuffle_epi8(bytes.parts[3], index.group);
  return _mm256_blendv_epi8(_mm256_blendv_epi8(first, second, index.bit4),
                            _mm256_blendv_epi8(third, fourth, index.bit4), index.bit5);
}

FIXGATE_AVX2 inline __m256i count_ones(__m256i bytes) {
  const __m256i ones = twice(_mm_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4));
  const __m256i fifteen = _mm256_set1_epi8(15);
  const __m256i low = _mm256_shuffle_epi8(ones, _mm256_and_si256(bytes, fifteen));
  const __m256i high = _mm256_shuffle_epi8(ones, _mm256_and_si256(_mm256_srli_epi16(bytes, 4), fifteen));
  return _mm256_add_epi8(low, high);
}

/// A table, ready to be applied.
struct Registers {
  Bytes64 bases;
  Bytes64 low_rises;
  Bytes64 high_rises;
  __m256i last;
  __m256i at_zero;
  __m256i mirror;  // plus one
  __m256i highest;
  __m256i last_that_fits;
};

FIXGATE_AVX2 inline Registers load_table(const MirroredTable& table) {
  return {load_bytes(table.bases),
          load_bytes(table.low_rises),
          load_bytes(table.high_rises),
          _mm256_set1_epi16(table.last),
          _mm256_set1_epi16(table.at_zero),
          _mm256_set1_epi16(static_cast<std::int16_t>(table.mirror + 1)),
          _mm256_set1_epi16(table.highest),
          _mm256_set1_epi16(static_cast<std::int16_t>(table.overflows_from - 1))};
}

/// Of 32 magnitudes, as bytes: how much their answers are above that at zero.
FIXGATE_AVX2 inline __m256i above_zero(const Registers& table, __m256i a0, __m256i a1) {
  const __m256i fifteen = _mm256_set1_epi16(15);
  // By place in its group: the bits of the magnitudes up to it.
  const __m256i up_to_low =
      twice(_mm_setr_epi8(1, 3, 7, 15, 31, 63, 127, -1, -1, -1, -1, -1, -1, -1, -1, -1));
  const __m256i up_to_high = twice(_mm_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 1, 3, 7, 15, 31, 63, 127, -1));
  const __m256i group = _mm256_packus_epi16(_mm256_srli_epi16(a0, 4), _mm256_srli_epi16(a1, 4));
  const __m256i place = _mm256_packus_epi16(_mm256_and_si256(a0, fifteen), _mm256_and_si256(a1, fifteen));
  const GroupIndex index{group, _mm256_slli_epi16(group, 3), _mm256_slli_epi16(group, 2)};
  const __m256i low =
      _mm256_and_si256(look_up(table.low_rises, index), _mm256_shuffle_epi8(up_to_low, place));
  const __m256i high =
      _mm256_and_si256(look_up(table.high_rises, index), _mm256_shuffle_epi8(up_to_high, place));
  const __m256i rises = _mm256_add_epi8(count_ones(low), count_ones(high));
  return _mm256_add_epi8(look_up(table.bases, index), rises);
}

// -r is ~r + 1.
FIXGATE_AVX2 inline __m256i mirrored(const Registers& table, __m256i q, __m256i above) {
  const __m256i negative = _mm256_srai_epi16(q, 15);
  const __m256i answer = _mm256_xor_si256(_mm256_add_epi16(above, table.at_zero), negative);
  return _mm256_min_epi16(_mm256_add_epi16(answer, _mm256_and_si256(negative, table.mirror)), table.highest);
}

/// `overflows`: by lane.
FIXGATE_AVX2 inline void answer_32(const Registers& table, const std::int16_t* inputs, std::int16_t* answers,
                                   __m256i& overflows) {
  const __m256i q0 = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(inputs));
  const __m256i q1 = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(inputs + 16));
  overflows = _mm256_sub_epi16(overflows, _mm256_cmpgt_epi16(q0, table.last_that_fits));
  overflows = _mm256_sub_epi16(overflows, _mm256_cmpgt_epi16(q1, table.last_that_fits));
  const __m256i above = above_zero(table, _mm256_min_epi16(_mm256_abs_epi16(q0), table.last),
                                   _mm256_min_epi16(_mm256_abs_epi16(q1), table.last));
  const __m256i zero = _mm256_setzero_si256();
  // Packing and unpacking both go by halves of the registers: the order is that of the inputs.
  const __m256i r0 = mirrored(table, q0, _mm256_unpacklo_epi8(above, zero));
  const __m256i r1 = mirrored(table, q1, _mm256_unpackhi_epi8(above, zero));
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(answers), r0);
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(answers + 16), r1);
}

FIXGATE_AVX2 std::int64_t sum_of_lanes(__m256i halves) {
  alignas(32) std::int16_t lanes[16];
  _mm256_store_si256(reinterpret_cast<__m256i*>(lanes), halves);
  return std::accumulate(std::begin(lanes), std::end(lanes), std::int64_t{0});
}

// At most kAtOnce.
FIXGATE_AVX2 std::int64_t answer_some(const MirroredTable& from, const std::int16_t* inputs,
                                      std::size_t count, std::int16_t* answers) {
  const Registers table = load_table(from);
  __m256i overflows = _mm256_setzero_si256();
  std::size_t k = 0;
  for (; k + 32 <= count; k += 32) answer_32(table, inputs + k, answers + k, overflows);
  if (k == count) return sum_of_lanes(overflows);
  std::int16_t rest[32];
  std::ranges::fill(rest, static_cast<std::int16_t>(from.overflows_from - 1));
  std::memcpy(rest, inputs + k, (count - k) * sizeof(std::int16_t));
  answer_32(table, rest, rest, overflows);
  std::memcpy(answers + k, rest, (count - k) * sizeof(std::int16_t));
  return sum_of_lanes(overflows);
}

constexpr std::size_t kAtOnce = std::size_t{1} << 18;  // so that the lanes hold the overflows

}  // namespace

bool has_mirrored_tables() {
  return __builtin_cpu_supports("avx2") != 0;
}

std::int64_t apply_mirrored(const MirroredTable& table, const std::int16_t* inputs, std::size_t count,
                            std::int16_t* answers) {
  std::int64_t overflows = 0;
  for (std::size_t k = 0; k < count; k += kAtOnce)
    overflows += answer_some(table, inputs + k, std::min(kAtOnce, count - k), answers + k);
  return overflows;
}

#else

bool has_mirrored_tables() {
  return false;
}

std::int64_t apply_mirrored(const MirroredTable& /*table*/, const std::int16_t* /*inputs*/,
                            std::size_t /*count*/, std::int16_t* /*answers*/) {
  return 0;
}

#endif

}  // namespace fixgate::fast
