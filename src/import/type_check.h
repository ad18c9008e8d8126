// Element types: what each value of a graph has, and whether its operators may take that.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "diagnostic/error.h"
#include "network/graph.h"

namespace fixgate {

/// TensorProto.DataType by value.
using ElementTypes = std::map<std::string, std::int32_t>;

/// Gives the outputs of a node with bodies their types.
using BodyTypes = std::function<Result<void>(const Node&)>;

/// Follows the types through the nodes of `graph`, which are in topological order. `types` holds those of the
/// graph's inputs and constants, and of the outputs of ConstantOfShape, and gets those of all other values;
/// those of nodes with bodies from `follow_bodies`.
/// Returns, for each node that reads it: an input of a type that ONNX does not allow the operator, or beside
/// one of another type where ONNX asks for one; the node is named.
std::vector<Error> check_types(const Graph& graph, ElementTypes& types, const BodyTypes& follow_bodies);

/// Error: a graph output that `declared` gives another type than it has.
Result<void> check_output_types(const ElementTypes& declared, const ElementTypes& types);

}  // namespace fixgate
