// The innermost part of a matrix product: some rows of weights times some vectors.
#pragma once

#include <cstddef>
#include <cstdint>

namespace fixgate::fast {

/// Vectors that follow each other in the columns of the weights, and how many steps of each.
struct Segment {
  const std::uint8_t* const* vectors = nullptr;
  std::size_t steps = 0;
};

inline constexpr int kSegments = 3;

/// A step is four bytes of each factor: four products of unsigned with signed bytes, or two of half words. A
/// block is as many rows of weights as a vector has 32-bit lanes, packed step by step.
struct Tile {
  const std::uint8_t* weights = nullptr;  // first block
  std::size_t block_bytes = 0;
  Segment segments[kSegments];   // all but the first may have no steps
  std::size_t narrow_steps = 0;  // so many of one segment may be summed in 16 bits
  // [blocks][lanes]: what the sums of a segment are shifted by before they are added up; all null: nothing.
  // Tiles of VNNI shift in place, together with what the row has added up before: for them a row that a
  // segment shifts has no weights in the segments before it (join_in_place).
  const std::int32_t* left[kSegments] = {};
  std::int32_t* sums = nullptr;  // [vectors][blocks][lanes]
};

/// The same with one of its segments only. `lanes`: of a block.
inline Tile segment_alone(const Tile& tile, int segment, std::size_t lanes) {
  Tile alone = tile;
  for (int before = 0; before < segment; ++before) alone.weights += tile.segments[before].steps * 4 * lanes;
  for (Segment& other : alone.segments) other = {};
  alone.segments[0] = tile.segments[segment];
  return alone;
}

using TileFunction = void (*)(const Tile&);

inline constexpr int kMostBlocks = 4;
inline constexpr int kMostVectors = 6;

/// A function by blocks and vectors, each counted from one.
struct TileFunctions {
  int blocks = 0;  // the largest there is
  int vectors = 0;
  TileFunction functions[kMostBlocks][kMostVectors] = {};
};

}  // namespace fixgate::fast
