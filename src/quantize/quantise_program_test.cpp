#include "quantize/quantise_program.h"

#include <gtest/gtest.h>

#include "quantize/testing/chain_floats.h"
#include "simulate/testing/random_network.h"

namespace fixgate::program {
namespace {

using testing_support::Random;

/// Everything that a simulator reads, apart from the order in which tables are stored.
void expect_same_integers(const FixedNetwork& got, const FixedNetwork& wanted) {
  EXPECT_EQ(got.program, wanted.program);
  EXPECT_EQ(got.formats, wanted.formats);
  EXPECT_EQ(got.weights, wanted.weights);
  EXPECT_EQ(got.constants, wanted.constants);
  EXPECT_EQ(got.initial, wanted.initial);
  EXPECT_EQ(got.tables.size(), wanted.tables.size());
  for (const FunctionId id : got.program.functions.ids())
    EXPECT_EQ(got.tables[got.table_of[id]], wanted.tables[wanted.table_of[id]]);
}

std::string plan_text(Random& random) {
  const std::vector<std::string> more{
      "",
      "[[signal]]\nrange = \"min_max\"\n",
      "[[signal]]\nrole = \"cell\"\nwidth = 20\nrounding = \"convergent\"\n",
      "[[signal]]\nmatch = \"*.h\"\nformat = \"sfix9_En6\"\n",
      "[[weight]]\nmatch = \"*.W*\"\nencoding = \"ternary\"\n",
      "[[weight]]\nmatch = \"*\"\nencoding = \"power_of_two\"\nwidth = 4\n",
      "[[weight]]\nmatch = \"*\"\nbinary_point = \"per_matrix\"\n",
      "[[weight]]\nmatch = \"*\"\nwidth = 4\nmixed_rows = true\n",
      "[[table]]\nmatch = \"*\"\nkind = \"lookup\"\naddress_bits = 6\n",
  };
  return more[static_cast<std::size_t>(random.in(0, static_cast<std::int64_t>(more.size()) - 1))];
}

FormatPlan any_plan(Random& random) {
  const PresetOptions widths{random.number(2, 12), random.number(3, 14)};
  FormatPlan plan = *preset_plan(random.chance(0.7) ? "default" : "paper", widths);
  const FormatPlan more = *parse_plan("version = 1\n" + plan_text(random));
  plan.signals.insert(plan.signals.end(), more.signals.begin(), more.signals.end());
  plan.weights.insert(plan.weights.end(), more.weights.begin(), more.weights.end());
  plan.tables.insert(plan.tables.end(), more.tables.begin(), more.tables.end());
  return plan;
}

TEST(QuantiseProgram, GivesTheIntegersOfTheChain) {
  int compared = 0;
  for (std::uint64_t seed = 1; seed <= 80; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    const auto [network, data] = testing_support::random_network_with_data(random, 6, 20);
    const FormatPlan plan = any_plan(random);
    const SignalProfile profile = *calibrate(network, data);
    const auto chain = fixgate::quantise(network, plan, &profile);
    const FloatNetwork floats = testing_support::float_network_of(
        network, fixgate::quantise(network, *preset_plan("default", {}), &profile)->network);
    const GroupProfile groups = testing_support::group_profile(floats.program, profile);
    const auto made = quantise(floats, plan, {.profile = &groups});
    ASSERT_EQ(made.has_value(), chain.has_value()) << (made ? chain.error().message : made.error().message);
    if (!made) continue;
    ++compared;
    expect_same_integers(made->network, program_of(chain->network));
    ASSERT_EQ(made->resolved.signals.size(), chain->resolved.signals.size());
    for (std::size_t k = 0; k < made->resolved.signals.size(); ++k)
      EXPECT_EQ(made->resolved.signals[k].match, chain->resolved.signals[k].match);
    EXPECT_EQ(to_toml(made->resolved), to_toml(chain->resolved));
    // What the plan says in full gives the same once more.
    const auto again = quantise(floats, made->resolved, {});
    ASSERT_TRUE(again) << again.error().message;
    expect_same_integers(again->network, made->network);
  }
  EXPECT_GT(compared, 60);
}

}  // namespace
}  // namespace fixgate::program
