#include "explore/time_budget.h"

#include <gtest/gtest.h>

#include <cmath>

namespace fixgate {
namespace {

TEST(TimeBudget, HasNoEndWithoutALimit) {
  EXPECT_TRUE(std::isinf(TimeBudget().trials_end()));
  EXPECT_TRUE(std::isinf(TimeBudget().final_networks_end()));
}

TEST(TimeBudget, GivesTrialsAllThatIsLeftWhereNothingFollows) {
  const TimeBudget budget(60, 20, {});
  EXPECT_EQ(budget.trials_end(), 60);
  EXPECT_EQ(budget.final_networks_end(), 60);
}

TEST(TimeBudget, KeepsTimeForWhatComesAfterTheTrials) {
  const TimeBudget both(120, 20, {true, true});
  EXPECT_DOUBLE_EQ(both.final_networks_end(), 110);
  EXPECT_DOUBLE_EQ(both.trials_end(), 80);
  EXPECT_DOUBLE_EQ(TimeBudget(120, 20, {false, true}).trials_end(), 110);
}

TEST(TimeBudget, LeavesNothingWherePreparingTookAll) {
  const TimeBudget budget(10, 15, {true, true});
  EXPECT_EQ(budget.trials_end(), 15);
  EXPECT_EQ(budget.final_networks_end(), 15);
}

}  // namespace
}  // namespace fixgate
