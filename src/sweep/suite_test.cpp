#include "sweep/suite.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace fixgate {
namespace {

constexpr const char* kSuite = R"(
version = 1
[[network]]
name = "a"
model = "a.onnx"
task = "a.toml"
plans = [{preset = "default", weights = 4, activations = 8}, {preset = "paper", weights = 8, activations = 8}]
[[network]]
name = "b"
model = "models/b.onnx"
task = "b.toml"
needs_data_root = true
plans = [{preset = "default", weights = 8, activations = 3}]
)";

std::string error_of(const std::string& toml) {
  const auto suite = parse_suite(toml, "folder");
  return suite ? "" : suite.error().message;
}

std::string with(std::string text, const std::string& old, const std::string& now) {
  return text.replace(text.find(old), old.size(), now);
}

TEST(Suite, NamesPlansAndFindsFilesBesideItself) {
  const auto suite = parse_suite(kSuite, "folder");
  ASSERT_TRUE(suite) << suite.error().message;
  ASSERT_EQ(suite->networks.size(), 2U);
  EXPECT_EQ(suite->networks[0].model, "folder/a.onnx");
  EXPECT_EQ(suite->networks[0].plans[0].name, "default 4/8");
  EXPECT_EQ(suite->networks[0].plans[1].name, "paper 8/8");
  EXPECT_TRUE(suite->networks[1].needs_data_root);
  EXPECT_EQ(suite->networks[1].model, "models/b.onnx") << "relative to the data root, not to the suite";
  EXPECT_EQ(suite->networks[1].task, "folder/b.toml");
}

TEST(Suite, ChangesPresetsAndSaysSoInThePlansName) {
  const auto suite =
      parse_suite(with(kSuite, "\"paper\", weights = 8, activations = 8",
                       "\"default\", weights = 8, activations = 8, rounding = \"compensated\", "
                       "binary_point = \"per_matrix\", correct_bias = true, range = \"min_max\", "
                       "max_footprint = 0.125"),
                  "folder");
  ASSERT_TRUE(suite) << suite.error().message;
  const SuitePlan& plan = suite->networks[0].plans[1];
  EXPECT_EQ(plan.name, "default 8/8 +compensated +per_matrix +correct_bias +min_max in 12.5%");
  EXPECT_EQ(plan.plan.weights.back().rounding, WeightRounding::Compensated);
  EXPECT_EQ(plan.plan.weights.back().per_row, false);
  EXPECT_EQ(plan.plan.weights.back().correct_bias, true);
  EXPECT_EQ(plan.plan.signals.back().range, RangeMethod::MinMax);
  EXPECT_EQ(plan.plan.max_footprint, 0.125);
}

TEST(Suite, MixesRows) {
  const auto suite = parse_suite(with(kSuite, "\"paper\", weights = 8, activations = 8",
                                      "\"default\", weights = 4, activations = 8, mixed_rows = true"),
                                 "folder");
  ASSERT_TRUE(suite) << suite.error().message;
  EXPECT_EQ(suite->networks[0].plans[1].name, "default 4/8 +mixed_rows");
  EXPECT_EQ(suite->networks[0].plans[1].plan.weights.back().mixed_rows, true);
}

TEST(Suite, RefusesMixedRowsThatCannotDiffer) {
  const auto suite_of = [](const char* width, const char* more) {
    return with(kSuite, "weights = 4,", fmt::format("weights = {}, mixed_rows = true, {}", width, more));
  };
  for (const char* width : {"1", "2", "8", "9"})
    EXPECT_NE(error_of(suite_of(width, "")).find("line 7: 'mixed_rows' does nothing with weights = "),
              std::string::npos)
        << width << error_of(suite_of(width, ""));
  for (const char* width : {"3", "7"}) EXPECT_EQ(error_of(suite_of(width, "")), "");
  EXPECT_EQ(error_of(suite_of("8", "max_footprint = 0.1,")), "");
}

