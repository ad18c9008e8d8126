#include "tools/program.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <chrono>
#include <fstream>
#include <thread>

#include "tools/interruption.h"
#include "tools/work_folder.h"

namespace fixgate {
namespace {

ProgramCall shell(const std::string& script) {
  ProgramCall call;
  call.program = "sh";
  call.arguments = {"-c", script};
  return call;
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
  const auto result = run_program(shell("echo t 1; echo other; printf 't 2'"), {listener, {}, {}});
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

TEST(Program, AFailureNamesWhatTheSystemRefusedAndCutsLongLines) {
  const auto full = run_program_well(
      shell("echo 'error: make: *** x' >&2; echo 'cc1plus: No space left on device' >&2; exit 1"));
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().message, "sh failed (exit code 1): cc1plus: No space left on device");
  const auto chatty = run_program_well(shell("printf 'error %02000d' 0 >&2; exit 1"));
  ASSERT_FALSE(chatty);
  EXPECT_LT(chatty.error().message.size(), 400U);
}

TEST(Program, OneThatCannotBeStartedSaysWhy) {
  const auto result = run_program({"/etc/passwd", {}, {}, {}});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "/etc/passwd: cannot be started: Permission denied");
}

TEST(Program, ItsStandardInputIsEmpty) {
  const auto result = run_program(shell("cat; echo end"));
  ASSERT_TRUE(result);
  EXPECT_EQ(result->output, "end\n");
}

/// Programs that do not end by themselves, in a folder in which they note the number of a grandchild.
class EndlessProgram : public testing::Test {
 protected:
  void SetUp() override {
    auto made = make_work_folder();
    ASSERT_TRUE(made) << made.error().message;
    folder_.emplace(std::move(*made));
  }

  [[nodiscard]] ProgramCall endless(const std::string& more) const {
    ProgramCall call = shell("sleep 1000 & echo $! >grandchild; " + more);
    call.folder = folder_->path();
    call.time_limit = 60;
    return call;
  }

  [[nodiscard]] pid_t grandchild() const {
    pid_t process = 0;
    std::ifstream(folder_->path() / "grandchild") >> process;
    return process;
  }

  // A killed process is there until its parent, here init, has waited for it.
  [[nodiscard]] bool grandchild_has_gone() const {
    const pid_t process = grandchild();
    for (int tries = 0; tries < 500; ++tries) {
      std::ifstream status("/proc/" + std::to_string(process) + "/stat");
      std::string number, name, state;
      if (!(status >> number >> name >> state) || state == "Z") return process > 0;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return false;
  }

  /// That the signal ends a process of ours that runs such a program, and the program with it.
  void expect_killed_by(int signal) const {
    const pid_t child = ::fork();
    if (child == 0) {
      (void)run_program(endless("wait"));
      end_if_interrupted();
      ::_exit(0);
    }
    while (grandchild() == 0) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    ::kill(child, signal);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == signal) << "status " << status;
    EXPECT_TRUE(grandchild_has_gone());
  }

  std::optional<OwnFolder> folder_;
};

TEST_F(EndlessProgram, IsKilledAfterItsTimeWithAllThatItStarted) {
  ProgramCall call = endless("wait");
  call.time_limit = 0.5;
  const auto result = run_program(call);
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("sh: stopped after"), std::string::npos) << result.error().message;
  EXPECT_NE(result.error().message.find("--time-limit"), std::string::npos) << result.error().message;
  EXPECT_TRUE(grandchild_has_gone());
}

TEST_F(EndlessProgram, ThatClosesItsOutputsIsKilledToo) {
  ProgramCall call = endless("exec >&- 2>&-; wait");
  call.time_limit = 0.5;
  EXPECT_FALSE(run_program(call));
  EXPECT_TRUE(grandchild_has_gone());
}

TEST_F(EndlessProgram, LeavesNothingBehindWhenItsParentEnds) {
  const auto result = run_program(endless("echo done"));  // the grandchild holds the outputs open
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->output, "done\n");
  EXPECT_TRUE(grandchild_has_gone());
}

TEST_F(EndlessProgram, IsKilledWhenItsLineHasNoEnd) {
  const auto result = run_program(endless("exec tr '\\000' x </dev/zero"));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "sh: stopped: it writes a line of more than 1048576 bytes");
  EXPECT_TRUE(grandchild_has_gone());
}

TEST_F(EndlessProgram, IsKilledWhenItsPipeIsNotTaken) {
  const std::filesystem::path pipe = folder_->path() / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const auto full = [](std::string_view) -> Result<void> { return fail("the disk is full"); };
  const auto result = run_program(endless("echo some >pipe; wait"), {{}, pipe, full});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message, "the disk is full");
  EXPECT_TRUE(grandchild_has_gone());
}

TEST_F(EndlessProgram, IsKilledWhenWeAreInterrupted) {
  expect_killed_by(SIGTERM);
}

TEST_F(EndlessProgram, IsKilledWhenWeAreKilled) {
  expect_killed_by(SIGKILL);
}

TEST(Program, WhatItWritesIntoAPipeIsTaken) {
  const auto folder = make_work_folder();
  ASSERT_TRUE(folder);
  const std::filesystem::path pipe = folder->path() / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  std::size_t bytes = 0;
  ProgramCall call = shell("seq 1 100000 >pipe; echo done");
  call.folder = folder->path();
  const auto take = [&](std::string_view some) -> Result<void> {
    bytes += some.size();
    return {};
  };
  const auto result = run_program(call, {{}, pipe, take});
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(bytes, 588895U);
  EXPECT_EQ(result->output, "done\n");
}

}  // namespace
}  // namespace fixgate
