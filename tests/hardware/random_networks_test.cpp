// Random networks and geometries: the hardware computes what the simulator does, in the cycles predicted.
#include <gtest/gtest.h>

#include <algorithm>

#include "data/test_folder.h"
#include "hardware/parameters.h"
#include "hardware/random_case.h"

namespace fixgate {
namespace {

class RandomNetworks : public TestFolder, public testing::WithParamInterface<int> {
 protected:
  void expect_equal(std::uint64_t seed, SimulatorKind simulator) {
    expect_equal(random_case(seed), seed, simulator);
  }

  void expect_equal(const Result<RandomCase>& one, std::uint64_t seed, SimulatorKind simulator) {
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

class EncodedNetworks : public RandomNetworks {};

TEST_P(EncodedNetworks, EqualTheSimulator) {
  const auto encoding = static_cast<WeightEncoding>(GetParam());
  for (const std::uint64_t seed : {1, 2, 4}) {
    const auto one = encoded_case(seed, encoding);
    expect_equal(one, seed, SimulatorKind::Icarus);
    const Engine& last = one->accelerator.engines.back();
    if (last.kind == EngineKind::Embedding) continue;
    const auto parameters = engine_parameters(one->accelerator, last);
    ASSERT_TRUE(parameters);
    const auto found = std::ranges::find(*parameters, "WEncoding", &Parameter::name);
    ASSERT_NE(found, parameters->end());
    EXPECT_EQ(found->value, std::to_string(GetParam()));
  }
}

INSTANTIATE_TEST_SUITE_P(TernaryBinaryPowerOfTwo, EncodedNetworks, testing::Range(1, 4));

}  // namespace
}  // namespace fixgate
