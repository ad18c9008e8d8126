#include "hardware/geometry.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "files/golden_test.h"
#include "hardware/random_design_test.h"

namespace fixgate {
namespace {

EngineDemand random_demand(RandomDesign& random) {
  constexpr std::array kKinds{EngineKind::Lstm, EngineKind::Gru, EngineKind::Dense};
  EngineDemand demand{{kKinds[static_cast<std::size_t>(random.number(0, 2))], false, random.number(1, 30),
                       random.number(1, 30)},
                      {random.number(1, 25), random.number(3, 12)}};
  demand.shape.linear_before_reset = demand.shape.kind == EngineKind::Gru && random.chance();
  return demand;
}

int rows_of(const EngineShape& shape) {
  return make_schedule(shape, {}).rows();
}

TEST(Geometry, StaysBelowTheMultipliersAskedFor) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    RandomDesign random(seed);
    const EngineDemand demand = random_demand(random);
    const int most = static_cast<int>(most_multipliers(demand.shape));
    const int asked = random.number(1, most);
    const EngineGeometry geometry = geometry_of_multipliers(demand, asked);
    EXPECT_LE(geometry.multipliers(), asked);
    if (geometry.split > 1) {
      EXPECT_GT(geometry.multipliers(), rows_of(demand.shape));
    }
    // No number of slices alone does better by more than 5 %.
    for (const int slices : possible_slices(demand.shape))
      if (slices <= asked && asked <= rows_of(demand.shape)) {
        const EngineGeometry other{slices, asked / slices, 1};
        EXPECT_LE(static_cast<double>(stream_cycles_per_step(demand, geometry)),
                  1.05 * static_cast<double>(stream_cycles_per_step(demand, other)))
            << seed;
      }
  }
}

TEST(Geometry, ReachesCyclesWithTheFewestMultipliers) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    RandomDesign random(seed);
    const EngineDemand demand = random_demand(random);
    const auto fewest = fewest_cycles(demand);
    const auto cycles = fewest + random.number(0, 500);
    const auto geometry = geometry_of_cycles(demand, cycles);
    ASSERT_TRUE(geometry) << seed;
    EXPECT_LE(stream_cycles_per_step(demand, *geometry), cycles);
    for (const int slices : possible_slices(demand.shape))
      for (int lanes = 1; slices * lanes < geometry->multipliers(); ++lanes)
        EXPECT_GT(stream_cycles_per_step(demand, {slices, lanes, 1}), cycles) << seed;
    EXPECT_FALSE(geometry_of_cycles(demand, fewest - 1));
  }
}

// The latencies of a piecewise-linear table of 32 segments.
constexpr int kTable = 9;

struct Cell {
  const char* name;
  EngineShape shape;
  EngineLatency latency;
};

std::string utilisation_row(const Cell& cell, int lanes) {
  const EngineDemand demand{cell.shape, cell.latency};
  const EngineGeometry geometry = geometry_of_multipliers(demand, lanes);
  const std::int64_t cycles = stream_cycles_per_step(demand, geometry);
  const std::int64_t products = std::int64_t{rows_of(cell.shape)} * (cell.shape.inputs + cell.shape.outputs);
  const double useful = static_cast<double>(products) / static_cast<double>(cycles * lanes);
  EXPECT_GE(useful, 0.9) << cell.name << ", " << lanes << " lanes";
  return fmt::format("{:<9} {:>6} {:>5} {:>6} {:>6} {:>5} {:>7} {:>10.1f} %\n", cell.name, cell.shape.inputs,
                     lanes, geometry.slices, geometry.lanes, geometry.split, cycles, 100 * useful);
}

// Issue 3: 90 % or better of the multipliers' cycles are useful for 128 units and 4 to 128 lanes.
TEST(Geometry, UtilisationOfLargeCells) {
  std::string text = "cell      inputs lanes slices a slice split  cycles  utilisation\n";
  for (const int inputs : {32, 64, 128})
    for (const Cell& cell :
         {Cell{"LSTM", {EngineKind::Lstm, false, inputs, 128}, {2 * kTable + 5, 0}},
          Cell{"GRU, lbr1", {EngineKind::Gru, true, inputs, 128}, {2 * kTable + 6, 0}},
          Cell{"GRU, lbr0", {EngineKind::Gru, false, inputs, 128}, {kTable + 4, kTable + 3}}})
      for (const int lanes : {4, 8, 16, 32, 64, 128}) text += utilisation_row(cell, lanes);
  compare_with_golden("hardware", "utilisation.txt", text);
}

}  // namespace
}  // namespace fixgate
