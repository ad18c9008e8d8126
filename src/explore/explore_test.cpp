#include "explore/explore.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <tbb/global_control.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "data/test_folder.h"
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
    const std::atomic<bool> never = false;
    const auto explored = explore(options, never, [&](const Exploration& found) -> Result<void> {
      kept = found;
      return {};
    });
    EXPECT_TRUE(explored) << explored.error().message;
    return kept;
  }

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
