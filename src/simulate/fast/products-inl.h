// Matrix products of packed weights with stored vectors, for one target of Highway. Rows stand in the lanes:
// a vector of stored integers is read four bytes at a time and given to all lanes, so that neither states nor
// sums are ever transposed, and a batch of one runs as well as a large one.
#if defined(FIXGATE_FAST_PRODUCTS_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef FIXGATE_FAST_PRODUCTS_INL_H_
#undef FIXGATE_FAST_PRODUCTS_INL_H_
#else
#define FIXGATE_FAST_PRODUCTS_INL_H_
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "simulate/fast/packing.h"
#include "simulate/fast/vnni.h"

HWY_BEFORE_NAMESPACE();
namespace fixgate::fast::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using Lanes32 = hn::ScalableTag<std::int32_t>;
using Vector32 = hn::Vec<Lanes32>;

HWY_INLINE std::size_t lane_count() {
  return hn::Lanes(Lanes32());
}

HWY_INLINE std::int32_t load_step(const std::uint8_t* from) {
  std::int32_t step;
  std::memcpy(&step, from, sizeof(step));
  return step;
}

// Registers: 32 with AVX-512, else 16.
#if HWY_TARGET <= HWY_AVX3
inline constexpr int kTileBlocks = 4;
inline constexpr int kTileVectors = 6;
#else
inline constexpr int kTileBlocks = 2;
inline constexpr int kTileVectors = 6;
#endif
inline constexpr int kRunVectors = 3;  // with two sums for each

#if HWY_TARGET == HWY_SCALAR

template <bool kBytes>
HWY_INLINE std::int32_t scalar_products(const std::uint8_t* weights, const std::uint8_t* vector) {
  std::uint32_t sum = 0;
  for (int k = 0; k < (kBytes ? 4 : 2); ++k) {
    std::int32_t w = static_cast<std::int8_t>(weights[k]);
    std::int32_t x = vector[k];
    if constexpr (!kBytes) {
      std::int16_t halves[2];
      std::memcpy(&halves[0], weights + 2 * k, 2);
      std::memcpy(&halves[1], vector + 2 * k, 2);
      w = halves[0];
      x = halves[1];
    }
    sum += static_cast<std::uint32_t>(w * x);
  }
  return static_cast<std::int32_t>(sum);
}

template <bool kBytes, int kBlocks, int kVectors>
void plain_tile(const Tile& tile) {
  for (int v = 0; v < kVectors; ++v)
    for (int b = 0; b < kBlocks; ++b) {
      std::uint32_t sum = 0;
      const std::uint8_t* weights = tile.weights + static_cast<std::size_t>(b) * tile.block_bytes;
      for (int s = 0; s < kSegments; ++s) {
        const Segment& segment = tile.segments[s];
        for (std::size_t step = 0; step < segment.steps; ++step, weights += 4)
          sum += static_cast<std::uint32_t>(scalar_products<kBytes>(weights, segment.vectors[v] + 4 * step));
        if (tile.left[s] != nullptr) sum <<= tile.left[s][b];
      }
      tile.sums[v * kBlocks + b] = static_cast<std::int32_t>(sum);
    }
}

template <int kBlocks, int kVectors>
void half_tile(const Tile& tile) {
  plain_tile<false, kBlocks, kVectors>(tile);
}

template <int kBlocks, int kVectors>
void byte_tile(const Tile& tile) {
  plain_tile<true, kBlocks, kVectors>(tile);
}

#else  // vectors

/// Without it GCC computes the products of a whole step before it adds up any, for which there are not enough
/// registers: sums then go to memory and back at every step.
template <class Vector>
HWY_INLINE void add_up_now(Vector& sum) {
#if HWY_ARCH_X86
  asm volatile("" : "+v"(sum.raw));
#else
  (void)sum;
#endif
}

template <int kBlocks, int kVectors>
using TileSums = Vector32[kVectors][kBlocks];

/// sums <- sums << left
template <int kBlocks, int kVectors>
HWY_INLINE void shift_sums(const std::int32_t* left, TileSums<kBlocks, kVectors>& sums) {
  const Lanes32 d;
  HWY_UNROLL(8)
  for (int b = 0; b < kBlocks; ++b) {
    const Vector32 by = hn::Load(d, left + static_cast<std::size_t>(b) * hn::Lanes(d));
    HWY_UNROLL(8)
    for (int v = 0; v < kVectors; ++v) {
      sums[v][b] = sums[v][b] << by;
      add_up_now(sums[v][b]);
    }
  }
}

