// Sums of products of bytes where a machine adds them up in pairs, into 16 bits. A run is so many steps that
// the sums of no row leave the 16 bits; behind it they are widened. Which steps share a run is worked out
// from the weights themselves.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "fixed/fixed_chain.h"

namespace fixgate::fast {

/// Four columns, multiplied at once. Two products that could leave 16 bits together, which the machine would
/// saturate, go into two steps: the first has all but the second weights of such pairs, the rest those alone.
struct RunStep {
  std::size_t quad = 0;
  bool rest = false;
};

using NarrowRun = std::vector<RunStep>;

using RowWeights = std::span<const std::int32_t>;  // 8 bits each

/// The runs of rows that are computed together; a row may be empty. `most`: what the stored factor, which is
/// unsigned, is at most.
std::vector<NarrowRun> arrange_runs(std::span<const RowWeights> rows, std::int32_t most);

/// The weights of a row in one step; columns that the row does not have weigh nothing.
std::array<std::int8_t, 4> step_weights(RowWeights row, const RunStep& step, std::int32_t most);

/// By sum of a row; each has two.
using PairOf = std::array<std::int64_t, 2>;

/// What the sums of a row get to at the lowest over a run.
PairOf lowest_sums(RowWeights row, const NarrowRun& run, std::int32_t most);
/// What they start from, so that all that they reach lies within 16 bits.
std::array<std::int16_t, 2> run_start(const PairOf& lowest);

/// Rows of one segment, and what the factor stored there is at most.
struct RunSegment {
  std::span<const RowWeights> rows;
  std::int32_t most = 0;
};
/// The steps of each segment, if all of them together are one run; else nothing.
std::vector<NarrowRun> arrange_one_run(std::span<const RunSegment> segments);

/// How many multiplications of vectors the runs take, those that widen the sums included, and how many do for
/// half words, which take two for four columns.
struct Multiplications {
  std::size_t runs = 0;
  std::size_t half_words = 0;
};
Multiplications count_multiplications(const std::vector<const WeightMatrix*>& parts, std::int32_t most);

}  // namespace fixgate::fast
