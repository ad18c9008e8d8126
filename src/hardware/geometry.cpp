#include "hardware/geometry.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <vector>

namespace fixgate {
namespace {

// Of the cycles. A slice costs tables and some multipliers of its own.
constexpr double kLeastGainOfASlice = 0.05;

struct Candidate {
  EngineGeometry geometry;
  std::int64_t cycles = std::numeric_limits<std::int64_t>::max();
};

// Rows of all slices, without padding.
int row_count(const EngineShape& shape) {
  const Schedule schedule = make_schedule(shape, {});
  return schedule.rows();
}

// Rows of a slice that can be summed at once: those of its longest pass.
int most_lanes(const EngineShape& shape, int slices) {
  const Schedule schedule = make_schedule(shape, {slices, 1, 1});
  int rows = 0;
  for (const Pass& pass : schedule.passes) rows = std::max(rows, pass.rows);
  return rows;
}

// Powers of two up to the first that takes a row of x, and one of a slice's hidden state, in a word each.
std::vector<int> possible_splits(const EngineShape& shape, int slices) {
  const int slice_units = shape.is_recurrent() ? make_schedule(shape, {slices, 1, 1}).slice_units : 1;
  const auto most = std::bit_ceil(static_cast<unsigned>(std::max(shape.inputs, slice_units)));
  std::vector<int> splits;
  for (unsigned split = 1; split <= most; split *= 2) splits.push_back(static_cast<int>(split));
  return splits;
}

// A row takes several products at once only in a geometry with more multipliers than rows.
bool split_is_allowed(const EngineShape& shape, const EngineGeometry& geometry) {
  return geometry.split == 1 || geometry.multipliers() > row_count(shape);
}

// Visits the slices and splits there are.
template <typename Visit>
void for_each_arrangement(const EngineShape& shape, Visit visit) {
  for (const int slices : possible_slices(shape))
    for (const int split : possible_splits(shape, slices)) visit(slices, split);
}

bool takes_fewer(const Candidate& a, const Candidate& b) {
  if (a.cycles != b.cycles) return a.cycles < b.cycles;
  return a.geometry.multipliers() < b.geometry.multipliers();
}

bool is_cheaper(const Candidate& a, const Candidate& b, const GeometryPrice& price) {
  if (price.of(a.geometry) != price.of(b.geometry)) return price.of(a.geometry) < price.of(b.geometry);
  if (a.geometry.slices != b.geometry.slices) return a.geometry.slices < b.geometry.slices;
  return a.cycles < b.cycles;
}

std::vector<Candidate> list_candidates(const EngineDemand& demand, int multipliers) {
  std::vector<Candidate> candidates;
  for_each_arrangement(demand.shape, [&](int slices, int split) {
    const int lanes = std::min(multipliers / (slices * split), most_lanes(demand.shape, slices));
    const EngineGeometry geometry{slices, lanes, split};
    if (lanes >= 1 && split_is_allowed(demand.shape, geometry))
      candidates.push_back({geometry, stream_cycles_per_step(demand, geometry)});
  });
  return candidates;
}

}  // namespace

std::int64_t stream_cycles_per_step(const EngineDemand& demand, const EngineGeometry& geometry) {
  const std::int64_t cycles = cycles_per_step(make_schedule(demand.shape, geometry), demand.latency);
  return std::max<std::int64_t>({cycles, demand.shape.inputs, demand.shape.outputs});
}

std::int64_t most_multipliers(const EngineShape& shape) {
  std::int64_t most = 1;
  for_each_arrangement(shape, [&](int slices, int split) {
    most = std::max(most, std::int64_t{slices} * split * most_lanes(shape, slices));
  });
  return most;
}

EngineGeometry geometry_of_multipliers(const EngineDemand& demand, int multipliers) {
  const std::vector<Candidate> candidates = list_candidates(demand, multipliers);
  const Candidate best = *std::min_element(candidates.begin(), candidates.end(), takes_fewer);
  const auto limit = static_cast<std::int64_t>(static_cast<double>(best.cycles) * (1 + kLeastGainOfASlice));
  Candidate chosen = best;
  for (const Candidate& candidate : candidates) {
    const int slices = candidate.geometry.slices;
    if (candidate.cycles > limit || slices > chosen.geometry.slices) continue;
    if (slices < chosen.geometry.slices || takes_fewer(candidate, chosen)) chosen = candidate;
  }
  return chosen.geometry;
}

std::optional<EngineGeometry> geometry_of_cycles(const EngineDemand& demand, std::int64_t cycles,
                                                 const GeometryPrice& price) {
  std::optional<Candidate> cheapest;
  for_each_arrangement(demand.shape, [&](int slices, int split) {
    const int most = most_lanes(demand.shape, slices);
    for (int lanes = 1; lanes <= most; ++lanes) {
      const Candidate candidate{{slices, lanes, split},
                                stream_cycles_per_step(demand, {slices, lanes, split})};
      if (candidate.cycles > cycles || !split_is_allowed(demand.shape, candidate.geometry)) continue;
      if (!cheapest || is_cheaper(candidate, *cheapest, price)) cheapest = candidate;
      break;  // more lanes cost more
    }
  });
  if (!cheapest) return std::nullopt;
  return cheapest->geometry;
}

std::int64_t fewest_cycles(const EngineDemand& demand) {
  std::int64_t fewest = std::numeric_limits<std::int64_t>::max();
  for_each_arrangement(demand.shape, [&](int slices, int split) {
    const int most = most_lanes(demand.shape, slices);
    for (int lanes = 1; lanes <= most; ++lanes) {
      const EngineGeometry geometry{slices, lanes, split};
      if (split_is_allowed(demand.shape, geometry))
        fewest = std::min(fewest, stream_cycles_per_step(demand, geometry));
    }
  });
  return fewest;
}

}  // namespace fixgate
