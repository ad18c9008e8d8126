#include "simulate/fast/vnni.h"

#include <cstring>
#include <utility>

#if defined(__x86_64__)
#include <immintrin.h>

// A function attribute, as the rest of the program is built for any x86 machine.
#define FIXGATE_VNNI __attribute__((target("avx512f,avx512bw,avx512vnni")))
#endif

namespace fixgate::fast {

#if defined(__x86_64__)
namespace {

constexpr std::size_t kVectorBytes = 64;
constexpr __mmask16 kAllLanes = 0xffff;  // GCC 12 warns of the forms without a mask

template <bool kBytes>
FIXGATE_VNNI inline __m512i multiply_add(__m512i sum, __m512i weights, __m512i vector) {
  if constexpr (kBytes) return _mm512_dpbusd_epi32(sum, vector, weights);
  return _mm512_dpwssd_epi32(sum, vector, weights);
}

FIXGATE_VNNI inline __m512i broadcast(const std::uint8_t* from) {
  std::int32_t step;
  std::memcpy(&step, from, sizeof(step));
  return _mm512_set1_epi32(step);
}

/// Without it GCC 12 keeps two copies of every sum, for which there are not enough registers.
FIXGATE_VNNI inline void settle(__m512i& sum) {
  asm volatile("" : "+v"(sum));
}

/// The sums of all segments, shifted in place behind each. Always a loop over segments: of a single one GCC
/// 12 broadcasts all vectors first and runs out of registers.
template <bool kBytes, int kBlocks, int kVectors, bool kShifts>
FIXGATE_VNNI __attribute__((noinline)) void add_segments(const Tile& tile) {
  __m512i sums[kVectors][kBlocks];
#pragma GCC unroll 8
  for (int v = 0; v < kVectors; ++v)
#pragma GCC unroll 8
    for (int b = 0; b < kBlocks; ++b) sums[v][b] = _mm512_setzero_si512();
  const std::uint8_t* weights = tile.weights;
  for (int s = 0; s < kSegments; ++s) {
    const Segment& segment = tile.segments[s];
    if (segment.steps == 0) continue;
    const std::uint8_t* vectors[kVectors];
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) vectors[v] = segment.vectors[v];
    for (std::size_t step = 0; step < segment.steps; ++step) {
      __m512i column[kBlocks];
#pragma GCC unroll 8
      for (int b = 0; b < kBlocks; ++b)
        column[b] = _mm512_load_si512(weights + static_cast<std::size_t>(b) * tile.block_bytes);
      weights += kVectorBytes;
#pragma GCC unroll 8
      for (int v = 0; v < kVectors; ++v) {
        const __m512i x = broadcast(vectors[v] + 4 * step);
#pragma GCC unroll 8
        for (int b = 0; b < kBlocks; ++b) {
          sums[v][b] = multiply_add<kBytes>(sums[v][b], column[b], x);
          if constexpr (kShifts) settle(sums[v][b]);
        }
      }
    }
    if constexpr (kShifts) {
#pragma GCC unroll 8
      for (int b = 0; b < kBlocks; ++b) {
        const __m512i left = _mm512_load_si512(tile.left[s] + std::size_t{16} * static_cast<std::size_t>(b));
#pragma GCC unroll 8
        for (int v = 0; v < kVectors; ++v) {
          sums[v][b] = _mm512_maskz_sllv_epi32(kAllLanes, sums[v][b], left);
          settle(sums[v][b]);
        }
      }
    }
  }
#pragma GCC unroll 8
  for (int v = 0; v < kVectors; ++v)
#pragma GCC unroll 8
    for (int b = 0; b < kBlocks; ++b)
      _mm512_store_si512(tile.sums + std::size_t{16} * static_cast<std::size_t>(v * kBlocks + b), sums[v][b]);
}

template <bool kBytes, int kBlocks, int kVectors>
FIXGATE_VNNI void run_tile(const Tile& tile) {
  if (tile.left[0] == nullptr) return add_segments<kBytes, kBlocks, kVectors, false>(tile);
  add_segments<kBytes, kBlocks, kVectors, true>(tile);
}

template <bool kBytes, int kBlocks, std::size_t... kVectors>
void fill_row(TileFunction* row, std::index_sequence<kVectors...> /*vectors*/) {
  ((row[kVectors] = &run_tile<kBytes, kBlocks, static_cast<int>(kVectors) + 1>), ...);
}

template <bool kBytes>
TileFunctions all_tiles() {
  TileFunctions tiles{kMostBlocks, kMostVectors, false, {}};
  constexpr std::make_index_sequence<kMostVectors> kVectors;
  fill_row<kBytes, 1>(tiles.functions[0], kVectors);
  fill_row<kBytes, 2>(tiles.functions[1], kVectors);
  fill_row<kBytes, 3>(tiles.functions[2], kVectors);
  fill_row<kBytes, 4>(tiles.functions[3], kVectors);
  return tiles;
}

}  // namespace

bool has_vnni() {
  return __builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("avx512vnni") != 0;
}

TileFunctions vnni_byte_tiles() {
  return all_tiles<true>();
}

TileFunctions vnni_half_tiles() {
  return all_tiles<false>();
}

#else

bool has_vnni() {
  return false;
}

TileFunctions vnni_byte_tiles() {
  return {};
}

TileFunctions vnni_half_tiles() {
  return {};
}

#endif

}  // namespace fixgate::fast
