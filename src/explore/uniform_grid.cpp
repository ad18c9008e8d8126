#include "explore/uniform_grid.h"

#include <map>
#include <optional>
#include <set>
#include <utility>

namespace fixgate {
namespace {

/// The trial's place in the grid; none if it is not of it.
std::optional<std::pair<int, int>> place_of(const SearchSpace& space, const Candidate& candidate) {
  std::map<DimensionKind, int> widths;
  for (std::size_t d = 0; d < candidate.size(); ++d) {
    const Dimension& dimension = space.dimensions[d];
    if (candidate[d] == kUntouched) continue;
    const int level = dimension.levels[static_cast<std::size_t>(candidate[d])];
    if (dimension.kind == DimensionKind::TableSegments) return std::nullopt;
    if (!widths.try_emplace(dimension.kind, level).second && widths[dimension.kind] != level)
      return std::nullopt;
  }
  if (widths.size() != 2) return std::nullopt;
  return std::pair(widths[DimensionKind::WeightWidth], widths[DimensionKind::SignalWidth]);
}

}  // namespace

UniformGrid uniform_grid(const Exploration& found) {
  std::map<std::pair<int, int>, const Figures*> cells;
  std::set<int> weights;
  std::set<int> activations;
  for (const SeenTrial& trial : found.trials) {
    const auto place = place_of(found.space, trial.candidate);
    if (!place || !trial.figures.usable() || !trial.figures.complete) continue;
    cells[*place] = &trial.figures;
    weights.insert(place->first);
    activations.insert(place->second);
  }
  UniformGrid grid;
  if (cells.size() < 2) return grid;
  grid.weights.assign(weights.begin(), weights.end());
  grid.activations.assign(activations.begin(), activations.end());
  for (const int weight : grid.weights)
    for (const int activation : grid.activations) {
      const auto cell = cells.find({weight, activation});
      grid.figures.push_back(cell == cells.end() ? nullptr : cell->second);
    }
  return grid;
}

}  // namespace fixgate
