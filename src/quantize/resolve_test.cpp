#include "quantize/resolve.h"

#include <gtest/gtest.h>

namespace fixgate {
namespace {

const ActivationFunction kSigmoid{ActivationFunction::Kind::Sigmoid, 0, 0};
const ActivationFunction kTanh{ActivationFunction::Kind::Tanh, 0, 0};
const ActivationFunction kRelu{ActivationFunction::Kind::Relu, 0, 0};

std::vector<Signal> some_signals() {
  return {{"input", SignalRole::Input, false, {}},   {"a.pre_i", SignalRole::PreActivation, false, {}},
          {"a.i", SignalRole::Gate, true, kSigmoid}, {"a.g", SignalRole::Gate, true, kTanh},
          {"a.h", SignalRole::Hidden, true, kRelu},  {"d.out", SignalRole::Output, true, kRelu}};
}

// Every signal was seen within +-0.9, those that are never negative within 0..0.9.
SignalProfile profile_of(const std::vector<Signal>& signals) {
  SignalProfile profile{signals, std::vector<Histogram>(signals.size())};
  for (std::size_t s = 0; s < signals.size(); ++s) {
    for (int k = 0; k <= 100; ++k) profile.histograms[s].add(static_cast<float>(k) * 0.009F);
    if (!signals[s].has_function || signals[s].function == kTanh) profile.histograms[s].add(-0.9F);
  }
  return profile;
}

Result<std::vector<SignalFormat>> resolve(const std::string& rules, bool calibrated = true) {
  const std::vector<Signal> signals = some_signals();
  const SignalProfile profile = profile_of(signals);
  auto plan = parse_plan("version = 1\n" + rules);
  EXPECT_TRUE(plan) << plan.error().message;
  return resolve_signals(*plan, signals, calibrated ? &profile : nullptr);
}

std::string error_of(const std::string& rules, bool calibrated = true) {
  const auto formats = resolve(rules, calibrated);
  return formats ? "no error" : formats.error().message;
}

TEST(ResolveSignals, ChoosesSignAndBinaryPoint) {
  const auto formats = resolve("[[signal]]\nwidth = 8\nrange = \"min_max\"");
  ASSERT_TRUE(formats);
  const std::vector<std::string> expected{"sfix8_En7", "sfix8_En7", "ufix8_En8",
                                          "sfix8_En7", "sfix8_En7", "ufix8_En8"};
  for (std::size_t s = 0; s < expected.size(); ++s) {
    EXPECT_EQ(to_text((*formats)[s].format), expected[s]) << s;
    EXPECT_EQ((*formats)[s].rounding, Rounding::Nearest);
    EXPECT_EQ((*formats)[s].overflow, Overflow::Saturate);
  }
}

TEST(ResolveSignals, LaterRulesOverrideWhatTheyState) {
  const auto formats = resolve(R"(
[[signal]]
width = 8
range = "min_max"
rounding = "floor"
[[signal]]
match = "a.*"
width = 10
overflow = "wrap"
[[signal]]
role = "gate"
format = "sfix5_En2"
[[signal]]
match = "a.g"
width = 6
)");
  ASSERT_TRUE(formats);
  const std::vector<std::string> expected{"sfix8_En7", "sfix10_En9", "sfix5_En2",
                                          "sfix6_En5", "sfix10_En9", "ufix8_En8"};
  for (std::size_t s = 0; s < expected.size(); ++s) {
    EXPECT_EQ(to_text((*formats)[s].format), expected[s]) << s;
    EXPECT_EQ((*formats)[s].rounding, Rounding::Floor);
    EXPECT_EQ((*formats)[s].overflow, s >= 1 && s <= 4 ? Overflow::Wrap : Overflow::Saturate);
  }
}

TEST(ResolveSignals, RuleMustMatchInNameAndRole) {
  EXPECT_EQ(error_of("[[signal]]\nwidth = 8\n[[signal]]\nmatch = \"a.h\"\nrole = \"gate\"\nwidth = 3"),
            "the plan's pattern 'a.h' matches no signal of the role gate in the network");
}

TEST(ResolveSignals, RefusesWhatThePlanLeavesOpen) {
  EXPECT_EQ(error_of(""), "signal 'input': no rule of the plan gives it a width or a format");
  EXPECT_EQ(error_of("[[signal]]\nmatch = \"a.*\"\nwidth = 8\n[[signal]]\nrounding = \"floor\""),
            "signal 'input': no rule of the plan gives it a width or a format");
  EXPECT_EQ(error_of("[[signal]]\nformat = \"sfix8\"\n[[signal]]\nmatch = \"a.i\"\nwidth = 8", false),
            "signal 'a.i': its binary point needs calibration data, or a 'format' in the plan");
  EXPECT_EQ(error_of("[[signal]]\nformat = \"sfix8\"", false), "no error");
}

TEST(ResolveSignals, RefusesPatternsWithoutUse) {
  EXPECT_EQ(error_of("[[signal]]\nwidth = 8\n[[signal]]\nmatch = \"b.*\"\nwidth = 3"),
            "the plan's pattern 'b.*' matches no signal of the network");
}

// --- weights ---

Result<std::vector<WeightOptions>> weights(const std::string& rules) {
  return resolve_weights(*parse_plan("version = 1\n" + rules), {"a.W_i", "a.R_i", "d.W"});
}

TEST(ResolveWeights, LaterRulesOverrideWhatTheyState) {
  const auto all = weights(R"(
[[weight]]
width = 8
[[weight]]
match = "a.*"
width = 4
fraction = 3
[[weight]]
match = "a.R_?"
binary_point = "per_row"
)");
  ASSERT_TRUE(all);
  EXPECT_EQ((*all)[0].code.width, 4);
  EXPECT_TRUE((*all)[0].has_fraction);
  EXPECT_FALSE((*all)[0].per_row);
  EXPECT_EQ((*all)[0].fraction, 3);
  EXPECT_EQ((*all)[1].code.width, 4);
  EXPECT_FALSE((*all)[1].has_fraction);
  EXPECT_TRUE((*all)[1].per_row);
  EXPECT_EQ((*all)[2].code.width, 8);
  EXPECT_FALSE((*all)[2].has_fraction);
  EXPECT_TRUE((*all)[2].per_row);
}

TEST(ResolveWeights, EncodingsBringTheirWidth) {
  const auto all = weights(R"(
[[weight]]
encoding = "ternary"
rounding = "compensated"
correct_bias = true
[[weight]]
match = "a.R_?"
width = 3
[[weight]]
match = "d.W"
encoding = "power_of_two"
width = 4
[[weight]]
match = "d.W"
width = 5
)");
  ASSERT_TRUE(all);
  EXPECT_EQ((*all)[0].code, (WeightCode{WeightEncoding::Ternary, 2}));
  EXPECT_EQ((*all)[0].rounding, WeightRounding::Compensated);
  EXPECT_TRUE((*all)[0].correct_bias);
  EXPECT_EQ((*all)[1].code, (WeightCode{WeightEncoding::Integer, 3}));
  EXPECT_EQ((*all)[2].code, (WeightCode{WeightEncoding::PowerOfTwo, 5}));
  EXPECT_EQ(weights("[[weight]]\nencoding = \"power_of_two\"\n[[weight]]\nwidth = 9").error().message,
            "weights 'a.W_i': power_of_two weights of 9 bits are impossible: 2 to 5");
}

TEST(ResolveWeights, MixedRowsStayWithLaterWidths) {
  const auto all =
      weights("[[weight]]\nwidth = 4\nmixed_rows = true\n[[weight]]\nmatch = \"d.W\"\nwidth = 3");
  ASSERT_TRUE(all);
  EXPECT_TRUE((*all)[0].mixed_rows);
  EXPECT_TRUE((*all)[2].mixed_rows);
  EXPECT_EQ((*all)[2].code.width, 3);
  EXPECT_EQ(
      weights("[[weight]]\nwidth = 4\nmixed_rows = true\nbinary_point = \"per_matrix\"").error().message,
      "weights 'a.W_i': mixed_rows needs binary_point = \"per_row\"");
}

TEST(ResolveWeights, RefusesMixedRowsOfOtherEncodingsAlone) {
  const std::string ternary = "[[weight]]\nencoding = \"ternary\"\n";
  EXPECT_EQ(weights(ternary + "[[weight]]\nmixed_rows = true").error().message,
            "weights '*': 'mixed_rows' is for encoding = \"integer\", not for ternary; drop it");
  EXPECT_TRUE(weights(ternary + "[[weight]]\nmatch = \"d.W\"\nwidth = 4\n[[weight]]\nmixed_rows = true"))
      << "one matrix is of integers";
  EXPECT_TRUE(weights("[[weight]]\nwidth = 4\nmixed_rows = true\n" + ternary))
      << "overridden by a later rule";
}

TEST(ResolveWeights, RefusesWhatIsOpenOrWithoutUse) {
  EXPECT_EQ(weights("[[weight]]\nmatch = \"a.*\"\nwidth = 8").error().message,
            "weights 'd.W': no rule of the plan gives them a width");
  EXPECT_EQ(weights("[[weight]]\nwidth = 8\n[[weight]]\nmatch = \"d.R\"\nwidth = 8").error().message,
            "the plan's pattern 'd.R' matches no weight matrix of the network");
}

// --- roles ---

TEST(ResolveSignals, RefusesARoleThatNoneOfTheMatchedHas) {
  const std::string all = "[[signal]]\nwidth = 8\n";
  EXPECT_EQ(error_of(all + "[[signal]]\nmatch = \"a.*\"\nrole = \"cell\"\nwidth = 9"),
            "the plan's pattern 'a.*' matches no signal of the role cell in the network");
  EXPECT_EQ(error_of(all + "[[signal]]\nmatch = \"a.*\"\nrole = \"gate\"\nwidth = 9"), "no error");
  EXPECT_EQ(error_of(all + "[[signal]]\nrole = \"cell\"\nwidth = 9"), "no error") << "as presets say";
}

// --- tables ---

Result<std::vector<TableOptions>> tables(const std::string& rules) {
  const auto plan = parse_plan("version = 1\n" + rules);
  EXPECT_TRUE(plan) << plan.error().message;
  return resolve_tables(*plan, {"a.i", "a.g"});
}

TEST(ResolveTables, LaterRulesOverrideWhatTheyState) {
  const auto all = tables(R"(
[[table]]
segments = 8
[[table]]
match = "a.i"
kind = "lookup"
address_bits = 5
[[table]]
match = "a.g"
placement = "uniform"
slope_bits = 3
)");
  ASSERT_TRUE(all) << all.error().message;
  EXPECT_EQ((*all)[0].kind, TableKind::Lookup);
  EXPECT_EQ((*all)[0].segments, 8);
  EXPECT_EQ((*all)[0].placement, TablePlacement::Adaptive);
  EXPECT_EQ((*all)[0].slope_bits, -1);
  EXPECT_EQ((*all)[0].address_bits, 5);
  EXPECT_EQ((*all)[1].kind, TableKind::PiecewiseLinear);
  EXPECT_EQ((*all)[1].segments, 8);
  EXPECT_EQ((*all)[1].placement, TablePlacement::Uniform);
  EXPECT_EQ((*all)[1].slope_bits, 3);
}

TEST(ResolveTables, RefusesKeysThatNoneOfTheTablesReads) {
  const std::string lookup = "[[table]]\nkind = \"lookup\"\n";
  for (const char* key : {"segments = 8", "slope_bits = 8", "placement = \"uniform\""}) {
    const auto refused = tables(lookup + "[[table]]\nmatch = \"a.*\"\n" + key);
    ASSERT_FALSE(refused) << key;
    EXPECT_NE(refused.error().message.find("tables 'a.*': '"), std::string::npos) << refused.error().message;
    EXPECT_TRUE(tables(std::string("[[table]]\n") + key + "\n" + lookup)) << "overridden by a later rule";
  }
  EXPECT_EQ(tables("[[table]]\naddress_bits = 8").error().message,
            "tables '*': 'address_bits' is for kind = \"lookup\"; say so, or drop it");
  const std::string one_lookup = "[[table]]\nmatch = \"a.i\"\nkind = \"lookup\"\n[[table]]\n";
  EXPECT_TRUE(tables(one_lookup + "segments = 8\naddress_bits = 4")) << "each is read by one of them";
}

TEST(ResolveTables, RefusesPatternsWithoutUse) {
  const auto plan = parse_plan("version = 1\n[[table]]\nmatch = \"a.x\"\nsegments = 3");
  EXPECT_EQ(resolve_tables(*plan, {"a.i"}).error().message,
            "the plan's pattern 'a.x' matches no signal that a table writes of the network");
}

// The presets' "*" must not stop a network that has no tables.
TEST(ResolveTables, EverythingMayBeNothing) {
  EXPECT_TRUE(resolve_tables(*preset_plan("default", {}), {}));
}

}  // namespace
}  // namespace fixgate
