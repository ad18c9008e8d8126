#include "simulate/fast/packing.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>

#include "simulate/testing/random.h"

namespace fixgate::fast {
namespace {

using testing_support::Random;

constexpr std::size_t kLanes = 8;

/// One to three stacks of one shape but for their columns; the rows that a later stack shifts have no weights
/// before it.
struct Stacks {
  std::deque<WeightMatrix> weights;
  std::vector<JoinedStack> stacks;
};

WeightMatrix any_matrix(Random& random, int rows, int most) {
  WeightMatrix matrix;
  matrix.rows = rows;
  matrix.columns = random.number(1, 40);
  for (int k = 0; k < rows * matrix.columns; ++k)
    matrix.values.push_back(random.chance(0.03) ? random.number(-128, 127) : random.number(-most, most));
  return matrix;
}

void clear_row(WeightMatrix& matrix, std::size_t row) {
  const auto columns = static_cast<std::size_t>(matrix.columns);
  std::fill_n(matrix.values.begin() + static_cast<std::ptrdiff_t>(row * columns), columns, 0);
}

Stacks any_stacks(Random& random) {
  Stacks all;
  const int parts = random.number(1, 4);
  const int rows = random.number(1, 40);
  const int segments = random.number(1, 3);
  const bool shifts = random.chance(0.5);
  const int most = random.pick({1, 7, 60});
  for (int s = 0; s < segments; ++s) {
    JoinedStack one;
    one.reads = s == 1 ? Reads::Hidden : Reads::Input;
    for (int part = 0; part < parts; ++part) {
      all.weights.push_back(any_matrix(random, rows, most));
      if (part > 0) all.weights.back().columns = one.stack.columns;
      one.stack.columns = all.weights.back().columns;
      all.weights.back().values.resize(static_cast<std::size_t>(rows * one.stack.columns));
      one.stack.parts.push_back(&all.weights.back());
      if (!shifts || s == 2) continue;
      one.left.emplace_back();
      for (int row = 0; row < rows; ++row) {
        one.left.back().push_back(random.chance(0.3) ? random.number(1, 9) : 0);
        for (int before = 0; before < s && one.left.back().back() != 0; ++before)
          clear_row(all.weights[static_cast<std::size_t>(before * parts + part)],
                    static_cast<std::size_t>(row));
      }
    }
    one.stack.input = {1, 0};
    one.stack.most = random.pick({3, 127, 255});
    all.stacks.push_back(std::move(one));
  }
  return all;
}

using Factors = std::vector<std::uint8_t>;

Factors any_factors(Random& random, const Stack& stack) {
  Factors factors(rounded_up(static_cast<std::size_t>(stack.columns), kStepBytes));
  for (std::uint8_t& factor : factors) factor = static_cast<std::uint8_t>(random.number(0, stack.most));
  return factors;
}

/// Steps of a piece, read one after the other as a tile of runs does.
class Reader {
 public:
  Reader(const Piece& piece, std::size_t row) : at_(piece.tile.weights + 4 * row), stride_(4 * piece.rows) {}

  void start() {
    std::memcpy(sums_, at_, sizeof(sums_));
    at_ += stride_;
  }
  void add(const std::uint8_t* x) {
    for (int side = 0; side < 2; ++side) {
      int pair = 0;
      for (int k = 2 * side; k < 2 * side + 2; ++k) pair += static_cast<std::int8_t>(at_[k]) * x[k];
      sums_[side] = static_cast<std::int16_t>(sums_[side] + std::clamp(pair, -32768, 32767));
    }
    at_ += stride_;
  }
  [[nodiscard]] std::uint32_t sum() const { return static_cast<std::uint32_t>(sums_[0] + sums_[1]); }

 private:
  const std::uint8_t* at_;
  std::size_t stride_;
  std::int16_t sums_[2] = {};
};

std::uint32_t tile_sum(const Piece& piece, std::size_t row, const std::vector<Factors>& factors) {
  const Tile& tile = piece.tile;
  Reader reader(piece, row);
  std::uint32_t sum = 0;
  if (piece.one_run) reader.start();
  for (std::size_t s = 0; s < factors.size(); ++s) {
    const Segment& segment = tile.segments[s];
    std::size_t step = 0;
    for (std::size_t run = 0; run < segment.runs; ++run) {
      reader.start();
      for (std::uint32_t k = 0; k < segment.run_lengths[run]; ++k)
        reader.add(factors[s].data() + segment.offsets[step++]);
      sum += reader.sum();
    }
    for (; step < segment.steps; ++step) reader.add(factors[s].data() + segment.offsets[step]);
    if (tile.left[s] != nullptr) sum <<= tile.left[s][row];
  }
  if (piece.one_run) sum = reader.sum();
  return sum + static_cast<std::uint32_t>(tile.constants[row]);
}

std::uint32_t plain_sum(const Stacks& all, std::size_t part, std::size_t row,
                        const std::vector<Factors>& factors) {
  std::uint32_t sum = 0;
  for (std::size_t s = 0; s < all.stacks.size(); ++s) {
    const auto weights = all.stacks[s].stack.parts[part]->row(static_cast<int>(row));
    std::uint32_t one = 0;
    for (std::size_t k = 0; k < weights.size(); ++k)
      one += static_cast<std::uint32_t>(weights[k] * factors[s][k]);
    sum += all.stacks[s].left.empty() ? one : one << all.stacks[s].left[part][row];
  }
  return sum;
}

RowOrder any_order(Random& random) {
  if (random.chance(0.5)) return RowOrder({0, 1, 2, 3, 4, 5, 6, 7});
  return RowOrder({0, 1, 2, 3, 8, 9, 10, 11, 4, 5, 6, 7, 12, 13, 14, 15});
}

TEST(Packing, OfRunsKeepsTheProducts) {
  TileFunctions tiles;
  tiles.blocks = 2;
  tiles.in_runs = true;
  int one_run = 0;
  int several = 0;
  int shifted = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    Random random(seed);
    const Stacks all = any_stacks(random);
    const RowOrder order = any_order(random);
    const PackedStacks packed(all.stacks, order, kLanes, tiles);
    std::vector<Factors> factors;
    for (const JoinedStack& part : all.stacks) factors.push_back(any_factors(random, part.stack));
    for (const Piece& piece : packed.pieces()) {
      ++(piece.one_run ? one_run : several);
      shifted +=
          std::ranges::any_of(piece.tile.left, [](const auto* left) { return left != nullptr; }) ? 1 : 0;
    }
    const auto rows = static_cast<std::size_t>(all.weights.front().rows);
    for (std::size_t part = 0; part < all.stacks.front().stack.parts.size(); ++part)
      for (std::size_t row = 0; row < rows; ++row) {
        const std::size_t at = part * packed.part_rows() + order(row);
        const auto piece = std::ranges::find_if(packed.pieces(), [&](const Piece& one) {
          return at >= one.first_row && at < one.first_row + one.rows;
        });
        ASSERT_EQ(tile_sum(*piece, at - piece->first_row, factors), plain_sum(all, part, row, factors))
            << "seed " << seed << " part " << part << " row " << row;
      }
  }
  EXPECT_GT(one_run, 200);
  EXPECT_GT(several, 200);
  EXPECT_GT(shifted, 200);
}

}  // namespace
}  // namespace fixgate::fast
