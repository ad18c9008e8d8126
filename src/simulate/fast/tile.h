// The innermost part of a matrix product: some rows of weights times some vectors.
#pragma once

#include <cstddef>
#include <cstdint>

namespace fixgate::fast {

/// Vectors that follow each other in the columns of the weights, and how many steps of each.
struct Segment {
  const std::uint8_t* const* vectors = nullptr;
  std::size_t steps = 0;
  // Of tiles that add up in runs (runs.h): where in a vector each step reads, in bytes, and how many steps
  // each run has.
  const std::uint32_t* offsets = nullptr;
  const std::uint32_t* run_lengths = nullptr;
  std::size_t runs = 0;
};

inline constexpr int kSegments = 3;

/// A step is four bytes of each factor: four products of unsigned with signed bytes, or two of half words. A
/// block is as many rows of weights as a vector has 32-bit lanes.
struct Tile {
  const std::uint8_t* weights = nullptr;  // first block, step by step; of runs all blocks step by step
  std::size_t block_bytes = 0;            // from block to block, not of runs
  Segment segments[kSegments];            // all but the first may have no steps
  // [blocks][lanes]: what the sums are shifted by behind a segment, together with what the row has added up
  // before: a row that a segment shifts has no weights in the segments before it (join_in_place). Null:
  // nothing; but VNNI's tiles have all or none.
  const std::int32_t* left[kSegments] = {};
  const std::int32_t* constants = nullptr;  // [blocks][lanes], of runs: added at the end
  std::int32_t* sums = nullptr;             // [vectors][blocks][lanes]
};

using TileFunction = void (*)(const Tile&);

inline constexpr int kMostBlocks = 4;
inline constexpr int kMostVectors = 6;
inline constexpr std::size_t kMostTogether = 24;  // vectors whose sums are handed on at once

/// How many of `left` come next if they go in as few shares of at most `most` as possible, all about as
/// large.
inline std::size_t next_share(std::size_t left, std::size_t most) {
  const std::size_t shares = (left + most - 1) / most;
  return (left + shares - 1) / shares;
}

/// A function by blocks and vectors, each counted from one.
struct TileFunctions {
  int blocks = 0;  // the largest there is
  int vectors = 0;
  bool in_runs = false;
  TileFunction functions[kMostBlocks][kMostVectors] = {};
};

}  // namespace fixgate::fast
