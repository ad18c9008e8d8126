#include "simulate/fast/join.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "simulate/testing/random_fixed_network.h"

namespace fixgate::fast {
namespace {

using testing_support::FixedNetworkRange;
using testing_support::next_fixed_network;

/// The weights of a gate, shifted by all that shifts their products: [rows, columns], of the stacks that
/// `reads` says together.
std::vector<std::int64_t> whole_weights(const JoinedPlan& joined, Reads reads, std::size_t gate) {
  std::vector<std::int64_t> whole;
  for (const JoinedStack& part : joined.stacks) {
    if (part.reads != reads) continue;
    const WeightMatrix& matrix = *part.stack.parts[gate];
    const int most = part.stack.input.size == 1 ? 127 : 32767;
    whole.resize(matrix.values.size());
    for (std::size_t k = 0; k < matrix.values.size(); ++k) {
      const std::int64_t weight = matrix.values[k];
      EXPECT_TRUE(weight >= -most - 1 && weight <= most);
      const std::size_t row = k / static_cast<std::size_t>(matrix.columns);
      whole[k] += weight << (joined.left[gate][row] + (part.left.empty() ? 0 : part.left[gate][row]));
    }
  }
  return whole;
}

std::vector<std::int64_t> shifted_weights(const WeightMatrix& matrix, const std::vector<std::int32_t>& left) {
  std::vector<std::int64_t> shifted;
  for (std::size_t k = 0; k < matrix.values.size(); ++k)
    shifted.push_back(std::int64_t{matrix.values[k]} << left[k / static_cast<std::size_t>(matrix.columns)]);
  return shifted;
}

// The joined weights, shifted by what their sums are, are the original ones shifted by what each had.
void expect_same_products(const CellPlan& cell) {
  for (std::size_t gate = 0; gate < cell.gates.size(); ++gate) {
    EXPECT_EQ(whole_weights(*cell.joined, Reads::Input, gate),
              shifted_weights(*cell.input.parts[gate], cell.gates[gate].input.left));
    EXPECT_EQ(whole_weights(*cell.joined, Reads::Hidden, gate),
              shifted_weights(*cell.recurrent.parts[gate], cell.gates[gate].recurrent.left));
  }
}

// A shift of all that has been added up so far must not shift what came before.
void expect_in_place(const JoinedPlan& joined) {
  for (std::size_t later = 1; later < joined.stacks.size(); ++later)
    for (std::size_t before = 0; before < later && !joined.stacks[later].left.empty(); ++before)
      for (std::size_t gate = 0; gate < joined.left.size(); ++gate) {
        const WeightMatrix& matrix = *joined.stacks[before].stack.parts[gate];
        for (int row = 0; row < matrix.rows; ++row)
          EXPECT_TRUE(joined.stacks[later].left[gate][static_cast<std::size_t>(row)] == 0 ||
                      std::ranges::count(matrix.row(row), 0) == matrix.columns);
      }
}

struct Seen {
  int in_weights = 0;
  int in_sums = 0;
  int in_place = 0;  // of three segments
  int apart = 0;
};

void count(const CellPlan& cell, Seen& seen) {
  if (!cell.joined) {
    ++seen.apart;
    return;
  }
  const bool shifts =
      std::ranges::any_of(cell.joined->stacks, [](const JoinedStack& part) { return !part.left.empty(); });
  ++(shifts ? seen.in_sums : seen.in_weights);
  if (cell.joined->stacks.size() == 3) ++seen.in_place;
}

void look_at(const NetworkPlan& plan, Seen& seen) {
  for (const LayerPlan& layer : plan.layers) {
    const auto* recurrent = std::get_if<RecurrentPlan>(&layer);
    if (recurrent == nullptr) continue;
    for (const CellPlan& cell : recurrent->cells) {
      EXPECT_FALSE(cell.kind == CellKind::Gru && cell.joined.has_value());
      count(cell, seen);
      if (!cell.joined) continue;
      expect_same_products(cell);
      expect_in_place(*cell.joined);
    }
  }
}

TEST(Join, KeepsTheProducts) {
  std::uint64_t seed = 20250702;
  Seen seen;
  for (int trial = 0; trial < 300; ++trial) {
    FixedNetworkRange range;
    range.signal_width = 8;
    range.weight_width = trial % 2 == 0 ? 4 : 8;
    range.wide_weights = 0;
    range.most_hidden = 9;
    const FixedChain network = next_fixed_network(seed, range);
    for (const ByteProducts& products :
         {ByteProducts{true, false}, ByteProducts{false, true}, ByteProducts{}}) {
      const auto plan = plan_network(network, products);
      if (plan) look_at(*plan, seen);
    }
  }
  EXPECT_GT(seen.in_weights, 50);
  EXPECT_GT(seen.in_sums, 50);
  EXPECT_GT(seen.in_place, 20);
  EXPECT_GT(seen.apart, 20);
}

}  // namespace
}  // namespace fixgate::fast
