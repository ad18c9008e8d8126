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

#include "simulate/fast/plan.h"
#include "simulate/fast/tile.h"
#include "simulate/fast/values.h"
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
        std::uint32_t part = 0;
        for (std::size_t step = 0; step < segment.steps; ++step, weights += 4)
          part += static_cast<std::uint32_t>(scalar_products<kBytes>(weights, segment.vectors[v] + 4 * step));
        sum += tile.left[s] == nullptr ? part : part << tile.left[s][b];
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

/// The sums of all segments go over those in memory or onto them, shifted by `left` if it is not null. Always
/// a loop over segments: of a single one GCC 12 would run out of registers as above.
template <int kBlocks, int kVectors, bool kOnto>
HWY_NOINLINE void add_half_segments(const Tile& tile, const std::int32_t* left) {
  const Lanes32 d;
  const hn::Repartition<std::int16_t, Lanes32> d16;
  const std::size_t lanes = hn::Lanes(d);
  Vector32 sums[kVectors][kBlocks];
  Vector32 more[kVectors][kBlocks];  // the second sum of targets that need two
  HWY_UNROLL(8)
  for (int v = 0; v < kVectors; ++v) HWY_UNROLL(8)
  for (int b = 0; b < kBlocks; ++b) sums[v][b] = more[v][b] = hn::Zero(d);
  const std::uint8_t* weights = tile.weights;
  for (const Segment& segment : tile.segments)
    for (std::size_t step = 0; step < segment.steps; ++step, weights += 4 * lanes) {
      HWY_UNROLL(8)
      for (int v = 0; v < kVectors; ++v) {
        const auto x = hn::BitCast(d16, hn::Set(d, load_step(segment.vectors[v] + 4 * step)));
        HWY_UNROLL(8)
        for (int b = 0; b < kBlocks; ++b) {
          const auto* from =
              reinterpret_cast<const std::int16_t*>(weights + static_cast<std::size_t>(b) * tile.block_bytes);
          sums[v][b] = hn::ReorderWidenMulAccumulate(d, hn::Load(d16, from), x, sums[v][b], more[v][b]);
        }
      }
    }
  HWY_UNROLL(8)
  for (int v = 0; v < kVectors; ++v) HWY_UNROLL(8)
  for (int b = 0; b < kBlocks; ++b) {
    std::int32_t* to = tile.sums + static_cast<std::size_t>(v * kBlocks + b) * lanes;
    Vector32 sum = hn::RearrangeToOddPlusEven(sums[v][b], more[v][b]);
    if (left != nullptr) sum = sum << hn::Load(d, left + static_cast<std::size_t>(b) * lanes);
    if constexpr (kOnto) sum = hn::Add(sum, hn::Load(d, to));
    hn::Store(sum, d, to);
  }
}

template <int kBlocks, int kVectors>
void half_tile(const Tile& tile) {
  if (tile.left[0] == nullptr) return add_half_segments<kBlocks, kVectors, false>(tile, nullptr);
  add_half_segments<kBlocks, kVectors, false>(segment_alone(tile, 0, lane_count()), tile.left[0]);
  for (int s = 1; s < kSegments; ++s)
    if (tile.segments[s].steps != 0)
      add_half_segments<kBlocks, kVectors, true>(segment_alone(tile, s, lane_count()), tile.left[s]);
}

#if HWY_TARGET <= HWY_SSSE3 && HWY_ARCH_X86
#define FIXGATE_PAIRS 1

using Halves = hn::Repartition<std::int16_t, Lanes32>;

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

