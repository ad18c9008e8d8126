// What the lowering knows of a value without running the graph: whose output it is, and what its axes mean.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "network/network.h"

namespace fixgate {

struct Axis {
  enum class Kind {
    Input,      // an axis of the graph's data input (time or batch), or the batch of a state input
    Steps,      // time and batch merged into one by a Reshape
    Direction,  // of a recurrent layer's outputs; the vectors of a state input
    Feature,    // the vector's elements
    One,        // put in or left over with size 1
  };
  Kind kind = Kind::One;
  int input_axis = -1;            // Kind::Input, of the data input
  std::int64_t size = 1;          // -1: dynamic
  std::vector<Axis> merged = {};  // Kind::Steps: the axes that it was made of, the outer one first

  friend bool operator==(const Axis& a, const Axis& b) {
    return a.kind == b.kind && a.input_axis == b.input_axis && a.size == b.size && a.merged == b.merged;
  }
};

enum class Selection { EveryStep, LastStep, FinalState };

/// What a flow is besides data.
enum class StateKind { None, Hidden, Cell };

/// Data on its way through the chain of layers, or states on their way to or from the cells.
struct Flow {
  int layer = -1;                     // index of the layer whose output it is; -1: a graph input
  bool is_tokens = false;             // integers of the graph's data input
  std::string state_input;            // the graph input that it is, if that holds states
  StateKind state = StateKind::None;  // Y_h or Y_c as it comes, moved or picked from at most
  int changes = 0;                    // bias and activation that the dense layer had when this was its output
  std::vector<Axis> axes;
  Selection selection = Selection::EveryStep;
  std::vector<int> directions;  // the layer's cells, or the state input's vectors, in the order of the
                                // elements; empty: all
  OutputFunction function = OutputFunction::None;
};

/// One number of a shape: a constant, or the size of an axis of the data input.
struct Dimension {
  std::int64_t value = 0;  // -1: not known, what the rest of the shape leaves
  int input_axis = -1;     // >= 0: symbolic, `value` unused

  friend bool operator==(const Dimension&, const Dimension&) = default;
};

/// What Shape and the operators on its result compute.
struct ShapeVector {
  std::vector<Dimension> dimensions;
};

/// Final states of several layers along the first axis, as exporters return them; one entry a cell.
struct StateStack {
  std::vector<Flow> cells;
};

using FlowValue = std::variant<Flow, ShapeVector, StateStack>;

/// What Shape gives for the axis.
Dimension size_of(const Axis& axis);

/// The axes of `from` after a Reshape to `shape`. Merges direction with features and time with batch, undoes
/// the latter, drops and adds axes of size 1. Error: anything else.
Result<std::vector<Axis>> reshape_axes(const std::vector<Axis>& from, const std::vector<Dimension>& shape,
                                       bool allow_zero);

}  // namespace fixgate
