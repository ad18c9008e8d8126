#include "program/layer_costs.h"

#include <gtest/gtest.h>

#include "program/text.h"

namespace fixgate::program {
namespace {

constexpr const char* kProgram = R"(network n
clock step
clock pair every 2 of step extra 0
clock band within step times 4
clock end after step
input x on step size 8 input sfix8_En4 nearest saturate
layer dense on step kind k
  matrix W 3 x 8 integer 4
  constant b 3 inner 1
  y 3 dense sfix8_En4 nearest saturate <- W x + b
layer slid on pair kind k
  matrix W 1 x 3 integer 4 slid 1 -> 1 groups 1 after [8 8 3 1 1 1]
  y 8 dense sfix8_En4 nearest saturate <- W x
layer scaled on band kind k
  matrix W 2 x 1 integer 8 diagonal inner 1
  u 2 dense sfix8_En4 nearest saturate = block(x)
  y 2 dense sfix8_En4 nearest saturate <- W u
layer last on end kind k
  y 3 dense sfix8_En4 nearest saturate <- dense.W x[last]
output a of dense.y
output b of slid.y
output c of last.y
)";

TEST(LayerCosts, CountParametersAndProductsByLayer) {
  const auto network = parse_text(kProgram);
  ASSERT_TRUE(network) << network.error().message;
  const auto costs = layer_costs(network->program);
  const auto of = [&](std::size_t layer) {
    return std::pair(costs[LayerId(layer)].parameters, costs[LayerId(layer)].products);
  };
  EXPECT_EQ(of(0), std::pair(std::int64_t{27}, std::int64_t{24}));
  EXPECT_EQ(of(1), std::pair(std::int64_t{3}, std::int64_t{22}));  // 8 positions of 3 taps, two on padding
  EXPECT_EQ(of(2), std::pair(std::int64_t{2}, std::int64_t{2}));
  EXPECT_EQ(of(3), std::pair(std::int64_t{0}, std::int64_t{24}));
}

TEST(LayerCosts, CountProductsOfAStepAndOfASequence) {
  const auto network = parse_text(kProgram);
  ASSERT_TRUE(network) << network.error().message;
  const ProductCount count = count_products(network->program);
  EXPECT_EQ(count.per_step, 24 + 22 / 2.0 + 4 * 2);
  EXPECT_EQ(count.per_sequence, 24);
}

}  // namespace
}  // namespace fixgate::program
