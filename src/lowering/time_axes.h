// Which axes of a graph's inputs are steps and which are sequences, and the sizes that a traced run has.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lowering/lower_to_program.h"
#include "network/graph.h"

namespace fixgate::lowering {

/// One input in a traced run.
struct ProbedInput {
  Shape shape;
  std::optional<std::size_t> time = std::nullopt;
  std::optional<std::size_t> sequences = std::nullopt;  // of a size that the file fixes
  std::size_t clock = 0;                                // its number among the clocks
  bool may_be_state = false;                            // it has no steps
};

/// A traced run: sizes for all that is open.
struct Probe {
  std::map<std::string, ProbedInput> inputs;
  struct Clock {
    std::int64_t ticks = 1;
    std::int64_t fixed = 0;  // as the file fixes it; 0: open
  };
  std::vector<Clock> clocks;
  bool has_fixed_sequences = false;
  bool has_fixed_steps = false;
  bool steps_are_guessed = false;  // no recurrent node says which axis they are
};

/// Which axes of fixed size are taken for what recurrent nodes make of them.
struct FixedAxes {
  bool sequences = true;  // else positions side by side
  bool steps = true;      // else parts of a vector, with inner steps
};

/// Two probes of different sizes, or one where the file fixes all. Errors: inputs without a shape; dimensions
/// that only --set can fix.
Result<std::vector<Probe>> make_probes(const Graph& graph, const FixedAxes& fixed);

}  // namespace fixgate::lowering
