// Follows the axes of graph inputs to the recurrent nodes.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "network/graph.h"

namespace fixgate::lowering {

struct InputAxis {
  std::string input;
  std::size_t axis = 0;

  friend auto operator<=>(const InputAxis&, const InputAxis&) = default;
};

/// Which input axes the steps and the sequences of a recurrent node are.
struct RecurrentAxes {
  std::optional<InputAxis> steps;
  std::optional<InputAxis> sequences;
};

struct AxisLabels {
  std::vector<RecurrentAxes> recurrent;  // of the nodes that are reached
  bool is_complete = false;              // every node was evaluated
};

/// Evaluates the graph on zeros of the given shapes. Nodes that cannot be evaluated end it.
AxisLabels label_axes(const Graph& graph, const std::map<std::string, Shape>& shapes);

}  // namespace fixgate::lowering
