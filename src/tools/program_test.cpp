#include "tools/program.h"

#include <gtest/gtest.h>

namespace fixgate {
namespace {

ProgramCall shell(const std::string& script) {
  return {"sh", {"-c", script}, {}, {}};
}

TEST(Program, KeepsOutputErrorAndExitCode) {
  const auto result = run_program(shell("echo out; echo err >&2; exit 3"));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->output, "out\n");
  EXPECT_EQ(result->error, "err\n");
  EXPECT_EQ(result->exit_code, 3);
}

TEST(Program, HandsLinesToTheListenerAsTheyCome) {
  std::vector<std::string> lines;
  const auto listener = [&](std::string_view line) {
    if (!line.starts_with("t ")) return false;
    lines.emplace_back(line);
    return true;
  };
  const auto result = run_program(shell("echo t 1; echo other; printf 't 2'"), listener);
  ASSERT_TRUE(result);
  EXPECT_EQ(lines, (std::vector<std::string>{"t 1", "t 2"}));
  EXPECT_EQ(result->output, "other\n");
}

TEST(Program, RunsInItsFolderWithItsEnvironment) {
  ProgramCall call = shell("pwd; echo $FIXGATE_SOMETHING");
  call.folder = "/usr";
  call.environment = {"FIXGATE_SOMETHING=yes"};
  const auto result = run_program(call);
  ASSERT_TRUE(result);
  EXPECT_EQ(result->output, "/usr\nyes\n");
}

TEST(Program, SurvivesMuchOutputOnBothStreams) {
  const auto result = run_program(shell("seq 1 100000; seq 1 100000 >&2"));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->output, result->error);
}

TEST(Program, RefusesWhatIsNotOnThePathByName) {
  const auto result = run_program({"no-such-program", {}, {}, {}});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "no-such-program is not on the PATH: install it");
}

TEST(Program, AFailureCarriesTheProgramsOwnMessage) {
  const auto result = run_program_well(shell("echo chatter; echo 'ERROR: no room' >&2; exit 2"));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "sh failed (exit code 2): ERROR: no room");
}

TEST(Program, ASignalIsAFailure) {
  const auto result = run_program_well(shell("kill -9 $$"));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "sh failed (exit code 137): it said nothing");
}

}  // namespace
}  // namespace fixgate
