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
constexpr std::size_t kLanes = 16;
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

/// The sums of all segments go over those in memory or onto them, shifted by `left` if it is not null. Always
/// a loop over segments: of a single one GCC 12 broadcasts all vectors first and runs out of registers.
template <bool kBytes, int kBlocks, int kVectors, bool kOnto>
FIXGATE_VNNI __attribute__((noinline)) void add_segments(const Tile& tile, const std::int32_t* left) {
  __m512i sums[kVectors][kBlocks];
#pragma GCC unroll 8
  for (int v = 0; v < kVectors; ++v)
#pragma GCC unroll 8
    for (int b = 0; b < kBlocks; ++b) sums[v][b] = _mm512_setzero_si512();
  const std::uint8_t* weights = tile.weights;
  for (const Segment& segment : tile.segments) {
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
        for (int b = 0; b < kBlocks; ++b) sums[v][b] = multiply_add<kBytes>(sums[v][b], column[b], x);
      }
    }
  }
#pragma GCC unroll 8
  for (int v = 0; v < kVectors; ++v)
#pragma GCC unroll 8
    for (int b = 0; b < kBlocks; ++b) {
      std::int32_t* to = tile.sums + std::size_t{16} * static_cast<std::size_t>(v * kBlocks + b);
      __m512i sum = sums[v][b];
      if (left != nullptr) {
        const __m512i by = _mm512_load_si512(left + std::size_t{16} * static_cast<std::size_t>(b));
        sum = _mm512_maskz_sllv_epi32(kAllLanes, sum, by);
      }
      if constexpr (kOnto) sum = _mm512_add_epi32(sum, _mm512_load_si512(to));
      _mm512_store_si512(to, sum);
    }
}

template <bool kBytes, int kBlocks, int kVectors>
FIXGATE_VNNI void run_tile(const Tile& tile) {
  if (tile.left[0] == nullptr) return add_segments<kBytes, kBlocks, kVectors, false>(tile, nullptr);
  add_segments<kBytes, kBlocks, kVectors, false>(segment_alone(tile, 0, kLanes), tile.left[0]);
  add_segments<kBytes, kBlocks, kVectors, true>(segment_alone(tile, 1, kLanes), tile.left[1]);
}

template <bool kBytes, int kBlocks, std::size_t... kVectors>
void fill_row(TileFunction* row, std::index_sequence<kVectors...> /*vectors*/) {
  ((row[kVectors] = &run_tile<kBytes, kBlocks, static_cast<int>(kVectors) + 1>), ...);
}

template <bool kBytes>
TileFunctions all_tiles() {
  TileFunctions tiles{kMostBlocks, kMostVectors, {}};
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
