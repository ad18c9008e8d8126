// From the ONNX graph to the chain of layers that the fixed-point stages work on.
#pragma once

#include <vector>

#include "network/graph.h"
#include "network/network.h"

namespace fixgate {

/// The graph as a Network. `graph` is folded (fold_constants, fold_initial_states). What a Network cannot say
/// exactly is refused with the node's name and the reason; nothing is approximated: peepholes, clip,
/// input_forget, sequence_lens, branches between layers, element-wise arithmetic outside a dense layer's
/// bias, activations that do not follow a dense layer, a selection other than the last step or the final
/// states.
Result<Network> lower(const Graph& graph);

/// As much of a graph as is understood, and why the rest is not.
struct LoweredGraph {
  Network network;  // all of it where nothing is refused; else the layers that stand for nodes by themselves
  /// In the order of the nodes. A node that reads a refused node's result is judged by its own operator and
  /// attributes only.
  std::vector<Error> refusals;
};

/// lower() and all that it refuses; lower()'s error is the first refusal.
LoweredGraph lower_what_can_be(const Graph& graph);

}  // namespace fixgate
