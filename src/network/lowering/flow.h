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
    Input,      // an axis of the graph's data input: time or batch
    Steps,      // time and batch merged into one by a Reshape
    Direction,  // of a recurrent layer's outputs
    Feature,    // the vector's elements
    One,        // put in or left over with size 1
  };
  Kind kind = Kind::One;
  int input_axis = -1;     // Kind::Input
  std::int64_t size = 1;   // -1: dynamic

  friend bool operator==(const Axis&, const Axis&) = default;
};

enum class Selection { EveryStep, LastStep, FinalState };

/// Data on its way through the chain of layers.
struct Flow {
  int layer = -1;  // index of the layer whose output it is; -1: the graph's data input
  std::vector<Axis> axes;
  Selection selection = Selection::EveryStep;
  std::vector<int> directions;  // of the recurrent layer, in the order of the features; empty: all
  bool is_state = false;        // Y_h as it comes, reshaped at most
  OutputFunction function = OutputFunction::None;

  [[nodiscard]] bool is_tokens() const { return layer < 0 && (axes.empty() || axes.back().kind != Axis::Kind::Feature); }
};

/// One number of a shape: a constant, or the size of an axis of the data input.
struct Dimension {
  std::int64_t value = 0;
  int input_axis = -1;  // >= 0: symbolic, `value` unused

  friend bool operator==(const Dimension&, const Dimension&) = default;
};

/// What Shape and the operators on its result compute.
struct ShapeVector {
  std::vector<Dimension> dimensions;
};

/// Final hidden states of several layers, one above the other as exporters return them; one entry a cell.
struct StateStack {
  std::vector<Flow> cells;
};

/// What no layer depends on: a state on its way from a graph input to a cell or from a cell to a graph output, or
/// arithmetic on shapes that only such a state needs.
struct Opaque {};

using FlowValue = std::variant<Flow, ShapeVector, StateStack, Opaque>;

/// The axes of `from` after a Reshape to `shape`. Merges direction with features and time with batch, undoes the
/// latter, drops and adds axes of size 1. Error: anything else.
Result<std::vector<Axis>> reshape_axes(const std::vector<Axis>& from, const std::vector<Dimension>& shape,
                                       bool allow_zero);

}  // namespace fixgate
