#include "hardware/aligned_sums.h"

#include <gtest/gtest.h>

#include "fixed/program_of.h"
#include "hardware/network_parts.h"
#include "hardware/random_design_test.h"
#include "program/exact_sums.h"

namespace fixgate {
namespace {

bool fits(Wide value, int width) {
  return value >= -(Wide{1} << (width - 1)) && value < Wide{1} << (width - 1);
}

std::vector<std::int64_t> random_operand(RandomDesign& random, const Format& format, int count) {
  std::vector<std::int64_t> values;
  for (int k = 0; k < count; ++k)
    values.push_back(random.chance()
                         ? (random.chance() ? format.min() : format.max())
                         : random.number(static_cast<int>(format.min()), static_cast<int>(format.max())));
  return values;
}

Wide dot(const WeightMatrix& matrix, int row, const std::vector<std::int64_t>& operand) {
  Wide sum = 0;
  for (std::size_t k = 0; k < operand.size(); ++k) sum += Wide{matrix.row(row)[k]} * operand[k];
  return sum;
}

// The contract's sum, at the fraction of its row, is the engine's total, at that of its gate.
void check_gate(const FixedChain& network, const FixedRecurrent& layer, const AlignedSums& sums,
                std::size_t g, RandomDesign& random) {
  const FixedCell& cell = layer.cells.front();
  const FixedGate& gate = cell.gates[g];
  const bool reads_reset = g == 2 && cell.signals.reset_hidden >= 0;
  const Format& x = format_of(network, layer.input_signal);
  const Format& h = format_of(network, reads_reset ? cell.signals.reset_hidden : cell.signals.hidden);
  const WeightMatrix& w = weights_of(network, gate.input_weights);
  const WeightMatrix& r = weights_of(network, gate.recurrent_weights);
  const auto xs = random_operand(random, x, layer.inputs);
  const auto hs = random_operand(random, h, layer.hidden);
  for (int row = 0; row < layer.hidden; ++row) {
    const auto place = static_cast<std::size_t>(row);
    const int fx = w.row_fractions[place] + x.fraction;
    const int fh = r.row_fractions[place] + h.fraction;
    const int own = std::max(fx, fh);
    const Wide bias = gate.bias.empty() ? 0 : gate.bias[place];
    const Wide acc_x = dot(w, row, xs);
    const Wide acc_h = dot(r, row, hs);
    const Wide contract = (acc_x << (own - fx)) + (acc_h << (own - fh)) + bias;
    const AlignedRow& aligned = sums.gates[g].rows[place];
    const Wide total = (acc_x << aligned.shift_x) + (acc_h << aligned.shift_h) + aligned.bias_x;
    EXPECT_EQ(total, contract << (sums.gates[g].fraction - own));
    EXPECT_TRUE(fits(acc_x, sums.widths.sum) && fits(acc_h, sums.widths.sum));
    EXPECT_TRUE(fits(total, sums.widths.total));
    EXPECT_TRUE(fits(acc_h << aligned.shift_h, sums.widths.total));
    EXPECT_TRUE(fits(aligned.bias_x, sums.widths.bias));
    EXPECT_LT(std::max(aligned.shift_x, aligned.shift_h), 1 << sums.widths.shift);
  }
}

void check_split_gate(const FixedChain& network, const FixedRecurrent& layer, const AlignedSums& sums) {
  const FixedCell& cell = layer.cells.front();
  const FixedGate& gate = cell.gates[2];
  const AlignedGate& aligned = sums.gates[2];
  const WeightMatrix& w = weights_of(network, gate.input_weights);
  const WeightMatrix& r = weights_of(network, gate.recurrent_weights);
  const int reset =
      format_of(network, cell.signals.gate[1]).fraction + format_of(network, cell.signals.recurrent).fraction;
  EXPECT_GE(aligned.fraction, reset);
  for (std::size_t row = 0; row < aligned.rows.size(); ++row) {
    EXPECT_EQ(aligned.fraction - aligned.rows[row].shift_x,
              w.row_fractions[row] + format_of(network, layer.input_signal).fraction);
    EXPECT_EQ(aligned.hidden_fraction - aligned.rows[row].shift_h,
              r.row_fractions[row] + format_of(network, cell.signals.hidden).fraction);
    if (!gate.bias.empty()) {
      EXPECT_EQ(aligned.rows[row].bias_x, Wide{gate.bias[row]} << aligned.rows[row].shift_x);
    }
    if (!gate.recurrent_bias.empty()) {
      EXPECT_EQ(aligned.rows[row].bias_h, Wide{gate.recurrent_bias[row]} << aligned.rows[row].shift_h);
    }
    EXPECT_TRUE(fits(aligned.rows[row].bias_h, sums.widths.bias_h));
  }
}

TEST(AlignedSums, EqualTheContractsSumsAndFitTheirWidths) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    SCOPED_TRACE(seed);
    RandomDesign random(seed);
    const FixedChain network = random.network();
    for (const FixedLayer& layer : network.layers) {
      const auto* recurrent = std::get_if<FixedRecurrent>(&layer);
      if (recurrent == nullptr) continue;
      const auto sums = align_sums(network, *recurrent);
      ASSERT_TRUE(sums);
      for (std::size_t g = 0; g < recurrent->cells.front().gates.size(); ++g) {
        if (g == 2 && recurrent->linear_before_reset) {
          check_split_gate(network, *recurrent, *sums);
        } else {
          check_gate(network, *recurrent, *sums, g, random);
        }
      }
    }
  }
}

// With one binary point for all rows the engine's total is the contract's accumulator.
TEST(AlignedSums, AreAsWideAsTheProofWhereRowsShareABinaryPoint) {
  ExampleShape shape;
  shape.name = "plain";
  FixedChain network = make_example(shape, 3);
  for (WeightMatrix& matrix : network.weights) std::ranges::fill(matrix.row_fractions, 7);
  const auto sums = align_sums(network, std::get<FixedRecurrent>(network.layers[0]));
  const program::FixedNetwork program = program_of(network);
  const auto proven = program::prove_sums(program);
  ASSERT_TRUE(sums && proven);
  int widest = 0;
  for (const program::ProvenSum& one : *proven)
    if (program.program.values[one.target].name.starts_with("pre_")) widest = std::max(widest, one.width);
  EXPECT_EQ(sums->widths.total, widest);
  EXPECT_EQ(sums->widths.shift, 1);
}

}  // namespace
}  // namespace fixgate
