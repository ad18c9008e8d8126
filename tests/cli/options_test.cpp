// Command lines that make no sense.
#include "cli_test_case.h"

namespace fixgate {
namespace {

class WrongOptions : public CliTest {
 protected:
  const std::string model_ = example("digits/digits-gru.onnx");
  const std::string task_ = example("digits/digits.toml");
};

TEST_F(WrongOptions, CommandsAreNamed) {
  expect_refused({}, {"subcommand", "--help"});
  expect_refused({"quantise"}, {"'quantise'"});
  expect_refused({"inspect"}, {"model"});
  expect_refused({"inspect", model_, "more.onnx"}, {"'more.onnx'"});
  expect_refused({"quantize", "--bogus", model_, "-o", kOutput}, {"'--bogus'"});
  expect_refused({"quantize", model_}, {"--output"});
  expect_refused({"evaluate", kOutput}, {"--task"});
}

TEST_F(WrongOptions, ValuesAreNamed) {
  for (const char* width : {"0", "99", "-1", "eight", "1.5", "", "99999999999999999999"}) {
    expect_refused({"quantize", model_, "-o", kOutput, std::string("--weights=") + width}, {"--weights"});
    expect_refused({"quantize", model_, "-o", kOutput, std::string("--activations=") + width},
                   {"--activations"});
  }
  for (const char* threads : {"-1", "1025", "many"})
    expect_refused({"--threads", threads, "inspect", model_}, {"--threads"});
  expect_refused({"evaluate", model_, "-t", task_, "--noise-steps", "0"}, {"--noise-steps"});
  expect_refused({"evaluate", model_, "-t", task_, "--part", "training"}, {"--part", "training"});
  expect_refused({"evaluate", model_, "-t", task_, "--simulator", "quick"}, {"--simulator", "quick"});
  expect_refused({"quantize", model_, "-t", task_, "--preset", "best", "-o", kOutput},
                 {"'best'", "default, compensated, learned or paper"});
}

TEST_F(WrongOptions, OptionsThatDoNotGoTogetherAreRefused) {
  for (const Arguments& extra : {Arguments{"-w", "4"}, {"-a", "4"}, {"--preset", "paper"}}) {
    Arguments all{"quantize", model_, "--plan", kPlan, "-o", kOutput};
    all.insert(all.end(), extra.begin(), extra.end());
    expect_refused(all, {"--plan"});
  }
  expect_refused({"quantize", model_, "--plan", kPlan, "--histograms", "h.json", "-o", kOutput},
                 {"--histograms", "--task"});
  expect_refused({"evaluate", model_, "--float", model_, "-t", task_}, {"--float"});
}

TEST_F(WrongOptions, FootprintsAreShares) {
  for (const char* footprint : {"0", "-1%", "101%", "2", "much", ""})
    expect_refused(
        {"quantize", model_, "-t", task_, "-o", kOutput, std::string("--max-footprint=") + footprint},
        {"--max-footprint"});
  expect_refused({"quantize", model_, "--max-footprint", "10%", "-o", kOutput},
                 {"--max-footprint", "--task"});
  expect_refused({"quantize", model_, "-t", task_, "--max-footprint", "0.5%", "-o", kOutput},
                 {model_, "0.50 %", "narrowest"});
}

TEST_F(WrongOptions, CalibrationNeedsATask) {
  expect_refused({"quantize", model_, "-o", kOutput}, {model_, "'input'", "--task"});
}

}  // namespace
}  // namespace fixgate
