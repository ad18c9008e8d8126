#include "hardware/timing.h"

#include <gtest/gtest.h>

#include "hardware/random_design_test.h"

namespace fixgate {
namespace {

EngineShape random_shape(RandomDesign& random) {
  constexpr std::array kKinds{EngineKind::Lstm, EngineKind::Gru, EngineKind::Dense};
  EngineShape shape{kKinds[static_cast<std::size_t>(random.number(0, 2))], false, random.number(1, 40),
                    random.number(1, 40)};
  shape.linear_before_reset = shape.kind == EngineKind::Gru && random.chance();
  return shape;
}

// Cycles from step to step once the engine runs evenly, its neighbours being as fast as it wants.
Cycle played_period(const EngineShape& shape, const EngineGeometry& geometry, const EngineLatency& latency) {
  constexpr int kSettle = 40;
  constexpr int kSteps = 60;
  EngineTimer timer(shape, geometry, latency);
  std::vector<Cycle> valid;
  for (int step = 0; step < kSettle + kSteps; ++step) {
    timer.take({});
    timer.step(true);
    timer.result_taken(0);
    valid.push_back(timer.offered().front());
  }
  EXPECT_EQ((valid.back() - valid[kSettle - 1]) % kSteps, 0);
  return (valid.back() - valid[kSettle - 1]) / kSteps;
}

TEST(Timing, ClosedFormulaIsThePlayedPeriod) {
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    RandomDesign random(seed);
    const EngineShape shape = random_shape(random);
    EngineGeometry geometry = random.geometry(shape);
    geometry.lanes = random.number(1, 60);
    const EngineLatency latency{random.number(1, 30), random.number(3, 12)};
    EXPECT_EQ(cycles_per_step(make_schedule(shape, geometry), latency),
              played_period(shape, geometry, latency))
        << seed;
  }
}

// docs/hardware.md: 4 units, 3 inputs, 4 lanes: 4 groups of 3 + 4 words. Totals of group g leave from
// 7 g + 6 + 7 on; unit g is complete with the fourth row, h is there 10 cycles later and offered after 2
// more.
TEST(Timing, FirstStepByHand) {
  EngineTimer timer({EngineKind::Lstm, false, 3, 4}, {1, 4, 1}, {10, 0});
  EXPECT_EQ(timer.take(std::vector<Cycle>{0, 0, 0}), 2);
  timer.step(true);
  EXPECT_EQ((std::vector<Cycle>(timer.offered().begin(), timer.offered().end())),
            (std::vector<Cycle>{31, 38, 45, 52}));
  // 3 + 6 for the last word of group 0, then 7, 3 rows on, 10, 2
  EXPECT_EQ(timer.offered().front(), 3 + 6 + 7 + 3 + 10 + 2);
}

TEST(Timing, HalvesAndPlacesHoldBack) {
  EngineTimer timer({EngineKind::Dense, false, 2, 1}, {1, 1, 1}, {1, 0});
  const std::vector<Cycle> always(2);
  EXPECT_EQ(timer.take(always), 1);
  timer.step(true);
  timer.result_taken(1000);
  EXPECT_EQ(timer.take(always), 3);
  timer.step(true);
  timer.result_taken(1001);
  EXPECT_EQ(timer.take(always), 5);
  timer.step(true);  // waits for the first result's place
  EXPECT_EQ(timer.offered().front(), 1001 + 1 + 7 + 1 + 2);
  timer.result_taken(1012);
  EXPECT_EQ(timer.take(always), 7);
  timer.step(false);                        // waits for the second one's, but keeps it free
  EXPECT_EQ(timer.take(always), 1003 + 1);  // the half of the third vector
  timer.step(true);
  EXPECT_EQ(timer.offered().front(), 1006 + 7 + 1 + 2);
}

}  // namespace
}  // namespace fixgate
