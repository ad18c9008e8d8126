// A plan that the program writes is one that it accepts.
#include <gtest/gtest.h>

#include "quantize/calibrated.h"
#include "simulate/testing/random_network.h"

namespace fixgate {
namespace {

using testing_support::Random;

constexpr MetricSpec kClasses{MetricKind::Accuracy, Decision::Argmax};

/// What a plan may say besides a preset.
const std::vector<std::string> kVariants = {
    "",
    "[[weight]]\nmixed_rows = true",
    "[[weight]]\nencoding = \"ternary\"",
    "[[weight]]\nencoding = \"binary\"",
    "[[weight]]\nencoding = \"power_of_two\"\nwidth = 4",
    "[[weight]]\nbinary_point = \"per_matrix\"",
    "[[weight]]\nfraction = 3",
    "[[weight]]\ncorrect_bias = false",
    "[[signal]]\nrange = \"percentile\"\npercentile = 99.9",
    "[[signal]]\nrange = \"measured\"",
    "[[table]]\nkind = \"lookup\"\naddress_bits = 6",
    "[[table]]\nplacement = \"uniform\"\nslope_bits = 6",
};

FormatPlan with(FormatPlan plan, const std::string& variant) {
  const auto rules = parse_plan("version = 1\n" + variant);
  EXPECT_TRUE(rules) << rules.error().message;
  plan.signals.insert(plan.signals.end(), rules->signals.begin(), rules->signals.end());
  plan.weights.insert(plan.weights.end(), rules->weights.begin(), rules->weights.end());
  plan.tables.insert(plan.tables.end(), rules->tables.begin(), rules->tables.end());
  return plan;
}

/// What `quantize --plan-output` writes is read and gives a network again.
void expect_accepted_when_written(CalibratedNetwork& calibrated, const FormatPlan& plan) {
  const auto made = calibrated.quantise(plan);
  ASSERT_TRUE(made) << made.error().message;
  for (const std::string& written : {to_toml(made->resolved), made->network.plan}) {
    const auto read = parse_plan(written);
    ASSERT_TRUE(read) << read.error().message << "\n" << written;
    const auto again = calibrated.quantise(*read);
    ASSERT_TRUE(again) << again.error().message << "\n" << written;
    if (!needs_weight_statistics(plan)) {
      EXPECT_EQ(again->network, made->network) << written;
    }
  }
}

class WrittenPlan : public testing::TestWithParam<const char*> {};

TEST_P(WrittenPlan, IsAccepted) {
  Random random(3);
  for (const CellKind kind : {CellKind::Lstm, CellKind::Gru, CellKind::Rnn}) {
    testing_support::NetworkShape shape;
    shape.kind = kind;
    shape.tokens = kind == CellKind::Gru;
    const Network network = make_network(random, shape);
    const DataSet data = testing_support::random_data(random, network, 6, 8);
    auto calibrated = CalibratedNetwork::make(network, data, kClasses, 1);
    for (const std::string& variant : kVariants) {
      const bool is_per_matrix = std::string(GetParam()) == "paper";
      if (is_per_matrix && variant.find("mixed_rows") != std::string::npos)
        continue;  // refused: per row only
      SCOPED_TRACE(variant);
      expect_accepted_when_written(*calibrated, with(*preset_plan(GetParam(), {4, 6}), variant));
    }
  }
}

// Allocated bits may leave no matrix of integers whose rows could be mixed.
TEST_P(WrittenPlan, IsAcceptedWithAllocatedBits) {
  Random random(4);
  const Network network = make_network(random, testing_support::NetworkShape());
  const DataSet data = testing_support::random_data(random, network, 6, 8);
  auto calibrated = CalibratedNetwork::make(network, data, kClasses, 1);
  for (const double footprint : {0.9, 0.6}) {
    FormatPlan plan = *preset_plan(GetParam(), {8, 6});
    if (std::string(GetParam()) != "paper") plan = with(plan, "[[weight]]\nmixed_rows = true");
    plan.tables.front().segments = 2;
    plan.max_footprint = footprint;
    expect_accepted_when_written(*calibrated, plan);
  }
}

INSTANTIATE_TEST_SUITE_P(Presets, WrittenPlan, testing::Values("default", "compensated", "learned", "paper"));

}  // namespace
}  // namespace fixgate
