// fixgate explore: what it finds, how it survives, what it refuses.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <nlohmann/json.hpp>
#include <thread>

#include "cli_test_case.h"
#include "explore/database.h"

namespace fixgate {
namespace {

using namespace std::chrono_literals;

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// Enough that a process is not done with them before it is disturbed, or the next one has started.
constexpr int kSharedTrials = 800;

class ExploreCommand : public CliTest {
 protected:
  [[nodiscard]] Arguments explore(const Arguments& more, const std::string& folder = "found") const {
    Arguments arguments{"explore", gru_, "-t", task_, "-o", folder};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }

  /// A search that takes a few seconds.
  [[nodiscard]] Arguments search(const std::string& folder, int evaluations = 120) const {
    return explore({"--strategy", "evolve", "--evaluations", std::to_string(evaluations), "--max-loss", "3%"},
                   folder);
  }

  [[nodiscard]] std::int64_t in_study(const std::string& folder, const std::string& sql) const {
    const std::filesystem::path study = folder_ / folder / "study.sqlite";
    if (!std::filesystem::exists(study)) return 0;
    const auto database = Database::open(study);
    return database ? database->integer(sql).value_or(0) : 0;
  }

  /// What was chosen is what `quantize` makes of it.
  void expect_quantize_makes(const std::string& folder) const {
    run_well({"quantize", gru_, "-t", task_, "--plan", folder + "/chosen.toml", "-o", "chosen.fxg"});
    run_well({"evaluate", "chosen.fxg", "-t", task_, "--part", "validation", "--json", "e.json"});
    const auto ours = nlohmann::json::parse(bytes_of(folder_ / folder / "front.json"))["chosen"];
    const auto theirs = nlohmann::json::parse(bytes_of(folder_ / "e.json"));
    EXPECT_EQ(ours["metric"], theirs["fixed"]);
    EXPECT_EQ(ours["footprint_whole"], theirs["footprint_whole"]);
  }

  void wait_for(RunningCommand& command, const std::string& folder, const std::string& sql,
                std::int64_t count) const {
    while (command.is_running() && in_study(folder, sql) < count) std::this_thread::sleep_for(5ms);
    ASSERT_TRUE(command.is_running()) << "it ended too soon to be disturbed";
  }

  void wait_for_trials(RunningCommand& command, const std::string& folder, std::int64_t count) const {
    wait_for(command, folder, "SELECT count(*) FROM trials WHERE state = 'done'", count);
  }

  void expect_same_findings(const std::string& a, const std::string& b) const {
    for (const char* file : {"front.md", "chosen.toml"})
      EXPECT_EQ(bytes_of(folder_ / a / file), bytes_of(folder_ / b / file)) << file;
  }

  [[nodiscard]] CommandOptions here(std::vector<std::string> launcher = {}) const {
    CommandOptions options;
    options.folder = folder_;
    options.launcher = std::move(launcher);
    return options;
  }

