// A strategy asks for trials until it is done or told that the search ends. It sees nothing but their
// figures, and what it asks for next depends on nothing but them and the seed: so the same search takes the
// same way on any number of threads and processes, and takes it again when it goes on after an interruption.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "explore/figures.h"
#include "explore/limits.h"
#include "explore/search_space.h"

namespace fixgate {

struct SeenTrial {
  Candidate candidate;
  Figures figures;
};

/// Runs trials, many at a time.
class TrialRunner {
 public:
  virtual ~TrialRunner() = default;
  /// The figures in the order of the candidates. With `race`, what is shown to lose is not seen to the end.
  /// None: the search ends (budget, time, interruption, error).
  virtual std::optional<std::vector<Figures>> run(const std::vector<Candidate>& candidates, bool race) = 0;
  /// Every different trial so far, of all strategies, in the order in which they were asked for.
  [[nodiscard]] virtual const std::vector<SeenTrial>& seen() const = 0;
};

struct Search {
  const SearchSpace& space;
  TrialRunner& trials;
  std::vector<Objective> objectives;
  Limits limits;
  std::uint64_t seed = 1;
};

using Strategy = void (*)(Search& search);

/// grid: the uniform widths of the source, every width of weights with every width of activations.
void search_grid(Search& search);

/// sensitivity: each dimension alone at each of its levels, the rest as wide as can be; then the bits are
/// allocated, dearest harm last.
void search_sensitivity(Search& search);

/// evolve: NSGA-II (Deb et al., IEEE Transactions on Evolutionary Computation 6, 2002) as pagmo has it, from
/// the best trials so far.
void search_evolve(Search& search);

struct NamedStrategy {
  std::string_view name;
  Strategy run = nullptr;
};

/// "sensitivity,evolve": to be run one after the other. Errors: an unknown name, one twice.
Result<std::vector<NamedStrategy>> parse_strategies(std::string_view text);

}  // namespace fixgate
