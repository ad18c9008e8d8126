// The walk over the graph's nodes that builds the chain of layers.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "network/graph.h"
#include "network/lowering/flow.h"
#include "network/network.h"

namespace fixgate {

class Lowering {
 public:
  explicit Lowering(const Graph& graph) : graph_(graph) {}

  Result<Network> run();

 private:
  // lowering.cpp: the walk, inputs and outputs
  Result<void> enter_inputs();
  Result<void> lower_node(const Node& node);
  Result<void> finish();
  Result<const Flow*> main_output() const;
  void find_state_inputs();
  void trace_state(const std::string& value);
  [[nodiscard]] bool reads_a_shape(const Node& node) const;
  Result<void> lower_opaque(const Node& node, const FlowValue& value);

  // layers.cpp: operators that become layers, or parts of them
  Result<void> lower_embedding(const Node& node);
  Result<void> lower_matrix(const Node& node);
  Result<void> lower_gemm(const Node& node);
  Result<void> lower_add(const Node& node);
  Result<void> lower_activation(const Node& node);
  Result<void> lower_output_function(const Node& node);
  Result<void> append_dense(const Node& node, const Flow& flow, SharedMatrix weights);

  // recurrent.cpp
  Result<void> lower_recurrent(const Node& node);
  Result<void> note_time_axis(const Flow& flow, bool batch_first);
  Result<void> check_initial_states(const Node& node) const;
  void put_recurrent_outputs(const Node& node, const Flow& from, bool batch_first);

  // axes.cpp: operators that only move, pick or rename axes
  Result<void> lower_axes(const Node& node, const Flow& flow);
  Result<void> lower_split(const Node& node, const Flow& flow);
  Result<void> lower_concat(const Node& node);
  Result<Flow> reshaped(const Node& node, const Flow& from) const;
  Result<Flow> gathered(const Node& node, const Flow& from) const;
  Result<Flow> sliced(const Node& node, const Flow& from) const;
  Result<std::vector<std::int64_t>> slice_list(const Node& node, const char* name, std::size_t input) const;

  // shapes.cpp: Shape and the operators on its result
  Result<void> lower_shape_of(const Node& node, const Flow& flow);
  Result<void> lower_shape(const Node& node, const ShapeVector& shape);
  Result<void> lower_shape_concat(const Node& node);
  Result<void> lower_shape_product(const Node& node);

  // states.cpp: final states of several layers in one tensor
  Result<void> stack_states(const Node& node);
  Result<void> lower_state_stack(const Node& node, const StateStack& stack);

  // shared by all
  /// The flow of an input value, or nothing if it is a constant or left out.
  [[nodiscard]] const FlowValue* find(const std::string& value) const;
  [[nodiscard]] const Tensor* constant(const Node& node, std::size_t input) const;
  [[nodiscard]] Result<Flow> data_input(const Node& node, std::size_t input = 0) const;
  /// Errors: the flow is not what the last layer hands on. Appends the Select that the flow stands for, if any.
  Result<void> append(Layer layer, const Flow& from);
  Result<void> append_select(const Flow& from);
  /// Errors: only a part of a recurrent layer's directions, or not side by side.
  [[nodiscard]] Result<void> check_directions(const Flow& from) const;
  std::string layer_name_for(const Node& node);
  void put(const Node& node, FlowValue value, std::size_t output = 0);
  [[nodiscard]] bool is_time(const Axis& axis) const;
  /// The flow is of one cell alone, and that cell runs from the last step to the first.
  [[nodiscard]] bool is_reverse_cell(const Flow& flow) const;

  const Graph& graph_;
  Network network_;
  std::map<std::string, FlowValue> values_;
  std::set<std::string> state_inputs_;
  std::set<std::string> names_;
  std::optional<int> time_axis_;  // axis of the data input; known from the first recurrent layer on
};

/// A constant integer tensor's values, or an error that names the node.
Result<std::vector<std::int64_t>> integer_list(const Tensor* tensor, const char* what);

}  // namespace fixgate