  const std::string gru_ = example("digits/digits-gru.onnx");
  const std::string lstm_ = example("digits/digits-lstm.onnx");
  const std::string task_ = example("digits/digits.toml");
};

TEST_F(ExploreCommand, ChoosesAPlanThatQuantizeTakes) {
  const std::string text = run_well(explore({"--strategy", "grid", "--confirm"}));
  for (const char* part :
       {"float        accuracy", "| chosen |", "confirmed    on the test part, 596 samples"})
    EXPECT_TRUE(contains(text, part)) << text;
  expect_quantize_makes("found");
  for (const char* file : {"front.md", "trials.csv", "grid.md", "grid.svg", "tradeoff.svg", "study.sqlite"})
    EXPECT_TRUE(std::filesystem::exists(folder_ / "found" / file)) << file;
}

// Such weights are rounded twice; in the search once, but not for what is chosen.
TEST_F(ExploreCommand, CompensatedPlansAreFinished) {
  run_well(explore(
      {"--strategy", "grid", "-w", "2..4", "-a", "8", "--max-loss", "5%", "--preset", "compensated"}));
  EXPECT_GE(in_study("found", "SELECT count(*) FROM trials WHERE strategy = 'finish'"), 1);
  expect_quantize_makes("found");
}

TEST_F(ExploreCommand, ExtendsABasePlan) {
  run_well({"quantize", gru_, "-t", task_, "--preset", "paper", "-o", "p.fxg"});
  (void)store("base.toml",
              "version = 1\n[[signal]]\nwidth = 9\nrounding = \"convergent\"\n[[weight]]\nwidth = 8\n"
              "binary_point = \"per_matrix\"\n");
  run_well(explore(
      {"--plan", "base.toml", "--strategy", "grid", "-w", "4..5", "-a", "7..8", "--max-loss", "50%"}));
  const std::string plan = bytes_of(folder_ / "found/chosen.toml");
  EXPECT_TRUE(contains(plan, "convergent") && contains(plan, "per_matrix") && contains(plan, "width = 4"))
      << plan;
}

// Each encoding once for all weights, and mixed by gate.
TEST_F(ExploreCommand, TriesEncodingsOfWeights) {
  run_well(explore({"--strategy", "grid", "-w", "binary,ternary,2", "-a", "8", "--max-loss", "99%"}, "grid"));
  const std::string grid = bytes_of(folder_ / "grid/grid.md");
  EXPECT_TRUE(contains(grid, "| binary |") && contains(grid, "| ternary |") && contains(grid, "| 2 |"))
      << grid;
  expect_quantize_makes("grid");
  run_well(explore({"--strategy", "sensitivity,evolve", "--evaluations", "150", "-w", "ternary,2..4",
                    "--max-loss", "20%"}));
  EXPECT_TRUE(contains(bytes_of(folder_ / "found/chosen.toml"), "encoding = \"ternary\""));
  expect_quantize_makes("found");
}

TEST_F(ExploreCommand, HardwareIsPriced) {
  const std::string text =
      run_well(explore({"--strategy", "grid", "-w", "4", "-a", "6..8", "--lanes", "8", "--max-loss", "50%"}));
  EXPECT_TRUE(contains(text, "cycles | multiplier bits")) << text;
}

TEST_F(ExploreCommand, GoesOnAfterKill) {
  run_well(search("whole", kSharedTrials));
  RunningCommand command(search("killed", kSharedTrials), here());
  wait_for_trials(command, "killed", 10);
  command.send(SIGKILL);
  EXPECT_EQ(command.wait().signal, SIGKILL);
  const std::int64_t before = in_study("killed", "SELECT count(*) FROM trials WHERE state = 'done'");
  EXPECT_GE(before, 10);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "killed/front.md"));
  const std::int64_t last = in_study("killed", "SELECT max(ended * 1000) FROM trials");
  run_well(search("killed", kSharedTrials));
  expect_same_findings("whole", "killed");
  EXPECT_EQ(in_study("killed", fmt::format("SELECT count(*) FROM trials WHERE ended * 1000 <= {}", last + 1)),
            before)
      << "trials that were done are not run again";
}

TEST_F(ExploreCommand, EndsInOrderWhenInterrupted) {
  RunningCommand command(search("found", kSharedTrials), here());
  wait_for_trials(command, "found", 5);
  command.send(SIGINT);
  const CommandResult result = command.wait();
  EXPECT_EQ(result.exit_code, 1) << result.signal;
  EXPECT_TRUE(contains(result.error, "interrupted; found/study.sqlite holds")) << result.error;
  EXPECT_TRUE(contains(result.error, "the same command goes on")) << result.error;
  EXPECT_EQ(in_study("found", "SELECT count(*) FROM trials WHERE state = 'claimed'"), 0);
  EXPECT_EQ(in_study("found", "SELECT count(*) FROM workers"), 0);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "found/front.md"));
}

