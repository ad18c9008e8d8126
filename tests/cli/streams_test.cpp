// Standard streams that are closed or full: every command ends with an exit code, and no file takes their
// place.
#include <unistd.h>

#include "cli_test_case.h"

namespace fixgate {
namespace {

class Streams : public CliTest {
 protected:
  /// Fast runs of every command, some of which fail.
  [[nodiscard]] std::vector<Arguments> commands() const {
    const std::string gru = example("digits/digits-gru.onnx");
    const std::string task = example("digits/digits.toml");
    std::vector<Arguments> all{
        {},
        {"nope"},
        {"--help"},
        {"--version"},
        {"inspect", gru},
        {"inspect", "nope"},
        {"quantize", model_, "--plan", kPlan, "-o", "q.fxg"},
        {"quantize", "nope", "-o", "q.fxg"},
        {"evaluate", gru, "-t", task, "--json", "e.json"},
        {"evaluate", "nope", "-t", "nope"},
        {"show", "net.fxg", "--full"},
        {"show", "nope"},
        {"sweep", "suite.toml", "-o", "swept"},
        {"sweep", "nope", "-o", "out"},
        {"explore", gru, "-t", task, "-o", "found", "--strategy", "grid", "-w", "8", "-a", "8"},
        {"explore", "nope", "-t", "nope", "-o", "out"},
        {"rtl", "net.fxg", "--name", "top", "-o", "accel"},
        {"rtl", "nope", "-o", "accel"},
        {"verify", "nope"},
        {"synth", "nope", "--target", "ice40"}};
    for (const char* name : {"quantize", "evaluate", "explore", "verify", "synth"})
      all.push_back({name, "--help"});
    return all;
  }

  void SetUp() override {
    CliTest::SetUp();
    run_well({"quantize", model_, "--plan", kPlan, "-o", "net.fxg"});
    (void)store("suite.toml", "version = 1\n[[network]]\nname = \"d\"\nmodel = \"" +
                                  example("digits/digits-gru.onnx") + "\"\ntask = \"" +
                                  example("digits/digits.toml") +
                                  "\"\nplans = [{preset = \"default\", weights = 8, activations = 8}]\n");
  }

  const std::string model_ = test_model("written_lstm_forward_1x_last_op11");
};

TEST_F(Streams, AStandardErrorThatIsClosedOrFullChangesNoExitCode) {
  for (const Arguments& arguments : commands()) {
    SCOPED_TRACE(testing::PrintToString(arguments));
    const CommandResult whole = run(arguments);
    ASSERT_GE(whole.exit_code, 0) << "signal " << whole.signal;
    for (const CommandOptions& options :
         {CommandOptions{.error_file = "/dev/full"}, CommandOptions{.closed = {STDERR_FILENO}},
          CommandOptions{.closed = {STDIN_FILENO, STDERR_FILENO}}}) {
      const CommandResult result = run(arguments, options);
      EXPECT_EQ(result.exit_code, whole.exit_code) << "signal " << result.signal;
      // explore and sweep go on where the run before has stopped: what they say is not compared.
      if (whole.output.find("trials") == std::string::npos) {
        EXPECT_EQ(result.output, whole.output);
      }
    }
  }
}

TEST_F(Streams, AStandardOutputThatIsClosedOrFullIsAnError) {
  for (const Arguments& arguments : commands()) {
    SCOPED_TRACE(testing::PrintToString(arguments));
    for (const CommandOptions& options :
         {CommandOptions{.output_file = "/dev/full"}, CommandOptions{.closed = {STDOUT_FILENO}}}) {
      const CommandResult result = run(arguments, options);
      EXPECT_EQ(result.exit_code, 1) << "signal " << result.signal;
      EXPECT_NE(result.error.find("fixgate: "), std::string::npos) << result.error;
    }
  }
}

TEST_F(Streams, AllClosedOrFullStillGivesAnExitCode) {
  for (const Arguments& arguments : commands()) {
    SCOPED_TRACE(testing::PrintToString(arguments));
    for (const CommandOptions& options :
         {CommandOptions{.output_file = "/dev/full", .error_file = "/dev/full"},
          CommandOptions{.closed = {STDOUT_FILENO, STDERR_FILENO}},
          CommandOptions{.closed = {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}}}) {
      const CommandResult result = run(arguments, options);
      EXPECT_EQ(result.exit_code, 1) << "signal " << result.signal;
    }
  }
}

// An output file that got number 1 or 2 would hold what is said as well.
TEST_F(Streams, NoFileTakesThePlaceOfAStream) {
  const auto before = files();
  const CommandResult result = run({"quantize", model_, "--plan", kPlan, "-o", "net.fxg"},
                                   {.closed = {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(files(), before);
}

}  // namespace
}  // namespace fixgate
