// Which graph inputs hold states, and which outputs give them back: found by the flow of elements.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "lowering/draft.h"
#include "lowering/frame.h"
#include "lowering/lower_to_program.h"

namespace fixgate::lowering {

/// A graph output as codes.
struct OutputCodes {
  std::string name;
  Tensor codes;
};

/// What the search for states has to look at.
struct StateSearch {
  Draft& draft;
  const Framer& framer;
  const Sources& sources;
  const std::map<std::string, Tensor>& inputs;  // the codes of graph inputs that may hold states
  const std::vector<OutputCodes>& outputs;
};

/// Finds the pairs, and makes every state input what its output was one step before: cells' states and windows
/// are carried on, other uses become moves of earlier ticks. `stated` are the pairs that the user names.
/// Errors: a pair that the flow contradicts; an input or output that is not known; candidates that the flow
/// does not decide between; states that come back in another order.
Result<std::vector<StatePair>> connect_states(const StateSearch& search,
                                              const std::vector<std::pair<std::string, std::string>>& stated);

}  // namespace fixgate::lowering