using Halves = hn::Repartition<std::int16_t, Lanes32>;

template <int kBlocks, int kVectors>
void half_tile(const Tile& tile) {
  const Lanes32 d;
  const Halves d16;
  const std::size_t lanes = hn::Lanes(d);
  TileSums<kBlocks, kVectors> sums;
  TileSums<kBlocks, kVectors> more;  // the second sum of targets that need two
  HWY_UNROLL(8)
  for (int v = 0; v < kVectors; ++v) HWY_UNROLL(8)
  for (int b = 0; b < kBlocks; ++b) sums[v][b] = more[v][b] = hn::Zero(d);
  const std::uint8_t* weights = tile.weights;
  for (int s = 0; s < kSegments; ++s) {
    const Segment& segment = tile.segments[s];
    for (std::size_t step = 0; step < segment.steps; ++step, weights += 4 * lanes) {
      HWY_UNROLL(8)
      for (int v = 0; v < kVectors; ++v) {
        const auto x = hn::BitCast(d16, hn::Set(d, load_step(segment.vectors[v] + 4 * step)));
        HWY_UNROLL(8)
        for (int b = 0; b < kBlocks; ++b) {
          const auto* from =
              reinterpret_cast<const std::int16_t*>(weights + static_cast<std::size_t>(b) * tile.block_bytes);
          sums[v][b] = hn::ReorderWidenMulAccumulate(d, hn::Load(d16, from), x, sums[v][b], more[v][b]);
          add_up_now(sums[v][b]);
        }
      }
    }
    if (tile.left[s] == nullptr) continue;
    shift_sums<kBlocks, kVectors>(tile.left[s], sums);
#if !HWY_ARCH_X86
    shift_sums<kBlocks, kVectors>(tile.left[s], more);
#endif
  }
  HWY_UNROLL(8)
  for (int v = 0; v < kVectors; ++v) HWY_UNROLL(8)
  for (int b = 0; b < kBlocks; ++b)
    hn::Store(hn::RearrangeToOddPlusEven(sums[v][b], more[v][b]), d,
              tile.sums + static_cast<std::size_t>(v * kBlocks + b) * lanes);
}

#if HWY_TARGET <= HWY_SSSE3 && HWY_ARCH_X86
#define FIXGATE_PAIRS 1

// Pairs of products of unsigned with signed bytes, in 16 bits that saturate.
HWY_INLINE hn::Vec<Halves> pair_products(Vector32 x, Vector32 weights) {
#if HWY_TARGET <= HWY_AVX3
  return hn::Vec<Halves>{_mm512_maddubs_epi16(x.raw, weights.raw)};
#elif HWY_TARGET == HWY_AVX2
  return hn::Vec<Halves>{_mm256_maddubs_epi16(x.raw, weights.raw)};
#else
  return hn::Vec<Halves>{_mm_maddubs_epi16(x.raw, weights.raw)};
#endif
}

/// sum <- sum + term, where the sum stands: written as a sum, GCC 12 puts each into another register and
/// moves it back, a quarter of all instructions.
HWY_INLINE void add_in_place(hn::Vec<Halves>& sum, hn::Vec<Halves> term) {
#if HWY_TARGET <= HWY_AVX2
  asm volatile("vpaddw %1, %0, %0" : "+v"(sum.raw) : "v"(term.raw));
#else
  asm volatile("paddw %1, %0" : "+x"(sum.raw) : "x"(term.raw));
#endif
}

HWY_INLINE void add_in_place(Vector32& sum, Vector32 term) {
#if HWY_TARGET <= HWY_AVX2
  asm volatile("vpaddd %1, %0, %0" : "+v"(sum.raw) : "v"(term.raw));
#else
  asm volatile("paddd %1, %0" : "+x"(sum.raw) : "x"(term.raw));
#endif
}

template <int kBlocks, int kVectors>
using NarrowSums = hn::Vec<Halves>[kVectors][kBlocks];

