#include "simulate/fast/runs.h"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <limits>

namespace fixgate::fast {
namespace {

constexpr std::int64_t kLowest = std::numeric_limits<std::int16_t>::min();
constexpr std::int64_t kHighest = std::numeric_limits<std::int16_t>::max();
constexpr std::size_t kRowsTogether = 16;  // with AVX2

/// Of one row: what its two sums may reach above where they get to at the lowest.
using Reach = PairOf;

bool saturates(std::int64_t first, std::int64_t second, std::int32_t most) {
  const std::int64_t high = (std::max<std::int64_t>(first, 0) + std::max<std::int64_t>(second, 0)) * most;
  const std::int64_t low = (std::min<std::int64_t>(first, 0) + std::min<std::int64_t>(second, 0)) * most;
  return low < kLowest || high > kHighest;
}

std::array<std::int32_t, 4> quad_weights(RowWeights row, std::size_t quad) {
  std::array<std::int32_t, 4> weights{};
  const std::size_t first = std::min(4 * quad, row.size());
  std::ranges::copy(row.subspan(first, std::min<std::size_t>(4, row.size() - first)), weights.begin());
  return weights;
}

/// One step for all rows.
struct Candidate {
  RunStep step;
  std::vector<Reach> reach;  // by row
};

Candidate candidate(std::span<const RowWeights> rows, const RunStep& step, std::int32_t most) {
  Candidate one{step, std::vector<Reach>(rows.size())};
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const auto weights = step_weights(rows[row], step, most);
    for (std::size_t k = 0; k < 4; ++k) one.reach[row][k / 2] += std::int64_t{std::abs(weights[k])} * most;
  }
  return one;
}

bool is_zero(const Candidate& one) {
  return std::ranges::all_of(one.reach, [](const Reach& reach) { return reach == Reach{}; });
}

/// A run that more steps may join.
struct OpenRun {
  NarrowRun steps;
  std::vector<Reach> reach;

  [[nodiscard]] bool takes(const Candidate& one) const {
    for (std::size_t row = 0; row < reach.size(); ++row)
      for (std::size_t side = 0; side < 2; ++side)
        if (reach[row][side] + one.reach[row][side] > kHighest - kLowest) return false;
    return true;
  }
  void add(const Candidate& one) {
    steps.push_back(one.step);
    for (std::size_t row = 0; row < reach.size(); ++row)
      for (std::size_t side = 0; side < 2; ++side) reach[row][side] += one.reach[row][side];
  }
};

// The first run that takes it.
void place(const Candidate& one, std::vector<OpenRun>& runs) {
  auto run = std::ranges::find_if(runs, [&](const OpenRun& open) { return open.takes(one); });
  if (run == runs.end()) run = runs.insert(runs.end(), {{}, std::vector<Reach>(one.reach.size())});
  run->add(one);
}

std::size_t quads_of(std::span<const RowWeights> rows) {
  std::size_t columns = 0;
  for (const RowWeights& row : rows) columns = std::max(columns, row.size());
  return (columns + 3) / 4;
}

/// All steps that have weights.
std::vector<Candidate> candidates(std::span<const RowWeights> rows, std::int32_t most) {
  std::vector<Candidate> all;
  for (std::size_t quad = 0; quad < quads_of(rows); ++quad)
    for (const bool rest : {false, true}) {
      Candidate one = candidate(rows, {quad, rest}, most);
      if (!is_zero(one)) all.push_back(std::move(one));
    }
  return all;
}

}  // namespace

std::array<std::int8_t, 4> step_weights(RowWeights row, const RunStep& step, std::int32_t most) {
  std::array<std::int32_t, 4> all = quad_weights(row, step.quad);
  std::array<std::int8_t, 4> weights{};
  for (std::size_t first = 0; first < 4; first += 2) {
    const bool split = saturates(all[first], all[first + 1], most);
    if (!step.rest) weights[first] = static_cast<std::int8_t>(all[first]);
    if (step.rest == split) weights[first + 1] = static_cast<std::int8_t>(all[first + 1]);
  }
  return weights;
}

std::vector<NarrowRun> arrange_runs(std::span<const RowWeights> rows, std::int32_t most) {
  std::vector<OpenRun> open;
  for (const Candidate& one : candidates(rows, most)) place(one, open);
  std::vector<NarrowRun> runs;
  runs.reserve(open.size());
  for (OpenRun& run : open) runs.push_back(std::move(run.steps));
  return runs;
}

PairOf lowest_sums(RowWeights row, const NarrowRun& run, std::int32_t most) {
  PairOf lowest{};
  for (const RunStep& step : run) {
    const auto weights = step_weights(row, step, most);
    for (std::size_t k = 0; k < 4; ++k)
      lowest[k / 2] += std::int64_t{std::min<std::int8_t>(weights[k], 0)} * most;
  }
  return lowest;
}

std::array<std::int16_t, 2> run_start(const PairOf& lowest) {
  return {static_cast<std::int16_t>(kLowest - lowest[0]), static_cast<std::int16_t>(kLowest - lowest[1])};
}

std::vector<NarrowRun> arrange_one_run(std::span<const RunSegment> segments) {
  OpenRun all{{}, std::vector<Reach>(segments.front().rows.size())};
  std::vector<NarrowRun> steps(segments.size());
  for (std::size_t s = 0; s < segments.size(); ++s)
    for (const Candidate& one : candidates(segments[s].rows, segments[s].most)) {
      if (!all.takes(one)) return {};
      all.add(one);
      steps[s].push_back(one.step);
    }
  return steps;
}

Multiplications count_multiplications(const std::vector<const WeightMatrix*>& parts, std::int32_t most) {
  Multiplications counted;
  for (const WeightMatrix* part : parts)
    for (std::size_t first = 0; first < static_cast<std::size_t>(part->rows); first += kRowsTogether) {
      std::vector<RowWeights> rows;
      for (std::size_t row = first;
           row < std::min(first + kRowsTogether, static_cast<std::size_t>(part->rows)); ++row)
        rows.push_back(part->row(static_cast<int>(row)));
      for (const NarrowRun& run : arrange_runs(rows, most)) counted.runs += run.size() + 1;
      counted.half_words += 2 * quads_of(rows);
    }
  return counted;
}

}  // namespace fixgate::fast
