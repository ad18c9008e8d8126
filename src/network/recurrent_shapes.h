// The inputs of ONNX's LSTM, GRU and RNN, and the shapes that they must have beside each other.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "diagnostic/error.h"
#include "network/graph.h"
#include "network/recurrent_attributes.h"

namespace fixgate {

/// The inputs of a recurrent node by their place.
enum RecurrentInput : std::size_t {
  kX,
  kW,
  kR,
  kB,
  kSequenceLengths,
  kInitialHidden,
  kInitialCell,
  kPeepholes
};

bool is_recurrent(const Node& node);

/// What messages call an input: of a recurrent node ONNX's name, "W", else its place, "1".
std::string input_name(const Node& node, std::size_t input);

/// The shape of an input as far as it is known, a dimension of it -1 where that is not; nullptr: left out, or
/// nothing is known.
using ShapeOfInput = std::function<const Shape*(std::size_t input)>;

/// What the shapes say of a node; -1 where they leave it open.
struct RecurrentExtent {
  std::int64_t time = -1;
  std::int64_t batch = -1;
  std::int64_t inputs = -1;
  std::int64_t hidden = -1;
};

/// Compares the shapes of all inputs with each other, `hidden_size` and `direction`. Error: an input whose
/// shape is not what ONNX asks for, with both shapes; a hidden_size that R contradicts.
Result<RecurrentExtent> check_recurrent_shapes(const RecurrentAttributes& attributes,
                                               const ShapeOfInput& shape_of);

}  // namespace fixgate