/// Adds one step of a run.
template <int kBlocks, int kVectors>
HWY_INLINE void add_step(const std::uint8_t* weights, const std::uint8_t* const* vectors, std::size_t offset,
                         NarrowSums<kBlocks, kVectors>& sums) {
  const Lanes32 d;
  Vector32 column[kBlocks];
  HWY_UNROLL(8)
  for (int b = 0; b < kBlocks; ++b) {
    column[b] = hn::Load(
        d, reinterpret_cast<const std::int32_t*>(weights) + static_cast<std::size_t>(b) * hn::Lanes(d));
    add_up_now(column[b]);  // once for all vectors
  }
  HWY_UNROLL(8)
  for (int v = 0; v < kVectors; ++v) {
    const Vector32 x = hn::Set(d, load_step(vectors[v] + offset));
    HWY_UNROLL(8)
    for (int b = 0; b < kBlocks; ++b) add_in_place(sums[v][b], pair_products(x, column[b]));
  }
}

/// Adds the 16-bit sums of a run.
template <int kBlocks, int kVectors>
HWY_INLINE void widen(const NarrowSums<kBlocks, kVectors>& narrow, TileSums<kBlocks, kVectors>& sums) {
  const Lanes32 d;
  HWY_UNROLL(8)
  for (int v = 0; v < kVectors; ++v) HWY_UNROLL(8)
  for (int b = 0; b < kBlocks; ++b) {
    Vector32 unused = hn::Zero(d);
    add_in_place(sums[v][b],
                 hn::ReorderWidenMulAccumulate(d, narrow[v][b], hn::Set(Halves(), 1), hn::Zero(d), unused));
  }
}

template <int kBlocks, int kVectors>
HWY_INLINE void start_run(const std::uint8_t* weights, NarrowSums<kBlocks, kVectors>& sums) {
  const Halves d;
  HWY_UNROLL(8)
  for (int v = 0; v < kVectors; ++v) HWY_UNROLL(8)
  for (int b = 0; b < kBlocks; ++b) {
    sums[v][b] = hn::Load(
        d, reinterpret_cast<const std::int16_t*>(weights) + static_cast<std::size_t>(b) * hn::Lanes(d));
    add_up_now(sums[v][b]);
  }
}

template <int kBlocks, int kVectors>
HWY_INLINE void store_sums(const Tile& tile, const TileSums<kBlocks, kVectors>& sums) {
  const Lanes32 d;
  const std::size_t lanes = hn::Lanes(d);
  HWY_UNROLL(8)
  for (int b = 0; b < kBlocks; ++b) {
    const Vector32 constant = hn::Load(d, tile.constants + static_cast<std::size_t>(b) * lanes);
    HWY_UNROLL(8)
    for (int v = 0; v < kVectors; ++v)
      hn::Store(hn::Add(sums[v][b], constant), d,
                tile.sums + static_cast<std::size_t>(v * kBlocks + b) * lanes);
  }
}

/// Adds the runs of a segment; the weights behind them.
template <int kBlocks, int kVectors>
HWY_INLINE const std::uint8_t* add_runs(const Segment& segment, const std::uint8_t* weights,
                                        TileSums<kBlocks, kVectors>& sums) {
  const std::size_t step_bytes = 4 * kBlocks * hn::Lanes(Lanes32());
  const std::uint8_t* vectors[kVectors];
  HWY_UNROLL(8)
  for (int v = 0; v < kVectors; ++v) vectors[v] = segment.vectors[v];
  const std::uint32_t* offset = segment.offsets;
  for (std::size_t run = 0; run < segment.runs; ++run) {
    NarrowSums<kBlocks, kVectors> narrow;
    start_run<kBlocks, kVectors>(weights, narrow);
    weights += step_bytes;
    const std::uint32_t* end = offset + segment.run_lengths[run];  // a run has at least one step
    do {
      add_step<kBlocks, kVectors>(weights, vectors, *offset, narrow);
      weights += step_bytes;
    } while (++offset != end);
    widen<kBlocks, kVectors>(narrow, sums);
  }
  return weights;
}

/// Bytes in runs.
template <int kBlocks, int kVectors>
void run_tile(const Tile& tile) {
  TileSums<kBlocks, kVectors> sums;
  HWY_UNROLL(8)
  for (int v = 0; v < kVectors; ++v) HWY_UNROLL(8)
  for (int b = 0; b < kBlocks; ++b) sums[v][b] = hn::Zero(Lanes32());
  const std::uint8_t* weights = tile.weights;
  for (int s = 0; s < kSegments; ++s) {
    if (tile.segments[s].runs != 0) weights = add_runs<kBlocks, kVectors>(tile.segments[s], weights, sums);
    if (tile.left[s] != nullptr) shift_sums<kBlocks, kVectors>(tile.left[s], sums);
  }
  store_sums<kBlocks, kVectors>(tile, sums);
}

