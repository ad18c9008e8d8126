// From the ONNX graph to a program with real numbers: what calibration and quantisation work on.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "diagnostic/error.h"
#include "network/graph.h"
#include "network/graph_settings.h"
#include "program/float_network.h"

namespace fixgate::lowering {

using Options = GraphSettings;

/// A graph input that holds states, and the output that gives them back.
struct StatePair {
  std::string input;
  std::optional<std::string> output = std::nullopt;  // none: an initial value, zero

  friend bool operator==(const StatePair&, const StatePair&) = default;
};

/// A graph input or output that carries data, and what its axes are. Program inputs and outputs are in the
/// order of these.
struct Port {
  std::string name;                                // the graph's
  Shape shape;                                     // -1: open; one that is neither time nor sequences is 1
  std::optional<std::size_t> time = std::nullopt;  // the axis of the steps
  std::optional<std::size_t> sequences = std::nullopt;  // the axis of independent sequences, if it is not 1
};

/// What the graph computes, and how its inputs and outputs stand to the program's.
struct LoweredProgram {
  program::FloatNetwork network;
  std::vector<Port> inputs;
  std::vector<Port> outputs;
  std::vector<StatePair> states;
};

/// The graph as a program. `graph` is folded (fold_constants, fold_initial_states). What a program cannot say
/// exactly is refused with the node's name and the reason; nothing is approximated.
Result<LoweredProgram> lower_to_program(const Graph& graph, const Options& options = {});

/// A layer, for people.
struct LayerLine {
  std::string name;
  std::string label;  // "GRU, 8 -> 32"
  std::string clock;
  std::vector<std::string> inputs = {};  // names of values, layer.value; of a refused graph none
};

/// As much of a graph as is understood.
struct Examination {
  std::optional<LoweredProgram> lowered;  // nothing where something is refused
  std::vector<LayerLine> understood;      // of a refused graph: the layers that are no reason for it
  std::vector<Error> refusals;            // all of them, in the order of the nodes
  std::vector<std::string> must_be_set;   // symbolic dimensions and inputs that --set has to fix
};

/// lower_to_program() and all that it refuses; its error is the first refusal.
Examination examine(const Graph& graph, const Options& options = {});

/// One a layer, in the program's order.
std::vector<LayerLine> layer_lines(const program::Program& program);

}  // namespace fixgate::lowering