// Adds one segment to the sums in memory: in 16 bits for as many steps as are proven, then widened.
template <int kBlocks, int kVectors, bool kShifts>
void add_byte_segment(const Tile& tile, const Segment& segment, const std::uint8_t* weights,
                      const std::int32_t* left) {
  const Lanes32 d;
  const Halves d16;
  const std::size_t lanes = hn::Lanes(d);
  for (std::size_t first = 0; first < segment.steps; first += tile.narrow_steps) {
    hn::Vec<Halves> narrow[kVectors][kBlocks];
    HWY_UNROLL(8)
    for (int v = 0; v < kVectors; ++v) HWY_UNROLL(8)
    for (int b = 0; b < kBlocks; ++b) narrow[v][b] = hn::Zero(d16);
    const std::size_t end = std::min(first + tile.narrow_steps, segment.steps);
    for (std::size_t step = first; step < end; ++step, weights += 4 * lanes) {
      HWY_UNROLL(8)
      for (int v = 0; v < kVectors; ++v) {
        const Vector32 x = hn::Set(d, load_step(segment.vectors[v] + 4 * step));
        HWY_UNROLL(8)
        for (int b = 0; b < kBlocks; ++b) {
          const auto* from =
              reinterpret_cast<const std::int32_t*>(weights + static_cast<std::size_t>(b) * tile.block_bytes);
          narrow[v][b] = hn::Add(narrow[v][b], pair_products(x, hn::Load(d, from)));
          add_up_now(narrow[v][b]);
        }
      }
    }
    HWY_UNROLL(8)
    for (int v = 0; v < kVectors; ++v) HWY_UNROLL(8)
    for (int b = 0; b < kBlocks; ++b) {
      std::int32_t* to = tile.sums + static_cast<std::size_t>(v * kBlocks + b) * lanes;
      Vector32 unused = hn::Zero(d);
      Vector32 sum = hn::ReorderWidenMulAccumulate(d, narrow[v][b], hn::Set(d16, 1), hn::Zero(d), unused);
      if constexpr (kShifts) sum = sum << hn::Load(d, left + static_cast<std::size_t>(b) * lanes);
      hn::Store(hn::Add(sum, hn::Load(d, to)), d, to);
    }
  }
}

template <int kBlocks, int kVectors>
void byte_tile(const Tile& tile) {
  const Lanes32 d;
  const std::size_t lanes = hn::Lanes(d);
  for (std::size_t k = 0; k < kVectors * kBlocks * lanes; k += lanes)
    hn::Store(hn::Zero(d), d, tile.sums + k);
  const std::uint8_t* weights = tile.weights;
  for (int s = 0; s < kSegments; ++s) {
    if (tile.left[s] == nullptr)
      add_byte_segment<kBlocks, kVectors, false>(tile, tile.segments[s], weights, nullptr);
    else
      add_byte_segment<kBlocks, kVectors, true>(tile, tile.segments[s], weights, tile.left[s]);
    weights += tile.segments[s].steps * 4 * lanes;
  }
}
#endif  // pairs of bytes
#endif  // vectors

template <template <int, int> class Tiles, int kBlocks, std::size_t... kVectors>
void fill_tiles(TileFunctions& tiles, std::index_sequence<kVectors...> /*vectors*/) {
  ((tiles.functions[kBlocks - 1][kVectors] = Tiles<kBlocks, static_cast<int>(kVectors) + 1>::kRun), ...);
}

template <template <int, int> class Tiles, std::size_t... kBlocks>
TileFunctions all_tiles(std::index_sequence<kBlocks...> /*blocks*/) {
  TileFunctions tiles{kTileBlocks, kTileVectors, {}};
  (fill_tiles<Tiles, static_cast<int>(kBlocks) + 1>(tiles, std::make_index_sequence<kTileVectors>()), ...);
  return tiles;
}

template <int kBlocks, int kVectors>
struct HalfTiles {
  static constexpr TileFunction kRun = &half_tile<kBlocks, kVectors>;
};

#if defined(FIXGATE_PAIRS) || HWY_TARGET == HWY_SCALAR
template <int kBlocks, int kVectors>
struct ByteTiles {
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
#if defined(FIXGATE_PAIRS) || HWY_TARGET == HWY_SCALAR
  if (bytes) return all_tiles<ByteTiles>(kBlocks);
#endif
  return all_tiles<HalfTiles>(kBlocks);
}
#undef FIXGATE_PAIRS

