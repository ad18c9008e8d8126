// One evaluation of a graph, node by node.
#pragma once

#include <vector>

#include "diagnostic/error.h"
#include "network/graph.h"
#include "network/operators/operators.h"

namespace fixgate {

/// What the nodes of a run may take, as in OperatorCall.
struct RunLimits {
  std::int64_t element_limit = kElementLimit;
  std::int64_t shared_limit = 0;
  RunBudget* budget = nullptr;
};

/// The graph's outputs, in its order, for its inputs, in its order. Errors: those of the nodes, which are named;
/// another number of inputs.
Result<std::vector<Tensor>> run_graph(const Graph& graph, const std::vector<const Tensor*>& inputs,
                                      const RunLimits& limits);

}  // namespace fixgate
