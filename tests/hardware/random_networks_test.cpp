// Random networks and geometries: the hardware computes what the simulator does, in the cycles predicted.
#include <gtest/gtest.h>

#include "data/test_folder.h"
#include "hardware/random_case.h"

namespace fixgate {
namespace {

class RandomNetworks : public TestFolder, public testing::WithParamInterface<int> {
 protected:
  void expect_equal(std::uint64_t seed, SimulatorKind simulator) {
    const auto one = random_case(seed);
    ASSERT_TRUE(one) << "seed " << seed << ": " << one.error().message;
    const auto result = verify_case(*one, simulator, folder_ / "accelerator");
    ASSERT_TRUE(result) << in_words(*one) << ": " << result.error().message;
    const auto right = check(*result, "accelerator");
    EXPECT_TRUE(right) << in_words(*one) << "\n"
                       << right.error().message << "\nagain: verify_random --first " << seed << " --count 1";
    EXPECT_GT(result->output_values, 0);
  }
};

// Ten test cases of three, so that they run in parallel.
class RandomNetworksInIcarus : public RandomNetworks {};

TEST_P(RandomNetworksInIcarus, EqualTheSimulator) {
  constexpr std::uint64_t kFirst = 1;
  for (int index = 0; index < 3; ++index)
    expect_equal(kFirst + static_cast<std::uint64_t>(3 * GetParam() + index), SimulatorKind::Icarus);
}

INSTANTIATE_TEST_SUITE_P(Thirty, RandomNetworksInIcarus, testing::Range(0, 10));

class RandomNetworksInVerilator : public RandomNetworks {};

TEST_P(RandomNetworksInVerilator, EqualTheSimulator) {
  expect_equal(1000 + static_cast<std::uint64_t>(GetParam()), SimulatorKind::Verilator);
}

INSTANTIATE_TEST_SUITE_P(Three, RandomNetworksInVerilator, testing::Range(0, 3));

}  // namespace
}  // namespace fixgate