/// Where the rows of a part stand in the lanes of the products.
class RowOrder {
 public:
  /// As they are.
  static RowOrder plain() {
    std::vector<std::size_t> positions(lane_count());
    std::iota(positions.begin(), positions.end(), std::size_t{0});
    return RowOrder(std::move(positions));
  }

#if HWY_TARGET != HWY_SCALAR
  /// So that two vectors of sums, narrowed to one of half words, give them as they are.
  static RowOrder paired() {
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

  [[nodiscard]] std::size_t group() const {
    return positions_.size();
  }
  [[nodiscard]] std::size_t operator()(std::size_t row) const {
    return row / group() * group() + positions_[row % group()];
  }

 private:
  explicit RowOrder(std::vector<std::size_t> positions) : positions_(std::move(positions)) {}

  std::vector<std::size_t> positions_;  // by row of a group
};

inline std::vector<const std::vector<std::int32_t>*> pointers(const ShiftsByGate& parts) {
  std::vector<const std::vector<std::int32_t>*> pointers;
  for (const auto& part : parts) pointers.push_back(&part);
  return pointers;
}

/// Integers by row of a stack, padded and ordered as the products are.
inline AlignedArray<std::int32_t> ordered_rows(const std::vector<const std::vector<std::int32_t>*>& parts,
                                               std::size_t part_rows, const RowOrder& order) {
  auto rows = aligned_zeros<std::int32_t>(parts.size() * part_rows);
  for (std::size_t part = 0; part < parts.size(); ++part)
    for (std::size_t row = 0; row < parts[part]->size(); ++row)
      rows[part * part_rows + order(row)] = (*parts[part])[row];
  return rows;
}

/// The weights of a stack, packed. Each part is padded to whole groups of rows.
class Products {
 public:
  Products(const Stack& stack, bool vnni, const RowOrder& order)
      : Products(std::vector<JoinedStack>{{stack, Reads::Hidden, {}}}, vnni, order) {}

  /// With the columns of all stacks side by side: as many parts of as many rows each, and stored alike.
  Products(const std::vector<JoinedStack>& stacks, bool vnni, const RowOrder& order)
      : parts_(stacks.front().stack.parts.size()),
        part_rows_(
            rounded_up(static_cast<std::size_t>(stacks.front().stack.parts.front()->rows), order.group())),
        group_blocks_(order.group() / lane_count()),
        tiles_(choose_tiles(stacks.front().stack.input.size == 1, vnni)) {
    for (const JoinedStack& part : stacks) add_segment(part);
    packed_ = aligned_zeros<std::uint8_t>(rows() * steps() * 4);
    std::size_t first_step = 0;
    for (std::size_t s = 0; s < stacks.size(); first_step += segments_[s++].steps)
      for (std::size_t part = 0; part < parts_; ++part)
        pack(*stacks[s].stack.parts[part], part, first_step, stacks[s].stack.input.size == 1, order);
    if (std::ranges::all_of(stacks, [](const JoinedStack& part) { return part.left.empty(); })) return;
    for (std::size_t s = 0; s < stacks.size(); ++s)
      segments_[s].left = stacks[s].left.empty() ? aligned_zeros<std::int32_t>(rows())
                                                 : ordered_rows(pointers(stacks[s].left), part_rows_, order);
  }

  [[nodiscard]] std::size_t rows() const { return parts_ * part_rows_; }
  [[nodiscard]] std::size_t part_rows() const { return part_rows_; }
  [[nodiscard]] std::size_t group_rows() const { return group_blocks_ * lane_count(); }

