// Plans and suites that make no sense, given to the program.
#include "cli_test_case.h"

namespace fixgate {
namespace {

class WrongPlan : public CliTest {
 protected:
  void expect_plan_refused(const std::string& rules, const std::vector<std::string>& parts) const {
    (void)store("p.toml", "version = 1\n" + rules);
    expect_refused(
        {"quantize", test_model("written_lstm_forward_1x_last_op11"), "--plan", "p.toml", "-o", kOutput},
        parts);
  }
  void expect_suite_refused(const std::string& suite, const std::vector<std::string>& parts) const {
    (void)store("s.toml", suite);
    std::filesystem::create_directory(folder_ / "results");
    expect_refused({"sweep", "s.toml", "-o", "results"}, parts);
  }

  const std::string all_ = "[[signal]]\nformat = \"sfix8_En4\"\n[[weight]]\nwidth = 8\n";
};

TEST_F(WrongPlan, MissingOrNoPlan) {
  expect_refused({"quantize", example("ecg/ecg-lstm.onnx"), "--plan", "gone.toml", "-o", kOutput},
                 {"gone.toml", "no such file"});
  expect_plan_refused("[[signal]\n", {"p.toml", "line 2"});
}

TEST_F(WrongPlan, UnknownNames) {
  expect_plan_refused(all_ + "[[signal]]\nmatch = \"no.such.signal\"\nwidth = 8\n", {"'no.such.signal'"});
  expect_plan_refused(all_ + "[[weight]]\nmatch = \"nowhere.W_*\"\nwidth = 8\n", {"'nowhere.W_*'"});
  expect_plan_refused(all_ + "[[signal]]\ncolour = 3\n", {"p.toml", "'colour'"});
}

TEST_F(WrongPlan, FootprintsWithoutCalibration) {
  expect_plan_refused("max_footprint = 0.1\n" + all_, {"max_footprint", "--task"});
  (void)store("p.toml", "version = 1\nmax_footprint = 0.1\n" + all_);
  expect_refused({"explore", example("ecg/ecg-lstm.onnx"), "--task", example("ecg/ecg.toml"), "--plan",
                  "p.toml", "-o", kOutput},
                 {"max_footprint", "--max-footprint"});
}

TEST_F(WrongPlan, ImpossibleFormats) {
  expect_plan_refused("[[signal]]\nwidth = 33\n", {"p.toml", "'width'"});
  expect_plan_refused("[[weight]]\nwidth = 0\n", {"p.toml", "'width'"});
  expect_plan_refused("[[signal]]\nformat = \"sfix0\"\n", {"p.toml", "sfix0"});
  expect_plan_refused("[[signal]]\nformat = \"sfix8_En99\"\n", {"p.toml", "sfix8_En99"});
  expect_plan_refused("[[signal]]\nformat = \"float16\"\n", {"p.toml", "float16"});
}

TEST_F(WrongPlan, WhatCannotBeBuilt) {
  expect_plan_refused("[[signal]]\nformat = \"sfix32_En31\"\n[[weight]]\nwidth = 32\n", {"written_lstm"});
}

TEST_F(WrongPlan, WrongSuites) {
  expect_suite_refused("", {"s.toml", "version"});
  expect_suite_refused("version = 1\n[[network]]\nname = \"n\"\n", {"s.toml", "'model'"});
  expect_suite_refused(
      "version = 1\n[[network]]\nname = \"n\"\nmodel = \"gone.onnx\"\ntask = \"t.toml\"\n"
      "plans = [{preset = \"default\", weights = 8, activations = 8}]\n",
      {"n, plan default 8/8", "gone.onnx"});
  expect_suite_refused(
      "version = 1\n[[network]]\nname = \"n\"\nmodel = \"gone.onnx\"\ntask = \"t.toml\"\n"
      "plans = [{preset = \"default\", weights = 8, activations = 64}]\n",
      {"s.toml", "'activations'"});
  expect_suite_refused(
      "version = 1\n[[network]]\nname = \"n\"\nmodel = \"gone.onnx\"\ntask = \"t.toml\"\n"
      "needs_data_root = \"yes\"\nplans = [{preset = \"default\", weights = 8, activations = 8}]\n",
      {"s.toml", "'needs_data_root'"});
}

TEST_F(WrongPlan, DamagedResults) {
  std::filesystem::create_directory(folder_ / "results");
  (void)store("results/results.json", "{half a fi");
  expect_suite_refused("version = 1\nnetwork = []\n", {"results.json", "move it away"});
}

TEST_F(WrongPlan, TwoThatWouldWriteOneFile) {
  (void)store("default-8-8.toml", "version = 1\n" + all_);
  const std::string network = "[[network]]\nname = \"n\"\nmodel = \"" + example("digits/digits-gru.onnx") +
                              "\"\ntask = \"" + example("digits/digits.toml") + "\"\n";
  expect_suite_refused(
      "version = 1\n" + network +
          "plans = [{preset = \"default\", weights = 8, activations = 8}, {file = \"default-8-8.toml\"}]\n",
      {"s.toml: 'n', plan 'default 8/8', and 'n', plan 'default-8-8', would both be written to "
       "n-default-8-8.fxg: rename one of them"});
}

}  // namespace
}  // namespace fixgate
