// What the inputs and outputs of a graph are to a sequence of data: found out by running parts of the graph.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "diagnostic/error.h"
#include "network/graph.h"
#include "network/kinds.h"

namespace fixgate {

/// A state that is a graph input, and the output that has its next value; empty: none has.
struct GraphState {
  GraphValue input;
  std::string output;
};

struct GraphRoles {
  GraphValue data;
  std::size_t time_axis = 0;              // of the data
  std::optional<std::size_t> batch_axis;  // of the data
  std::int64_t batch = 1;                 // sequences a call: 1, or what the file fixes
  CallSteps call;
  std::vector<GraphState> states;
  std::vector<GraphValue> lengths;  // sequence_lens
  std::string output;               // what the network computes, before `function`
  OutputFunction function = OutputFunction::None;
};

/// Errors: not one data input, or an axis of it that cannot be told; not one output besides states; no LSTM,
/// GRU or RNN that reads the data.
Result<GraphRoles> find_roles(const Graph& graph);

/// The tensor's shape in one call: what the file leaves open of a state or of lengths is `batch`.
Shape call_shape(const GraphValue& declared, std::int64_t batch);

}  // namespace fixgate