  /// `vectors`: those that stacks of Reads::Hidden multiply; `inputs`: the others. epilogue(row, place,
  /// count, sums, stride): `count` vectors from `place` on, of which the rows of one group, from `row` on,
  /// are at sums, sums + stride, ...
  template <class Epilogue>
  void multiply(const std::uint8_t* const* vectors, std::size_t count, Epilogue epilogue,
                const std::uint8_t* const* inputs = nullptr) const {
    HWY_ALIGN std::int32_t sums[kMostBlocks * kMostVectors * HWY_MAX_BYTES / 4];
    const std::size_t lanes = lane_count();
    const std::size_t groups = rows() / (lanes * group_blocks_);
    const std::size_t block_bytes = steps() * 4 * lanes;
    for (std::size_t group = 0; group < groups;) {
      const std::size_t some_groups =
          next(groups - group, static_cast<std::size_t>(tiles_.blocks) / group_blocks_);
      const std::size_t blocks = some_groups * group_blocks_;
      const std::uint8_t* weights = packed_.get() + group * group_blocks_ * block_bytes;
      Tile tile{weights, block_bytes, {}, narrow_steps_, {}, sums};
      for (std::size_t s = 0; s < kSegments; ++s)
        if (segments_[s].left) tile.left[s] = segments_[s].left.get() + group * group_blocks_ * lanes;
      for (std::size_t place = 0; place < count;) {
        const std::size_t some = next(count - place, static_cast<std::size_t>(tiles_.vectors));
        for (std::size_t s = 0; s < kSegments; ++s)
          if (segments_[s].steps != 0)
            tile.segments[s] = {(segments_[s].reads == Reads::Hidden ? vectors : inputs) + place,
                                segments_[s].steps};
        tiles_.functions[blocks - 1][some - 1](tile);
        for (std::size_t g = 0; g < some_groups; ++g)
          epilogue((group + g) * group_blocks_ * lanes, place, some, sums + g * group_blocks_ * lanes,
                   blocks * lanes);
        place += some;
      }
      group += some_groups;
    }
  }

 private:
  struct Columns {
    Reads reads = Reads::Hidden;
    std::size_t steps = 0;
    AlignedArray<std::int32_t> left;  // by row; empty: no segment is shifted
  };

  void add_segment(const JoinedStack& part) {
    const std::size_t bytes =
        static_cast<std::size_t>(part.stack.columns) * static_cast<std::size_t>(part.stack.input.size);
    segments_[used_++] = {part.reads, rounded_up(bytes, kStepBytes) / kStepBytes, {}};
    const auto narrow = static_cast<std::size_t>(std::max(part.stack.narrow_quads, 1));
    narrow_steps_ = used_ == 1 ? narrow : std::min(narrow_steps_, narrow);
  }

  [[nodiscard]] std::size_t steps() const {
    std::size_t steps = 0;
    for (const Columns& segment : segments_) steps += segment.steps;
    return steps;
  }

  // As few pieces as possible, all about as large.
  static std::size_t next(std::size_t left, std::size_t most) {
    const std::size_t pieces = (left + most - 1) / most;
    return (left + pieces - 1) / pieces;
  }

  void pack(const WeightMatrix& weights, std::size_t part, std::size_t first_step, bool bytes,
            const RowOrder& order) {
    const std::size_t lanes = lane_count();
    const std::size_t a_step = bytes ? 4 : 2;  // columns
    for (std::size_t row = 0; row < static_cast<std::size_t>(weights.rows); ++row) {
      const std::size_t at = part * part_rows_ + order(row);
      std::uint8_t* block = packed_.get() + (at / lanes * steps() + first_step) * 4 * lanes + at % lanes * 4;
      const auto from = weights.row(static_cast<int>(row));
      for (std::size_t k = 0; k < from.size(); ++k) {
        std::uint8_t* to = block + k / a_step * 4 * lanes + k % a_step * (4 / a_step);
        const auto half = static_cast<std::int16_t>(from[k]);
        if (bytes)
          *to = static_cast<std::uint8_t>(from[k]);
        else
          std::memcpy(to, &half, sizeof(half));
      }
    }
  }

  std::size_t parts_ = 0;
  std::size_t part_rows_ = 0;
  std::size_t group_blocks_ = 1;
  Columns segments_[kSegments];
  std::size_t used_ = 0;
  std::size_t narrow_steps_ = 1;
  TileFunctions tiles_;
  AlignedArray<std::uint8_t> packed_;
};

}  // namespace fixgate::fast::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
