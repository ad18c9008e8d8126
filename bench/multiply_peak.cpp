#include "bench/multiply_peak.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include <algorithm>
#include <chrono>

namespace fixgate::bench {

#if defined(__x86_64__)
namespace {

// Independent sums, enough to hide the latency. Every loop over them is unrolled, or they would stand in
// memory.
constexpr int kChains = 12;
constexpr int kRepeats = 20000;

// Keeps a vector in a register and unknown to the compiler.
#define FIXGATE_OPAQUE(vector) asm volatile("" : "+v"(vector))

__attribute__((target("avx512f,avx512bw,avx512vnni"))) void run_bytes() {
  __m512i sums[kChains];
#pragma GCC unroll 12
  for (int k = 0; k < kChains; ++k) sums[k] = _mm512_setzero_si512();
  __m512i x = _mm512_set1_epi8(3);
  __m512i w = _mm512_set1_epi8(-2);
  for (int repeat = 0; repeat < kRepeats; ++repeat) {
    FIXGATE_OPAQUE(x);
    FIXGATE_OPAQUE(w);
#pragma GCC unroll 12
    for (int k = 0; k < kChains; ++k) sums[k] = _mm512_dpbusd_epi32(sums[k], x, w);
  }
#pragma GCC unroll 12
  for (int k = 0; k < kChains; ++k) FIXGATE_OPAQUE(sums[k]);
}

__attribute__((target("avx512f,avx512bw,avx512vnni"))) void run_halves() {
  __m512i sums[kChains];
#pragma GCC unroll 12
  for (int k = 0; k < kChains; ++k) sums[k] = _mm512_setzero_si512();
  __m512i x = _mm512_set1_epi16(3);
  __m512i w = _mm512_set1_epi16(-2);
  for (int repeat = 0; repeat < kRepeats; ++repeat) {
    FIXGATE_OPAQUE(x);
    FIXGATE_OPAQUE(w);
#pragma GCC unroll 12
    for (int k = 0; k < kChains; ++k) sums[k] = _mm512_dpwssd_epi32(sums[k], x, w);
  }
#pragma GCC unroll 12
  for (int k = 0; k < kChains; ++k) FIXGATE_OPAQUE(sums[k]);
}

// Bytes are added up in 16 bits.
template <bool kBytes>
__attribute__((target("avx2"))) __m256i add_products(__m256i sum, __m256i x) {
  if constexpr (kBytes) return _mm256_add_epi16(sum, _mm256_maddubs_epi16(x, sum));
  return _mm256_add_epi32(sum, _mm256_madd_epi16(x, sum));
}

template <bool kBytes>
__attribute__((target("avx512f,avx512bw"))) __m512i add_products(__m512i sum, __m512i x) {
  if constexpr (kBytes) return _mm512_add_epi16(sum, _mm512_maddubs_epi16(x, sum));
  return _mm512_add_epi32(sum, _mm512_madd_epi16(x, sum));
}

// Each product has a factor of its own, or one would do for all; each is added up at once, or there would be
// more in registers than fits.
template <bool kBytes>
__attribute__((target("avx2"))) void run_pairs_256() {
  __m256i sums[kChains];
#pragma GCC unroll 12
  for (int k = 0; k < kChains; ++k) sums[k] = _mm256_set1_epi16(static_cast<short>(k));
  const __m256i x = _mm256_set1_epi16(3);
  for (int repeat = 0; repeat < kRepeats; ++repeat) {
#pragma GCC unroll 12
    for (int k = 0; k < kChains; ++k) {
      sums[k] = add_products<kBytes>(sums[k], x);
      FIXGATE_OPAQUE(sums[k]);
    }
  }
#pragma GCC unroll 12
  for (int k = 0; k < kChains; ++k) FIXGATE_OPAQUE(sums[k]);
}

template <bool kBytes>
__attribute__((target("avx512f,avx512bw"))) void run_pairs_512() {
  __m512i sums[kChains];
#pragma GCC unroll 12
  for (int k = 0; k < kChains; ++k) sums[k] = _mm512_set1_epi16(static_cast<short>(k));
  const __m512i x = _mm512_set1_epi16(3);
  for (int repeat = 0; repeat < kRepeats; ++repeat) {
#pragma GCC unroll 12
    for (int k = 0; k < kChains; ++k) {
      sums[k] = add_products<kBytes>(sums[k], x);
      FIXGATE_OPAQUE(sums[k]);
    }
  }
#pragma GCC unroll 12
  for (int k = 0; k < kChains; ++k) FIXGATE_OPAQUE(sums[k]);
}

// The best of the calls: what the core can do when nothing disturbs it.
double best_rate(void (*run)(), int lanes, double seconds) {
  using Clock = std::chrono::steady_clock;
  double best = 0;
  const auto start = Clock::now();
  while (std::chrono::duration<double>(Clock::now() - start).count() < seconds) {
    const auto begin = Clock::now();
    run();
    const double elapsed = std::chrono::duration<double>(Clock::now() - begin).count();
    best = std::max(best, static_cast<double>(kRepeats) * kChains * lanes / elapsed);
  }
  return best;
}

bool has_vnni() {
  return __builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("avx512vnni") != 0;
}

}  // namespace

Peak byte_peak_vnni(double seconds) {
  return {"vpdpbusd, 512 bits", has_vnni() ? best_rate(run_bytes, 64, seconds) : 0};
}

Peak half_peak_vnni(double seconds) {
  return {"vpdpwssd, 512 bits", has_vnni() ? best_rate(run_halves, 32, seconds) : 0};
}

Peak half_peak_pairs(double seconds) {
  if (__builtin_cpu_supports("avx512bw") != 0)
    return {"vpmaddwd, 512 bits", best_rate(run_pairs_512<false>, 32, seconds)};
  return {"vpmaddwd, 256 bits",
          __builtin_cpu_supports("avx2") != 0 ? best_rate(run_pairs_256<false>, 16, seconds) : 0};
}

Peak byte_peak_pairs(double seconds) {
  if (__builtin_cpu_supports("avx512bw") != 0)
    return {"vpmaddubsw, 512 bits", best_rate(run_pairs_512<true>, 64, seconds)};
  return {"vpmaddubsw, 256 bits",
          __builtin_cpu_supports("avx2") != 0 ? best_rate(run_pairs_256<true>, 32, seconds) : 0};
}

#else

Peak byte_peak_pairs(double /*seconds*/) {
  return {"none known for this machine", 0};
}

Peak byte_peak_vnni(double /*seconds*/) {
  return {"none known for this machine", 0};
}

Peak half_peak_vnni(double /*seconds*/) {
  return {"none known for this machine", 0};
}

Peak half_peak_pairs(double /*seconds*/) {
  return {"none known for this machine", 0};
}

#endif

}  // namespace fixgate::bench
