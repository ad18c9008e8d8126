#include "simulate/fast/join.h"

#include <gtest/gtest.h>

#include "simulate/testing/random_fixed_network.h"

namespace fixgate::fast {
namespace {

using testing_support::FixedNetworkRange;
using testing_support::next_fixed_network;

/// What the products of a row of a gate are shifted by after all.
std::vector<std::int32_t> whole_left(const JoinedPlan& joined,
                                     const std::vector<std::vector<std::int32_t>>& of_sums,
                                     std::size_t gate) {
  std::vector<std::int32_t> left = joined.left[gate];
  for (std::size_t row = 0; row < left.size() && !of_sums.empty(); ++row) left[row] += of_sums[gate][row];
  return left;
}

// The joined weights, shifted by what their sums are, are the original ones shifted by what each had.
void expect_same_products(const Stack& joined, const Stack& original,
                          const std::vector<std::int32_t>& joined_left, const std::vector<std::int32_t>& left,
                          std::size_t gate) {
  const WeightMatrix& from = *original.parts[gate];
  const int most = joined.input.size == 1 ? 127 : 32767;
  for (int row = 0; row < from.rows; ++row)
    for (int k = 0; k < from.columns; ++k) {
      const std::int64_t weight = joined.parts[gate]->row(row)[static_cast<std::size_t>(k)];
      EXPECT_EQ(weight * (std::int64_t{1} << joined_left[static_cast<std::size_t>(row)]),
                from.row(row)[static_cast<std::size_t>(k)] *
                    (std::int64_t{1} << left[static_cast<std::size_t>(row)]));
      EXPECT_TRUE(weight >= -most - 1 && weight <= most);
    }
}

void expect_same_products(const CellPlan& cell) {
  for (std::size_t gate = 0; gate < cell.gates.size(); ++gate) {
    const JoinedPlan& joined = *cell.joined;
    expect_same_products(joined.input, cell.input, whole_left(joined, joined.input_left, gate),
                         cell.gates[gate].input.left, gate);
    expect_same_products(joined.recurrent, cell.recurrent, whole_left(joined, joined.recurrent_left, gate),
                         cell.gates[gate].recurrent.left, gate);
  }
}

struct Seen {
  int in_weights = 0;
  int in_sums = 0;
  int apart = 0;
};

void count(const CellPlan& cell, Seen& seen) {
  if (!cell.joined)
    ++seen.apart;
  else
    ++(cell.joined->input_left.empty() ? seen.in_weights : seen.in_sums);
}

void look_at(const NetworkPlan& plan, Seen& seen) {
  for (const LayerPlan& layer : plan.layers) {
    const auto* recurrent = std::get_if<RecurrentPlan>(&layer);
    if (recurrent == nullptr) continue;
    for (const CellPlan& cell : recurrent->cells) {
      EXPECT_FALSE(cell.kind == CellKind::Gru && cell.joined.has_value());
      count(cell, seen);
      if (cell.joined) expect_same_products(cell);
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
    const FixedNetwork network = next_fixed_network(seed, range);
    for (const ByteProducts& products :
         {ByteProducts{true, false}, ByteProducts{false, true}, ByteProducts{}}) {
      const auto plan = plan_network(network, products);
      if (plan) look_at(*plan, seen);
    }
  }
  EXPECT_GT(seen.in_weights, 50);
  EXPECT_GT(seen.in_sums, 50);
  EXPECT_GT(seen.apart, 20);
}

}  // namespace
}  // namespace fixgate::fast