TEST_F(ExploreCommand, TwoProcessesShareAStudy) {
  run_well(search("alone", kSharedTrials));
  RunningCommand one(search("shared", kSharedTrials), here());
  RunningCommand two(search("shared", kSharedTrials), here());
  EXPECT_EQ(one.wait().exit_code, 0);
  EXPECT_EQ(two.wait().exit_code, 0);
  expect_same_findings("alone", "shared");
  EXPECT_EQ(in_study("shared", "SELECT count(*) FROM trials"), kSharedTrials);
  EXPECT_EQ(in_study("shared", "SELECT count(DISTINCT worker) FROM trials"), 2);
}

class ExploreRanks : public ExploreCommand {
 protected:
  void SetUp() override {
    ExploreCommand::SetUp();
    if (::access("/usr/bin/mpirun", X_OK) != 0) GTEST_SKIP() << "needs mpirun (openmpi-bin)";
  }
  static std::vector<std::string> mpirun(const std::string& ranks) {
    return {"mpirun", "--allow-run-as-root", "--oversubscribe", "--enable-recovery", "-np", ranks};
  }
};

TEST_F(ExploreRanks, AnyNumberFindsTheSame) {
  run_well(search("one", kSharedTrials));
  const CommandResult three = RunningCommand(search("three", kSharedTrials), here(mpirun("3"))).wait();
  EXPECT_EQ(three.exit_code, 0) << three.error;
  EXPECT_EQ(three.output.find("| chosen |"), three.output.rfind("| chosen |")) << "one rank tells";
  expect_same_findings("one", "three");
}

TEST_F(ExploreRanks, ARankThatDiesDoesNotEndTheStudy) {
  run_well(search("one", kSharedTrials));
  for (const char* victim : {"min", "max"}) {
    const std::string folder = std::string("without_") + victim;
    RunningCommand ranks(search(folder, kSharedTrials), here(mpirun("2")));
    wait_for(ranks, folder, "SELECT count(*) FROM workers", 2);
    wait_for_trials(ranks, folder, 10);
    const std::int64_t process =
        in_study(folder, std::string("SELECT process FROM workers WHERE id = (SELECT ") + victim +
                             "(id) FROM workers) AND (SELECT count(*) FROM workers) = 2");
    ASSERT_GT(process, 1) << "both ranks are at work";
    ::kill(static_cast<pid_t>(process), SIGKILL);
    (void)ranks.wait();
    expect_same_findings("one", folder);
  }
}

/// Another process that holds a file's lock as long as it lives. (In this one the lock would go when any
/// reader closes the file.)
class LockHolder {
 public:
  explicit LockHolder(const std::filesystem::path& study) {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) return;
    process_ = ::fork();
    if (process_ == 0) {
      const auto database = Database::open(study);
      const bool holds = database && database->execute("BEGIN EXCLUSIVE");
      if (::write(ends[1], holds ? "y" : "n", 1) == 1) ::pause();
      ::_exit(0);
    }
    char answer = 'n';
    holds_ = ::read(ends[0], &answer, 1) == 1 && answer == 'y';
    ::close(ends[0]);
    ::close(ends[1]);
  }
  ~LockHolder() {
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }
  LockHolder(const LockHolder&) = delete;
  LockHolder& operator=(const LockHolder&) = delete;
  [[nodiscard]] bool holds() const { return holds_; }

 private:
  pid_t process_ = -1;
  bool holds_ = false;
};

class ExploreRefusals : public ExploreCommand {};

