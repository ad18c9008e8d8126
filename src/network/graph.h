// The network as the ONNX file states it: operators on named values, checked and in topological order.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "network/tensor.h"

namespace fixgate {

struct Graph;

/// A graph that a node runs: a branch of an If, the body of a Loop or Scan.
using Body = std::shared_ptr<const Graph>;

using Attribute = std::variant<std::int64_t, float, std::string, std::vector<std::int64_t>,
                               std::vector<float>, std::vector<std::string>, Tensor, Body>;

/// One operator. An empty string among the inputs is an optional input left out (ONNX convention).
struct Node {
  std::string name;  // the file's, or "<op_type>_<position>" where the file has none; unique in the graph
  std::string op_type;
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
  std::map<std::string, Attribute> attributes;
  std::int64_t unnamed_position = -1;  // where the file has no name: the node's place in it, from 0
  std::size_t captured = 0;            // inputs, the last ones: what the bodies read of the graph around them
};

/// What messages call a node: "node 'gru' (GRU)", or by its place "node 7 (Gather, unnamed)".
std::string describe(const Node& node);

/// A graph input or output as declared. A dimension is -1 where it is symbolic or not stated.
struct GraphValue {
  std::string name;
  bool is_float = true;
  bool has_shape = false;
  Shape shape;
  std::vector<std::string> dimension_names = {};  // one a dimension; empty where it has none
};

/// A body reads nothing but its own values: what ONNX lets it read of the graphs around it are its last inputs, one
/// for each captured input of its node, under the names that they have outside. Invariants (kept by import): every value has one producer, names are unique, nodes are in topological
/// order, every operator and attribute is known, constants are finite.
struct Graph {
  std::string name;  // the file's stem
  std::int64_t operator_set = 0;
  std::vector<GraphValue> inputs;  // without those that have an initialiser
  std::vector<GraphValue> outputs;
  std::vector<Node> nodes;
  std::map<std::string, Tensor> constants;  // initialisers and Constant nodes; one entry even if used twice
};

}  // namespace fixgate
