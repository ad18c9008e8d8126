#include "quantize/calibrated.h"

#include <gtest/gtest.h>

#include "fixed/verify.h"
#include "simulate/testing/random_network.h"

namespace fixgate {
namespace {

using testing_support::make_network;
using testing_support::Random;

constexpr MetricSpec kClasses{MetricKind::Accuracy, Decision::Argmax};

// Every kind of network, of weights and of rounding gives a verified network, the same one each time.
TEST(CalibratedNetwork, RoundsWeightsOfAnyNetworkInAnyEncoding) {
  const std::vector<std::string> codes = {"width = 2", "encoding = \"ternary\"", "encoding = \"binary\"",
                                          "encoding = \"power_of_two\"\nwidth = 3"};
  for (std::uint64_t seed = 1; seed <= 24; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    testing_support::NetworkShape shape = testing_support::random_shape(random);
    shape.any_activations = false;
    const Network network = make_network(random, shape);
    const DataSet data = testing_support::random_data(random, network, 12, 20);
    FormatPlan plan = *preset_plan("compensated", {8, 8});
    const auto rule = parse_plan("version = 1\n[[weight]]\n" + codes[seed % codes.size()]);
    plan.weights.push_back(rule->weights[0]);
    auto calibrated = CalibratedNetwork::make(network, data, kClasses, 1);
    ASSERT_TRUE(calibrated) << calibrated.error().message;
    const auto first = calibrated->quantise(plan);
    ASSERT_TRUE(first) << first.error().message;
    EXPECT_TRUE(verify(first->network));
    EXPECT_EQ(first->network, calibrated->quantise(plan)->network);
    EXPECT_EQ(parse_plan(first->network.plan)->weights.size(), plan.weights.size());
  }
}

// Learned rounding begins where compensated rounding ends, and reads the data that it is given; binary points
// are measured on the same.
TEST(CalibratedNetwork, LearnsRoundingFromItsOwnData) {
  Random random(9);
  const Network network = make_network(random, testing_support::NetworkShape());
  const DataSet data = testing_support::random_data(random, network, 12, 20);
  const DataSet more = testing_support::random_data(random, network, 40, 20);
  int asked = 0;
  auto calibrated = CalibratedNetwork::make(network, data, kClasses, 1, {[&]() -> Result<DataSet> {
                                              ++asked;
                                              return more;
                                            }});
  const FormatPlan plan = *preset_plan("learned", {2, 8});
  EXPECT_EQ(calibrated->quantise(plan, true)->network.weights,
            calibrated->quantise(*preset_plan("compensated", {2, 8}), true)->network.weights);
  EXPECT_EQ(asked, 0);
  const auto compensated = calibrated->quantise(*preset_plan("compensated", {2, 8}));
  EXPECT_EQ(asked, 1);
  const auto learned = calibrated->quantise(plan);
  ASSERT_TRUE(learned) << learned.error().message;
  EXPECT_EQ(asked, 1);
  EXPECT_TRUE(verify(learned->network));
  EXPECT_NE(learned->network.weights, compensated->network.weights);
  EXPECT_EQ(learned->network, calibrated->quantise(plan)->network);
}

TEST(CalibratedNetwork, StatisticsAreNeededOnlyWhereAskedFor) {
  EXPECT_FALSE(needs_weight_statistics(*preset_plan("default", {})));
  EXPECT_TRUE(needs_weight_statistics(*preset_plan("compensated", {})));
  Random random(2);
  const Network network = make_network(random, testing_support::NetworkShape());
  const DataSet data = testing_support::random_data(random, network, 4, 5);
  const auto profile = calibrate(network, data);
  const auto result = quantise(network, *preset_plan("compensated", {}), &*profile);
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("need calibration data"), std::string::npos)
      << result.error().message;
}

}  // namespace
}  // namespace fixgate
