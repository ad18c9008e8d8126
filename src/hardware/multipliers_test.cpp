#include "hardware/multipliers.h"

#include <gtest/gtest.h>

#include "fixed/program_of.h"
#include "fixed/testing/example_networks.h"

namespace fixgate {
namespace {

int blocks(int a, int b) {
  return dsp_blocks({a, b, a + b});
}

TEST(Multipliers, SmallProductsTakeNoBlock) {
  EXPECT_EQ(blocks(1, 18), 0);
  EXPECT_EQ(blocks(2, 6), 0);
  EXPECT_EQ(blocks(2, 7), 1);
  EXPECT_EQ(blocks(4, 4), 0);
  EXPECT_EQ(blocks(4, 5), 1);
  EXPECT_EQ(dsp_blocks({8, 9, 8}), 0);
}

TEST(Multipliers, WideOnesAreCut) {
  EXPECT_EQ(blocks(25, 18), 1);
  EXPECT_EQ(blocks(18, 25), 1);
  EXPECT_EQ(blocks(26, 18), 2);
  EXPECT_EQ(blocks(25, 19), 2);
  EXPECT_EQ(blocks(33, 33), 4);
  EXPECT_EQ(blocks(43, 20), 6);
}

Accelerator design(const ExampleShape& shape, const EngineGeometry& geometry) {
  Accelerator accelerator = *design_accelerator(program_of(make_example(shape, 1)), {});
  accelerator.engines.back().geometry = {};
  accelerator.engines[accelerator.engines.size() - 2].geometry = geometry;
  return accelerator;
}

// One table of sigmoid for the gates that share it, one of tanh, one for the cell state.
TEST(Multipliers, OfAnLstmAreProductsAndSlopes) {
  const Accelerator accelerator = design({.name = "a"}, {2, 2, 1});
  const EngineMultipliers lstm = list_multipliers(accelerator.network, accelerator.engines[0]);
  EXPECT_TRUE(lstm.lane);
  EXPECT_EQ(lstm.of_a_slice.size(), 6U);
  const MultiplierCount count = count_multipliers(accelerator);
  EXPECT_EQ(count.beside, 2 * 6);
  EXPECT_EQ(count.dsp_blocks, 2 * 2 + 2 * 6 + 1);
}

TEST(Multipliers, OfAGruAreTwoProductsAndTwoSlopes) {
  for (const bool after : {false, true}) {
    const Accelerator accelerator =
        design({.name = "a", .kind = CellKind::Gru, .linear_before_reset = after}, {1, 3, 1});
    EXPECT_EQ(count_multipliers(accelerator).beside, 4);
    EXPECT_EQ(count_multipliers(accelerator).dsp_blocks, 3 + 4 + 1);
  }
}

// A row's address is token * elements, which is a shift for a power of two.
TEST(Multipliers, OfAnEmbeddingIsItsAddress) {
  for (const auto& [elements, products] : {std::pair(4, 0U), std::pair(6, 1U)}) {
    const FixedChain network = make_example({.name = "a", .tokens = true, .inputs = 300}, 1);
    Engine embedding = design_accelerator(program_of(network), {})->engines.front();
    ASSERT_EQ(embedding.kind, EngineKind::Embedding);
    embedding.outputs = elements;
    EXPECT_EQ(list_multipliers(network, embedding).of_a_slice.size(), products);
  }
}

TEST(Multipliers, LanesThatSelectOrShiftHaveNone) {
  for (const WeightEncoding encoding :
       {WeightEncoding::Ternary, WeightEncoding::Binary, WeightEncoding::PowerOfTwo}) {
    FixedChain network = make_example({.name = "a"}, 1);
    const Engine engine = design_accelerator(program_of(network), {})->engines.front();
    WeightMatrix& first = network.weights[static_cast<std::size_t>(
        std::get<FixedRecurrent>(network.layers[0]).cells[0].gates[0].input_weights)];
    for (WeightMatrix& matrix : network.weights) {
      matrix.encoding = encoding;
      matrix.width = std::max(2, fixed_width(encoding));
      if (encoding == WeightEncoding::Binary) matrix.width = 1;
      matrix.values.assign(matrix.values.size(), 1);
    }
    EXPECT_FALSE(list_multipliers(network, engine).lane) << to_text(encoding);
    first.encoding = WeightEncoding::Integer;  // one is enough: all are multiplied
    first.width = 4;
    EXPECT_TRUE(list_multipliers(network, engine).lane) << to_text(encoding);
  }
}

}  // namespace
}  // namespace fixgate
