// Command lines that make no sense.
#include <tuple>

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

// What would do nothing beside another option is refused, and both are named.
TEST_F(WrongOptions, OptionsWithoutEffectAreRefused) {
  expect_refused({"quantize", model_, "--data-root", ".", "-o", kOutput}, {"--data-root", "--task"});
  expect_refused({"quantize", model_, "-t", task_, "--mixed-rows", "-o", kOutput},
                 {"--mixed-rows", "--weights 8", "3 to 7 bits"});
  std::ignore = store(kPlan, "version = 1\n[[signal]]\nwidth = 8\n[[weight]]\nencoding = \"ternary\"\n");
  expect_refused({"quantize", model_, "-t", task_, "--plan", kPlan, "--mixed-rows", "-o", kOutput},
                 {"--mixed-rows", std::string("--plan ") + kPlan, "3 to 7 bits"});
  expect_refused({"evaluate", kOutput, "-t", task_, "--noise-steps", "9"}, {"--noise-steps", "--float"});
  expect_refused({"evaluate", model_, "-t", task_, "--simulator", "reference"},
                 {"--simulator reference", "float network"});
  expect_refused({"show", kOutput, "--plan", "--full"}, {"--full", "--plan"});
  for (const char* option : {"--part", "--steps"})
    expect_refused({"verify", "accel", option, "3"}, {option, "--task"});
  expect_refused({"verify", "accel", "--data-root", "."}, {"--data-root .", "--task or --suite"});
  expect_refused({"verify", "accel", "-o", "out"}, {"--output", "--suite"});
  for (const Arguments& extra :
       {Arguments{"-t", task_}, {"-n", "3"}, {"--waveform", "w.vcd"}, {"-t", task_, "--part", "test"}}) {
    Arguments all{"verify", "--suite", "s.toml", "-o", "out"};
    all.insert(all.end(), extra.begin(), extra.end());
    expect_refused(all, {"--suite"});
  }
}

TEST_F(WrongOptions, SeedsAreNatural) {
  const std::vector<Arguments> commands = {{"explore", model_, "-t", task_, "-o", "found"},
                                           {"verify", "accel"},
                                           {"synth", "accel", "--target", "ice40"}};
  for (const Arguments& command : commands)
    for (const char* seed : {"-1", "1.5", "many", "99999999999999999999"}) {
      Arguments all = command;
      all.push_back(std::string("--seed=") + seed);
      expect_refused(all, {"--seed", seed, "whole number from 0 on"});
    }
}

TEST_F(WrongOptions, LimitsOfNumbersAreNotWrittenOut) {
  for (const char* lanes : {"0", "-3", "inf", "1e999", "few"}) {
    const CommandResult result =
        run({"explore", model_, "-t", task_, "-o", "found", std::string("--lanes=") + lanes});
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_NE(result.error.find("expected a number above 0"), std::string::npos) << result.error;
    EXPECT_LT(result.error.size(), 200U) << result.error;
  }
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