/// Bytes in a single run, so that twice as many sums stand in registers.
template <int kBlocks, int kVectors>
void one_run_tile(const Tile& tile) {
  const Lanes32 d;
  const std::size_t step_bytes = 4 * kBlocks * hn::Lanes(d);
  NarrowSums<kBlocks, kVectors> narrow;
  start_run<kBlocks, kVectors>(tile.weights, narrow);
  const std::uint8_t* weights = tile.weights + step_bytes;
  for (const Segment& segment : tile.segments)
    for (std::size_t step = 0; step < segment.steps; ++step, weights += step_bytes)
      add_step<kBlocks, kVectors>(weights, segment.vectors, segment.offsets[step], narrow);
  TileSums<kBlocks, kVectors> sums;
  HWY_UNROLL(8)
  for (int v = 0; v < kVectors; ++v) HWY_UNROLL(8)
  for (int b = 0; b < kBlocks; ++b) {
    Vector32 unused = hn::Zero(d);
    sums[v][b] = hn::ReorderWidenMulAccumulate(d, narrow[v][b], hn::Set(Halves(), 1), hn::Zero(d), unused);
  }
  store_sums<kBlocks, kVectors>(tile, sums);
}
#endif  // pairs of bytes
#endif  // vectors

template <template <int, int> class Tiles, int kBlocks, std::size_t... kVectors>
void fill_tiles(TileFunctions& tiles, std::index_sequence<kVectors...> /*vectors*/) {
  ((tiles.functions[kBlocks - 1][kVectors] = Tiles<kBlocks, static_cast<int>(kVectors) + 1>::kRun), ...);
}

template <template <int, int> class Tiles, int kVectors, std::size_t... kBlocks>
TileFunctions all_tiles(std::index_sequence<kBlocks...> /*blocks*/) {
  TileFunctions tiles{kTileBlocks, kVectors, Tiles<1, 1>::kInRuns, {}};
  (fill_tiles<Tiles, static_cast<int>(kBlocks) + 1>(tiles, std::make_index_sequence<kVectors>()), ...);
  return tiles;
}

template <int kBlocks, int kVectors>
struct HalfTiles {
  static constexpr bool kInRuns = false;
  static constexpr TileFunction kRun = &half_tile<kBlocks, kVectors>;
};

#if defined(FIXGATE_PAIRS)
template <int kBlocks, int kVectors>
struct RunTiles {
  static constexpr bool kInRuns = true;
  static constexpr TileFunction kRun = &run_tile<kBlocks, kVectors>;
};
template <int kBlocks, int kVectors>
struct OneRunTiles {
  static constexpr bool kInRuns = true;
  static constexpr TileFunction kRun = &one_run_tile<kBlocks, kVectors>;
};
#elif HWY_TARGET == HWY_SCALAR
template <int kBlocks, int kVectors>
struct ByteTiles {
  static constexpr bool kInRuns = false;
  static constexpr TileFunction kRun = &byte_tile<kBlocks, kVectors>;
};
#endif

HWY_INLINE ByteProducts byte_products(bool vnni) {
#if HWY_TARGET == HWY_SCALAR
  (void)vnni;
  return {true, false};
#elif defined(FIXGATE_PAIRS)
  return {vnni && HWY_TARGET <= HWY_AVX3, true};
#else
  (void)vnni;
  return {false, false};
#endif
}

HWY_INLINE TileFunctions choose_tiles(bool bytes, bool vnni) {
  constexpr std::make_index_sequence<kTileBlocks> kBlocks;
  if (vnni && HWY_TARGET <= HWY_AVX3) return bytes ? vnni_byte_tiles() : vnni_half_tiles();
#if defined(FIXGATE_PAIRS)
  if (bytes) return all_tiles<RunTiles, kRunVectors>(kBlocks);
#elif HWY_TARGET == HWY_SCALAR
  if (bytes) return all_tiles<ByteTiles, kTileVectors>(kBlocks);
#endif
  return all_tiles<HalfTiles, kTileVectors>(kBlocks);
}

