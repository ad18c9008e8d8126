// Simplifying a graph without changing what it computes.
#pragma once

#include "diagnostic/error.h"
#include "network/graph.h"

namespace fixgate {

/// Evaluates every node whose inputs are all constant with the executor's operators, and the sizes that the
/// declared shapes already fix; puts the branch that an If with a constant condition takes in its place; removes
/// Identity and inference-time Dropout, then nodes and constants that no
/// output needs. Graph inputs and outputs stay as they are. Errors: a node that cannot be evaluated (named),
/// constants that grow out of bounds.
Result<void> fold_constants(Graph& graph);

/// Leaves out ("" in Node.inputs) the initial_h and initial_c of LSTM, GRU and RNN that are zero for all
/// sizes of the dynamic dimensions: constants, and the Shape, Gather, Concat, ConstantOfShape, Expand chains
/// of the exporters. A product with zero counts as zero, which holds for finite values. Then removes what no
/// output needs any more.
Result<void> fold_initial_states(Graph& graph);

/// Removes the nodes and constants that no graph output needs.
void remove_unused(Graph& graph);

}  // namespace fixgate
