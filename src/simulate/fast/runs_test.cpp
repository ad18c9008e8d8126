#include "simulate/fast/runs.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "simulate/testing/random.h"

namespace fixgate::fast {
namespace {

using testing_support::Random;

using Matrix = std::vector<std::vector<std::int32_t>>;

/// Some rows are all small, some all large, some have a few large weights only.
Matrix any_rows(Random& random, std::size_t columns) {
  Matrix rows(static_cast<std::size_t>(random.number(1, 16)));
  for (auto& row : rows) {
    if (random.chance(0.05)) continue;  // padding
    const int most = random.pick({1, 7, 40, 127});
    const double outliers = random.pick({0.0, 0.02});
    for (std::size_t k = 0; k < columns; ++k)
      row.push_back(random.chance(outliers) ? random.number(-128, 127) : random.number(-most - 1, most));
  }
  return rows;
}

std::vector<RowWeights> spans_of(const Matrix& rows) {
  return {rows.begin(), rows.end()};
}

std::int32_t saturated(std::int32_t pair) {
  return std::clamp(pair, -32768, 32767);
}

/// What a machine adds up over a run, widened.
std::int64_t run_sum(RowWeights row, const NarrowRun& run, std::int32_t most,
                     const std::vector<std::int32_t>& x) {
  std::array<std::int16_t, 2> sums = run_start(lowest_sums(row, run, most));
  const std::int64_t start = sums[0] + sums[1];
  for (const RunStep& step : run) {
    const auto weights = step_weights(row, step, most);
    for (std::size_t side = 0; side < 2; ++side) {
      const std::size_t k = 4 * step.quad + 2 * side;
      const std::int32_t pair = saturated(weights[2 * side] * x[k] + weights[2 * side + 1] * x[k + 1]);
      sums[side] = static_cast<std::int16_t>(sums[side] + pair);  // wraps
    }
  }
  return sums[0] + sums[1] - start;
}

std::int64_t product(RowWeights row, const std::vector<std::int32_t>& x) {
  std::int64_t sum = 0;
  for (std::size_t k = 0; k < row.size(); ++k) sum += std::int64_t{row[k]} * x[k];
  return sum;
}

/// Random factors, or those that get a row's sums to one of their ends.
std::vector<std::int32_t> any_factors(Random& random, std::size_t columns, std::int32_t most,
                                      RowWeights row) {
  std::vector<std::int32_t> x(columns);
  const int kind = random.number(0, 2);
  for (std::size_t k = 0; k < columns; ++k) {
    const std::int32_t weight = k < row.size() ? row[k] : 1;
    x[k] = kind == 0 ? random.number(0, most) : (weight > 0) == (kind == 1) ? most : 0;
  }
  return x;
}

TEST(Runs, AddUpEveryProductInSixteenBits) {
  int with_rest = 0;
  int several = 0;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    Random random(seed);
    const auto columns = static_cast<std::size_t>(random.number(1, 70));
    const Matrix rows = any_rows(random, columns);
    const std::vector<RowWeights> spans = spans_of(rows);
    const auto most = random.pick({1, 15, 127, 255});
    const std::vector<NarrowRun> runs = arrange_runs(spans, most);
    several += runs.size() > 1 ? 1 : 0;
    for (const NarrowRun& run : runs)
      with_rest += std::ranges::any_of(run, [](const RunStep& step) { return step.rest; }) ? 1 : 0;
    for (const RowWeights& row : spans)
      for (int trial = 0; trial < 3; ++trial) {
        const auto x = any_factors(random, (columns + 3) / 4 * 4, most, row);
        std::int64_t sum = 0;
        for (const NarrowRun& run : runs) sum += run_sum(row, run, most, x);
        ASSERT_EQ(sum, product(row, x)) << "seed " << seed;
      }
  }
  EXPECT_GT(with_rest, 50);
  EXPECT_GT(several, 100);
}

TEST(Runs, PutSmallWeightsIntoOne) {
  const Matrix rows(8, std::vector<std::int32_t>(128, 3));
  EXPECT_EQ(arrange_runs(spans_of(rows), 255).size(), 1);
  EXPECT_EQ(arrange_runs(spans_of(rows), 255).front().size(), 32);
  const Matrix large(8, std::vector<std::int32_t>(8, 127));
  EXPECT_EQ(arrange_runs(spans_of(large), 255).size(), 2);  // of the quads' firsts, and of their seconds
  EXPECT_TRUE(arrange_runs(spans_of(Matrix(3, std::vector<std::int32_t>(9, 0))), 255).empty());
}

TEST(Runs, JoinSegmentsWhereTheyFitTogether) {
  const Matrix rows(8, std::vector<std::int32_t>(128, 2));
  const Matrix inputs(8, std::vector<std::int32_t>(5, 100));
  const auto spans = spans_of(rows);
  const auto input_spans = spans_of(inputs);
  const auto runs = arrange_one_run(std::vector<RunSegment>{{spans, 255}, {input_spans, 1}});
  ASSERT_EQ(runs.size(), 2);
  EXPECT_EQ(runs[0].size(), 32);
  EXPECT_EQ(runs[1].size(), 2);
  EXPECT_TRUE(arrange_one_run(std::vector<RunSegment>{{spans, 255}, {input_spans, 255}}).empty());
}

TEST(Runs, CountWhatTheyTake) {
  WeightMatrix weights;
  weights.rows = 20;
  weights.columns = 128;
  weights.values.assign(20 * 128, 3);
  const Multiplications counted = count_multiplications({&weights}, 255);
  EXPECT_EQ(counted.runs, 2 * (32 + 1));
  EXPECT_EQ(counted.half_words, 2 * 64);
}

}  // namespace
}  // namespace fixgate::fast