/// Of what chooses tiles in runs: those of a single run.
HWY_INLINE TileFunctions choose_one_run_tiles() {
#if defined(FIXGATE_PAIRS)
  return all_tiles<OneRunTiles, kTileVectors>(std::make_index_sequence<kTileBlocks>());
#else
  return {};
#endif
}
#undef FIXGATE_PAIRS

/// Rows as they are.
inline RowOrder plain_order() {
  std::vector<std::size_t> positions(lane_count());
  std::iota(positions.begin(), positions.end(), std::size_t{0});
  return RowOrder(std::move(positions));
}

#if HWY_TARGET != HWY_SCALAR
/// So that two vectors of sums, narrowed to one of half words, give the rows as they are.
inline RowOrder paired_order() {
  const Lanes32 d;
  const hn::Repartition<std::int16_t, Lanes32> d16;
  const std::size_t lanes = hn::Lanes(d);
  const Vector32 first = hn::Iota(d, 0);
  const Vector32 second = hn::Add(first, hn::Set(d, static_cast<std::int32_t>(lanes)));
  HWY_ALIGN std::int16_t positions[HWY_MAX_BYTES / 2];
  hn::Store(hn::ReorderDemote2To(d16, first, second), d16, positions);
  return RowOrder(std::vector<std::size_t>(positions, positions + 2 * lanes));
}
#endif

/// The weights of stacks times vectors.
class Products {
 public:
  Products(const Stack& stack, bool vnni, const RowOrder& order)
      : Products(std::vector<JoinedStack>{{stack, Reads::Hidden, {}}}, vnni, order) {}

  /// With the columns of all stacks side by side: as many parts of as many rows each, and stored alike.
  Products(const std::vector<JoinedStack>& stacks, bool vnni, const RowOrder& order)
      : tiles_(choose_tiles(stacks.front().stack.input.size == 1, vnni)),
        one_run_tiles_(choose_one_run_tiles()),
        packed_(stacks, order, lane_count(), tiles_) {}

  [[nodiscard]] std::size_t rows() const { return packed_.rows(); }
  [[nodiscard]] std::size_t part_rows() const { return packed_.part_rows(); }
  [[nodiscard]] std::size_t group_rows() const { return packed_.group_rows(); }

  /// `vectors`: those that stacks of Reads::Hidden multiply; `inputs`: the others. epilogue(row, place,
  /// count, sums, stride): `count` vectors from `place` on, of which the rows of one group, from `row` on,
  /// are at sums, sums + stride, ...
  template <class Epilogue>
  void multiply(const std::uint8_t* const* vectors, std::size_t count, Epilogue epilogue,
                const std::uint8_t* const* inputs = nullptr) const {
    HWY_ALIGN std::int32_t sums[kMostBlocks * kMostTogether * HWY_MAX_BYTES / 4];
    for (const Piece& piece : packed_.pieces())
      for (std::size_t place = 0; place < count; place += kMostTogether) {
        const std::size_t some = std::min(kMostTogether, count - place);
        run_tiles(piece, vectors + place, inputs == nullptr ? nullptr : inputs + place, some, sums);
        for (std::size_t row = 0; row < piece.rows; row += group_rows())
          epilogue(piece.first_row + row, place, some, sums + row, piece.rows);
      }
  }

 private:
  void run_tiles(const Piece& piece, const std::uint8_t* const* vectors, const std::uint8_t* const* inputs,
                 std::size_t count, std::int32_t* sums) const {
    Tile tile = piece.tile;
    tile.sums = sums;
    for (std::size_t s = 0; s < kSegments; ++s)
      tile.segments[s].vectors = piece.reads[s] == Reads::Hidden ? vectors : inputs;
    const TileFunctions& tile_functions = piece.one_run ? one_run_tiles_ : tiles_;
    const TileFunction* functions = tile_functions.functions[piece.rows / lane_count() - 1];
    const auto most = static_cast<std::size_t>(tile_functions.vectors);
    for (std::size_t left = count; left > 0;) {
      const std::size_t some = next_share(left, most);
      functions[some - 1](tile);
      tile.sums += some * piece.rows;
      for (Segment& segment : tile.segments)
        if (segment.vectors != nullptr) segment.vectors += some;
      left -= some;
    }
  }

  TileFunctions tiles_;
  TileFunctions one_run_tiles_;
  PackedStacks packed_;
};

}  // namespace fixgate::fast::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
