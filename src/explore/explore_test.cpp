#include "explore/explore.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <tbb/global_control.h>
#include <unistd.h>

#include <memory>
#include <nlohmann/json.hpp>

#include "data/test_folder.h"
#include "explore/database.h"
#include "explore/report.h"

namespace fixgate {
namespace {

class Explore : public TestFolder {
 protected:
  [[nodiscard]] ExploreOptions options(const std::string& strategies, std::int64_t evaluations,
                                       const std::string& study) const {
    const std::filesystem::path digits = std::filesystem::path(FIXGATE_SOURCE_DIR) / "examples/digits";
    ExploreOptions options;
    options.model = digits / "digits-gru.onnx";
    options.task = digits / "digits.toml";
    options.base = *preset_plan("default", {8, 8});
    options.strategies = *parse_strategies(strategies);
    options.objectives = {Objective::Loss, Objective::Footprint};
    options.limits.max_loss = 0.02;
    options.evaluations = evaluations;
    options.study = folder_ / study;
    options.output = folder_;
    return options;
  }

  static Exploration run(const ExploreOptions& options) {
    Exploration kept;
    const auto explored = explore(options, never_, [&](const Exploration& found) -> Result<void> {
      kept = found;
      return {};
    });
    EXPECT_TRUE(explored) << explored.error().message;
    return kept;
  }

  static inline const std::atomic<bool> never_ = false;

  static void expect_same(const Exploration& a, const Exploration& b) {
    ASSERT_EQ(a.trials.size(), b.trials.size());
    for (std::size_t k = 0; k < a.trials.size(); ++k) {
      EXPECT_EQ(a.trials[k].candidate, b.trials[k].candidate) << k;
      EXPECT_EQ(a.trials[k].figures.loss_bound, b.trials[k].figures.loss_bound) << k;
      EXPECT_EQ(a.trials[k].figures.samples, b.trials[k].figures.samples) << k;
    }
    EXPECT_EQ(a.front, b.front);
    EXPECT_EQ(a.chosen, b.chosen);
  }
};

TEST_F(Explore, FindsSmallerPlansThanUniformOnes) {
  const Exploration grid = run(options("grid", 100, "grid.sqlite"));
  const Exploration search = run(options("sensitivity,evolve", 150, "search.sqlite"));
  ASSERT_TRUE(grid.chosen && search.chosen);
  EXPECT_LT(search.trials[*search.chosen].figures.footprint, grid.trials[*grid.chosen].figures.footprint);
  EXPECT_LE(search.trials[*search.chosen].figures.loss_bound, 0.02);
  EXPECT_TRUE(search.trials[*search.chosen].figures.complete);
}

TEST_F(Explore, GoesOnAsIfNothingHadHappened) {
  const Exploration whole = run(options("sensitivity,evolve", 130, "whole.sqlite"));
  run(options("sensitivity,evolve", 40, "parts.sqlite"));
  expect_same(whole, run(options("sensitivity,evolve", 130, "parts.sqlite")));
}

TEST_F(Explore, ThreadsDoNotChangeIt) {
  std::vector<Exploration> found;
  for (const std::size_t threads : {1U, 3U}) {
    const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, threads);
    found.push_back(run(options("sensitivity,evolve", 120, std::to_string(threads) + ".sqlite")));
  }
  expect_same(found[0], found[1]);
}

TEST_F(Explore, AnInterruptionLosesNothing) {
  const std::atomic<bool> at_once = true;
  const auto stopped =
      explore(options("grid", 100, "s.sqlite"), at_once, [](const Exploration&) { return Result<void>(); });
  ASSERT_FALSE(stopped);
  EXPECT_NE(stopped.error().message.find("the same command goes on"), std::string::npos)
      << stopped.error().message;
}

// --- time ---

/// Goes on by a second whenever it is read.
struct FakeClock {
  std::shared_ptr<std::atomic<int>> reads = std::make_shared<std::atomic<int>>(0);

  double operator()() const { return ++*reads; }
};

// One thread, so that nothing reads the clock but the search itself.
class ExploreInTime : public Explore {
 protected:
  [[nodiscard]] ExploreOptions in_minutes(double minutes, const FakeClock& clock) const {
    ExploreOptions timed = options("sensitivity,evolve", 0, "s.sqlite");
    timed.base = *preset_plan("compensated", {8, 8});
    timed.limits.max_loss = 0.1;
    timed.minutes = minutes;
    timed.clock = clock;
    return timed;
  }