TEST_F(ExploreRefusals, OptionsThatMakeNoSense) {
  expect_refused(explore({"--evaluations", "0"}), {"--evaluations 0", "budget of nothing"});
  expect_refused(explore({"--evaluations", "-3"}), {"--evaluations -3"});
  expect_refused(explore({"--minutes", "0"}), {"--minutes 0", "budget of nothing"});
  expect_refused(explore({"--strategy", "guess"}), {"'guess'", "grid, sensitivity or evolve"});
  expect_refused(explore({"--granularity", "bit"}), {"'bit'", "network, layer, gate or signal"});
  expect_refused(explore({"--weights", "8..2"}), {"--weights 8..2"});
  expect_refused(explore({"--weights", "two"}), {"--weights two"});
  expect_refused(explore({"--weights", "octal,2..8"}),
                 {"--weights octal,2..8", "ternary or binary", "'octal'"});
  expect_refused(explore({"--weights", "ternary"}), {"--weights ternary"});
  expect_refused(explore({"--activations", "3..40"}), {"40 bits"});
  expect_refused(explore({"--segments", "0"}), {"--segments 0: '0' is no whole number of 1 to 4096"});
  expect_refused(explore({"--segments", "8,4097"}), {"--segments 8,4097: '4097' is no whole number"});
  expect_refused(explore({"--segments", "8,x"}), {"--segments 8,x: 'x' is no whole number"});
  expect_refused(explore({"--max-loss", "little"}), {"--max-loss little", "0.5%"});
  expect_refused(explore({"--confidence", "100%"}), {"--confidence 100%"});
  expect_refused(explore({"--objectives", "loss,area"}), {"'area'", "--lanes or --max-cycles"});
  expect_refused(explore({"--preset", "best"}), {"'best'"});
  expect_refused(explore({"--strategy", "grid", "--segments", "8"}), {"--segments", "--strategy grid"});
  expect_refused(explore({"--minutes", "1e-9"}), {"--minutes 1e-09", "no plan was tried", "give more"});
  expect_refused(explore({"--preset", "paper", "--plan", kPlan}), {"--plan"});
  expect_refused({"explore", gru_, "-o", "found"}, {"--task"});
  expect_refused({"explore", "gone.onnx", "-t", task_, "-o", "found"}, {"gone.onnx"});
}

TEST_F(ExploreRefusals, LimitsThatNothingCanKeep) {
  expect_refused(explore({"--max-footprint", "2%"}), {"--max-footprint 2%", "narrowest"});
  expect_refused(explore({"--max-cycles", "2", "--lanes", "4"}), {"--max-cycles 2", "--lanes 4", "cycles"});
  expect_refused(explore({"--max-cycles", "2"}), {"--max-cycles 2", "cycles per step"});
}

TEST_F(ExploreRefusals, NoFeasiblePoint) {
  const CommandResult result =
      run(explore({"--strategy", "grid", "-w", "2..3", "-a", "3..4", "--max-loss", "0.1%"}));
  EXPECT_EQ(result.exit_code, 1);
  for (const char* part : {"fixgate: none of the 4 plans tried will do", "--max-loss 0.1% excludes 4",
                           "the nearest: loss at most"})
    EXPECT_TRUE(contains(result.error, part)) << result.error;
  EXPECT_TRUE(std::filesystem::exists(folder_ / "found/front.md")) << "what was found is told all the same";
  EXPECT_FALSE(std::filesystem::exists(folder_ / "found/chosen.toml"));
}

TEST_F(ExploreRefusals, StudiesOfOthers) {
  const Arguments few = {"--strategy", "grid",       "-w",  "4",       "-a",
                         "8",          "--max-loss", "50%", "--study", "s.sqlite"};
  run_well(explore(few));
  Arguments other = explore(few, "other");
  other[1] = lstm_;
  expect_refused(other, {"s.sqlite", "digits-gru.onnx", "model", "--study"});
  ASSERT_TRUE(Database::open(folder_ / "s.sqlite")->execute("PRAGMA user_version = 7"));
  expect_refused(explore(few), {"s.sqlite", "another version"});
  const std::string whole = bytes_of(folder_ / "s.sqlite");
  (void)store("s.sqlite", whole.substr(0, whole.size() / 2));
  expect_refused(explore(few), {"s.sqlite", "damaged"});
  (void)store("s.sqlite", "these are notes, and no study\n");
  expect_refused(explore(few), {"s.sqlite", "damaged, or no study"});
}

TEST_F(ExploreRefusals, ALockedStudy) {
  const Arguments few = {"--strategy", "grid",       "-w",  "4",       "-a",
                         "8",          "--max-loss", "50%", "--study", "s.sqlite"};
  run_well(explore(few));
  const LockHolder holder(folder_ / "s.sqlite");
  ASSERT_TRUE(holder.holds());
  expect_refused(explore(few), {"s.sqlite", "locked by another program"});
}

}  // namespace
}  // namespace fixgate