TEST(Suite, TurnsCorrectedBiasesOff) {
  const auto suite = parse_suite(
      with(kSuite, "\"default\", weights = 4,", "\"learned\", correct_bias = false, weights = 4,"), "folder");
  ASSERT_TRUE(suite) << suite.error().message;
  EXPECT_EQ(suite->networks[0].plans[0].name, "learned 4/8 -correct_bias");
  EXPECT_EQ(suite->networks[0].plans[0].plan.weights.back().correct_bias, false);
}

TEST(Suite, LeavesAPresetAsItIsWhereNothingChangesIt) {
  const auto suite = parse_suite(kSuite, "folder");
  EXPECT_EQ(to_toml(suite->networks[0].plans[0].plan), to_toml(*preset_plan("default", {4, 8})));
}

TEST(Suite, RefusesWhatItDoesNotKnowByLine) {
  const auto changed = [](const char* change) {
    return error_of(with(kSuite, "weights = 4,", std::string("weights = 4, ") + change + ","));
  };
  EXPECT_NE(changed("rounding = \"up\"").find("line 7: 'rounding': 'up'"), std::string::npos);
  EXPECT_NE(changed("correct_bias = 1").find("line 7: 'correct_bias' must be true or false"),
            std::string::npos);
  EXPECT_NE(changed("max_footprint = 3").find("line 7: 'max_footprint' must be a number"), std::string::npos);
  EXPECT_NE(error_of(with(kSuite, "model =", "modell =")).find("line 5: unknown key 'modell'"),
            std::string::npos);
  EXPECT_NE(error_of(with(kSuite, "version = 1", "version = 2")).find("'version' must be 1"),
            std::string::npos);
  EXPECT_NE(error_of(with(kSuite, "weights = 4", "weights = 33")).find("'weights'"), std::string::npos);
  EXPECT_NE(error_of(with(kSuite, "\"paper\"", "\"papper\"")).find("'papper' is no preset"),
            std::string::npos);
  EXPECT_NE(error_of("version = [").find("line 1"), std::string::npos);
}

TEST(Suite, RefusesNamesThatLeadOutOfTheFolder) {
  for (const char* name : {"../../evil", "/etc/passwd", "a/b", "..", ".", ".hidden", "a\\nb"})
    EXPECT_NE(error_of(with(kSuite, "\"a\"", "\"" + std::string(name) + "\"")).find("line 4: 'name'"),
              std::string::npos)
        << name;
  EXPECT_NE(error_of(with(kSuite, "\"a\"", "\"\"")).find("line 4: 'name' is empty"), std::string::npos);
  EXPECT_NE(error_of(with(kSuite, "\"a\"", "\"" + std::string(101, 'a') + "\"")).find("at most 100 bytes"),
            std::string::npos);
  for (const char* name : {"a b", "a;touch X;b", "ü", "a..b", "-x", "$HOME"})
    EXPECT_EQ(error_of(with(kSuite, "\"a\"", "\"" + std::string(name) + "\"")), "") << name;
}

TEST(Suite, RefusesTwoOfOneName) {
  EXPECT_NE(error_of(with(kSuite, "\"b\"", "\"a\"")).find("two networks are named 'a'"), std::string::npos);
  const std::string twice =
      with(kSuite, "\"paper\", weights = 8, activations = 8", "\"default\", weights = 4, activations = 8");
  EXPECT_NE(error_of(twice).find("two plans of 'a' are named 'default 4/8'"), std::string::npos);
}

// Files have '-' for a space or '/'.
TEST(Suite, RefusesTwoPlansThatWouldWriteOneFile) {
  const std::string spaced = with(with(kSuite, "\"a\"", "\"a b\""), "\"b\"", "\"a-b\"");
  EXPECT_EQ(error_of(spaced), "") << "their plans differ";
  EXPECT_EQ(error_of(with(spaced, "weights = 8, activations = 3", "weights = 4, activations = 8")),
            "'a b', plan 'default 4/8', and 'a-b', plan 'default 4/8', would both be written to "
            "a-b-default-4-8.fxg: rename one of them");
}

}  // namespace
}  // namespace fixgate