 private:
  tbb::global_control one_{tbb::global_control::max_allowed_parallelism, 1};
};

TEST_F(ExploreInTime, FinalNetworksAreInTheTime) {
  const FakeClock clock;
  const Exploration found = run(in_minutes(2, clock));
  EXPECT_LE(*clock.reads, 120 + 10) << "what follows the last network reads it a few times";
  EXPECT_GE(found.trials.size(), 20U);
  EXPECT_LE(found.times.trials, 80 + 1) << "a trial that has begun reads the clock once more";
  ASSERT_TRUE(found.chosen);
  EXPECT_FALSE(found.front.empty());
}

TEST_F(ExploreInTime, FrontAndChoiceHoldNothingMadeQuickly) {
  const FakeClock clock;
  const Exploration found = run(in_minutes(0.4, clock));
  EXPECT_GT(found.unfinished, 0U);
  ASSERT_TRUE(found.chosen) << "one network is made in any case";
  const auto complete = [](const Figures& figures) { return figures.complete; };
  EXPECT_LT(std::ranges::count_if(found.figures, complete), 8);
  for (const std::size_t member : found.front) EXPECT_TRUE(found.figures[member].complete);
  // With more time it goes on, and makes all of the front.
  const Exploration more = run(in_minutes(10, FakeClock()));
  EXPECT_EQ(more.unfinished, 0U);
  EXPECT_GT(more.front.size(), found.front.size());
}

// The network that was kept, or one that is made again: the same.
TEST_F(Explore, ConfirmsWhatItMadeInFull) {
  ExploreOptions confirmed = options("sensitivity", 12, "s.sqlite");
  confirmed.base = *preset_plan("compensated", {8, 8});
  confirmed.limits.max_loss = 0.1;
  confirmed.confirm = true;
  const Exploration kept = run(confirmed);
  ASSERT_TRUE(kept.confirmation);
  ASSERT_TRUE(Database::open(folder_ / "s.sqlite")->execute("DELETE FROM notes WHERE name LIKE 'test %'"));
  EXPECT_EQ(run(confirmed).confirmation->fixed_metric, kept.confirmation->fixed_metric);
}

TEST_F(ExploreInTime, SaysThatPreparingTookIt) {
  const FakeClock clock;
  *clock.reads = 100;
  bool written = false;
  const auto refused = explore(in_minutes(1, clock), never_, [&](const Exploration&) -> Result<void> {
    written = true;
    return {};
  });
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("--minutes 1: was over when"), std::string::npos)
      << refused.error().message;
  EXPECT_FALSE(written) << "there is nothing to report";
}

TEST_F(ExploreInTime, AnInterruptionEndsTrialsUnderWay) {
  std::atomic<bool> interrupted = false;
  ExploreOptions stopped = in_minutes(10, FakeClock());
  stopped.clock = [&interrupted, reads = std::make_shared<std::atomic<int>>(0)] {
    interrupted.store(++*reads > 30);
    return 1.0;
  };
  const auto ended = explore(stopped, interrupted, [](const Exploration&) { return Result<void>(); });
  ASSERT_FALSE(ended);
  EXPECT_NE(ended.error().message.find("the same command goes on"), std::string::npos)
      << ended.error().message;
  const Exploration found = run(in_minutes(10, FakeClock()));
  EXPECT_TRUE(std::ranges::all_of(found.trials, [](const SeenTrial& trial) {
    return trial.figures.usable();
  })) << "an interrupted trial is no failure of its plan";
}

TEST_F(Explore, RefusesRangesOfWhatIsNotThere) {
  ExploreOptions lookup = options("sensitivity", 10, "s.sqlite");
  TableRule rule;
  rule.kind = TableKind::Lookup;
  lookup.base.tables.push_back(rule);
  lookup.stated = {{DimensionKind::WeightWidth, "--weights"}, {DimensionKind::TableSegments, "--segments"}};
  const auto refused = explore(lookup, never_, [](const Exploration&) { return Result<void>(); });
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("--segments: the base plan makes no piecewise-linear tables"),
            std::string::npos)
      << refused.error().message;
}

// --- what it finds ---

TEST_F(Explore, ConfirmsOnTheTestPart) {
  ExploreOptions confirmed = options("grid", 10, "s.sqlite");
  confirmed.confirm = true;
  confirmed.limits = {{}, 0.5, {}};
  const Exploration first = run(confirmed);
  ASSERT_TRUE(first.confirmation);
  EXPECT_EQ(first.confirmation->samples, 596U);
  EXPECT_GT(first.confirmation->fixed_metric, 0.8);
  EXPECT_EQ(run(confirmed).confirmation->fixed_metric, first.confirmation->fixed_metric);
}

TEST_F(Explore, HardwareGivesCyclesAndArea) {
  ExploreOptions lanes = options("grid", 5, "s.sqlite");
  lanes.bench.hardware.lanes = 8;
  lanes.objectives = *parse_objectives("loss,footprint,area");
  const Exploration found = run(lanes);
  for (const SeenTrial& trial : found.trials) {
    EXPECT_EQ(trial.figures.cycles, found.trials[0].figures.cycles) << "whatever the widths";
    EXPECT_GT(trial.figures.multiplier_bits, 0);
  }
}

TEST_F(Explore, ReportsWhatItFound) {
  ExploreOptions searched = options("grid,sensitivity", 140, "s.sqlite");
  Exploration found = run(searched);
  const auto json = nlohmann::json::parse(to_json(found, searched));
  EXPECT_EQ(json["front"].size(), found.front.size());
  EXPECT_EQ(json["chosen"]["levels"].size(), found.space.dimensions.size());
  const std::string csv = to_csv(found);
  EXPECT_EQ(std::ranges::count(csv, '\n'), static_cast<std::ptrdiff_t>(found.trials.size() + 1));
  EXPECT_NE(front_table(found).find("| chosen |"), std::string::npos);
  EXPECT_EQ(std::ranges::count(grid_table(found), '\n'), 2 + 7) << "widths of weights 2 to 8";
  ASSERT_TRUE(write_report(found, searched));
  EXPECT_TRUE(parse_plan(bytes_of(folder_ / "chosen.toml")));
  for (const ReportFile& file : report_files())
    EXPECT_TRUE(file.is_ours(bytes_of(folder_ / file.name).substr(0, 256))) << file.name;
  for (const char* plot : {"tradeoff.svg", "grid.svg", "sensitivity.svg"}) {
    const std::string svg = bytes_of(folder_ / plot);
    EXPECT_TRUE(svg.starts_with("<svg ") && svg.ends_with("</svg>\n")) << plot;
    EXPECT_EQ(svg.find("nan"), std::string::npos) << plot;
  }
  found.chosen.reset();
  found.plan.reset();
  ASSERT_TRUE(write_report(found, searched));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "chosen.toml")) << "of the search before";
}

}  // namespace
}  // namespace fixgate
