// The uniform widths of the source.
#include <set>

#include "explore/strategy.h"

namespace fixgate {
namespace {

/// Every level that a dimension of the kind has.
std::set<int> levels_of(const SearchSpace& space, DimensionKind kind) {
  std::set<int> levels;
  for (const Dimension& dimension : space.dimensions)
    if (dimension.kind == kind) levels.insert(dimension.levels.begin(), dimension.levels.end());
  return levels;
}

}  // namespace

void search_grid(Search& search) {
  std::vector<Candidate> candidates;
  const Candidate start = untouched(search.space);
  for (const int weights : levels_of(search.space, DimensionKind::WeightWidth))
    for (const int activations : levels_of(search.space, DimensionKind::SignalWidth)) {
      const Candidate uniform = with_level(search.space, start, DimensionKind::WeightWidth, weights);
      candidates.push_back(with_level(search.space, uniform, DimensionKind::SignalWidth, activations));
    }
  (void)search.trials.run(candidates, false);
}

}  // namespace fixgate
