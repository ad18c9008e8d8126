#include "explore/figures.h"

#include <gtest/gtest.h>

#include "explore/limits.h"

namespace fixgate {
namespace {

Figures point(double footprint, double loss) {
  Figures figures;
  figures.complete = true;
  figures.footprint = footprint;
  figures.loss = figures.loss_bound = loss;
  return figures;
}

const std::vector<Objective> kTwo = {Objective::Loss, Objective::Footprint};

TEST(Figures, FrontHoldsWhatNothingDominates) {
  std::vector<Figures> all = {point(0.3, 0.0), point(0.1, 0.02), point(0.2, 0.02), point(0.1, 0.02),
                              point(0.05, 0.5)};
  EXPECT_EQ(pareto_front(all, kTwo), (std::vector<std::size_t>{4, 1, 0}));
  all[4].complete = false;
  all[0].failure = "cannot be made";
  EXPECT_EQ(pareto_front(all, kTwo), (std::vector<std::size_t>{1}));
}

TEST(Figures, MoreObjectivesKeepMorePoints) {
  std::vector<Figures> all = {point(0.1, 0.01), point(0.1, 0.02)};
  all[0].multiplier_bits = 100;
  all[1].multiplier_bits = 50;
  EXPECT_EQ(pareto_front(all, kTwo).size(), 1U);
  EXPECT_EQ(pareto_front(all, {Objective::Loss, Objective::Footprint, Objective::Area}).size(), 2U);
}

TEST(Figures, ObjectivesAreRead) {
  const auto objectives = parse_objectives("loss,footprint,bit-operations");
  ASSERT_TRUE(objectives);
  EXPECT_EQ(objectives->size(), 3U);
  for (const char* text : {"", "loss", "footprint,cycles", "loss,loss", "loss,speed", "loss,"})
    EXPECT_FALSE(parse_objectives(text)) << text;
}

TEST(Limits, SmallestWithinTheLossIsChosen) {
  const std::vector<Figures> all = {point(0.3, 0.0), point(0.1, 0.02), point(0.2, 0.004), point(0.05, 0.5)};
  EXPECT_EQ(choose({0.005, {}, {}}, all), 2U);
  EXPECT_EQ(choose({0.02, {}, {}}, all), 1U);
  EXPECT_EQ(choose({{}, 0.1, {}}, all), 1U) << "without a limit of the loss the least loss";
  EXPECT_FALSE(choose({0.001, 0.25, {}}, all));
}

TEST(Limits, SayWhatExcludesWhatAndTheNearest) {
  const std::vector<Figures> all = {point(0.3, 0.0), point(0.1, 0.02)};
  const std::string message = explain_no_choice({0.001, 0.2, {}}, all).message;
  for (const char* part : {"2 plans", "--max-loss 0.1% excludes 1", "--max-footprint 20% excludes 1",
                           "the nearest: loss at most 0.00 %", "footprint 30.00 %"})
    EXPECT_NE(message.find(part), std::string::npos) << part << " in " << message;
  EXPECT_EQ(explain_no_choice({0.001, {}, {}}, {}).message,
            "no plan was tried: give more --evaluations or --minutes");
}

}  // namespace
}  // namespace fixgate
