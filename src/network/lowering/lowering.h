// The walk over the graph's nodes that builds the chain of layers.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "network/graph.h"
#include "network/lower.h"
#include "network/lowering/flow.h"
#include "network/network.h"
#include "network/recurrent_attributes.h"
#include "network/recurrent_shapes.h"

namespace fixgate {

/// The constant inputs of one node by their place; nullptr: none, or not constant.
using ConstantInputs = std::array<const Tensor*, kPeepholes + 1>;

class Lowering {
 public:
  explicit Lowering(const Graph& graph) : graph_(graph) {}

  LoweredGraph run();

 private:
  using Handler = Result<void> (Lowering::*)(const Node&);
  using Move = std::function<Result<Flow>(const Lowering&, const Node&, const Flow&)>;

  /// One state of one cell.
  struct StateVector {
    int layer = 0;
    int cell = 0;
    StateKind kind = StateKind::Hidden;

    friend auto operator<=>(const StateVector&, const StateVector&) = default;
  };

  // lowering.cpp: the walk, inputs and outputs
  /// Error: there is no data input, so nothing to judge.
  Result<void> enter_inputs();
  Result<void> enter_data(const GraphValue& input);
  void lower_or_refuse(const Node& node);
  Result<void> lower_node(const Node& node);
  Result<void> finish();
  void note_fixed_steps();
  Result<void> find_main_output();
  Result<void> check_output_axes(const Flow& output) const;
  [[nodiscard]] bool reads_a_shape(const Node& node) const;
  /// The operators that become layers or parts of them, or put flows together.
  static const std::map<std::string, Handler>& handlers();

  // refusals.cpp: the walk goes on after a refusal, to find the others
  void refuse(const Node& node, const Error& reason);
  /// What is wrong with a node whatever it reads: its operator, its attributes.
  void refuse_by_itself(const Node& node);
  // apart.cpp: nodes that read what is not known, as the layers that their constants make them
  void note_apart(const Node& node);
  void note_apart_recurrent(const Node& node);
  void note_apart_dense(const Node& node);
  void note_apart_bias(const Node& node);
  void put_unknown(const std::string& value);
  [[nodiscard]] bool reads_unknown(const Node& node) const;

  // layers.cpp: operators that become layers, or parts of them
  Result<void> lower_embedding(const Node& node);
  Result<void> lower_matrix(const Node& node);
  Result<void> lower_gemm(const Node& node);
  Result<void> lower_add(const Node& node);
  Result<void> lower_activation(const Node& node);
  Result<void> lower_output_function(const Node& node);
  Result<void> append_dense(const Node& node, const Flow& flow, SharedMatrix weights);
  /// The dense layer whose output the flow is, as long as nothing has read it; else nullptr.
  [[nodiscard]] DenseLayer* open_dense(const Flow& flow);
  void put_changed(const Node& node, Flow flow);

  // recurrent.cpp
  Result<void> lower_recurrent(const Node& node);
  Result<void> note_time_axis(const Flow& flow, bool batch_first);
  void put_recurrent_outputs(const Node& node, const Flow& from, bool batch_first);

  // axes.cpp: operators that only move, pick or rename axes
  Result<void> lower_axes(const Node& node, const Flow& flow);
  static const std::map<std::string, Move>& moves();
  Result<Flow> squeezed(const Node& node, const Flow& from) const;
  Result<void> lower_split(const Node& node, const Flow& flow);
  Result<void> lower_concat(const Node& node);
  Result<Flow> reshaped(const Node& node, const Flow& from) const;
  Result<Flow> gathered(const Node& node, const Flow& from) const;
  Result<Flow> sliced(const Node& node, const Flow& from) const;
  [[nodiscard]] Result<void> pick(Flow& flow, std::size_t axis, std::int64_t first, std::int64_t last) const;
  /// Adds the directions of `flow` to those of `whole`.
  Result<void> join(Flow& whole, const Flow& flow, std::size_t axis) const;
  Result<std::vector<std::int64_t>> slice_list(const Node& node, const char* name, std::size_t input) const;
  /// The one index, 0- or 1-dimensional, of a Gather.
  [[nodiscard]] Result<std::int64_t> gathered_index(const Node& node) const;

  // shapes.cpp: Shape and the operators on its result
  Result<void> lower_shape_of(const Node& node, const Flow& flow);
  Result<void> lower_shape(const Node& node, const ShapeVector& shape);
  Result<void> lower_shape_concat(const Node& node);
  Result<void> lower_shape_product(const Node& node);
  Result<std::vector<Dimension>> sliced_shape(const Node& node, const ShapeVector& shape) const;
  /// The dimensions that an input holds: computed from a shape, or constant.
  [[nodiscard]] Result<std::vector<Dimension>> dimensions_of(const Node& node, std::size_t input) const;

  // states.cpp: states from graph inputs to the cells, and final states of several layers in one tensor
  void find_state_inputs();
  void enter_state_input(const GraphValue& input);
  Result<void> connect_initial_state(const Node& node, std::size_t input, bool batch_first,
                                     std::size_t cells);
  [[nodiscard]] Result<std::vector<StateVector>> output_states(const std::string& name,
                                                               const FlowValue& value) const;
  Result<void> check_stream();
  [[nodiscard]] bool has_reverse_cell() const;
  /// Whether all state inputs come back as outputs. Error: only some of them, or in another order.
  [[nodiscard]] Result<bool> returns_states(const std::vector<std::vector<StateVector>>& inputs) const;
  Result<void> stack_states(const Node& node, std::size_t axis);
  Result<void> lower_state_stack(const Node& node, const StateStack& stack);
  Result<void> gather_state(const Node& node, const StateStack& stack);
  Result<void> slice_states(const Node& node, const StateStack& stack);

  // shared by all
  /// The flow of an input value, or nothing if it is a constant or left out.
  [[nodiscard]] const FlowValue* find(const std::string& value) const;
  [[nodiscard]] const Tensor* constant(const Node& node, std::size_t input) const;
  [[nodiscard]] ConstantInputs constants_of(const Node& node) const;
  /// Errors: the input is neither data nor a state.
  [[nodiscard]] Result<Flow> flow_input(const Node& node, std::size_t input = 0) const;
  /// Errors: the input is not what a layer may read: data, or final hidden states.
  [[nodiscard]] Result<Flow> data_input(const Node& node, std::size_t input = 0) const;
  /// Errors: the flow is not what the last layer hands on. Appends the Select that the flow stands for, if
  /// any.
  Result<void> append(Layer layer, const Flow& from);
  Result<void> append_select(const Flow& from);
  /// Errors: only a part of a recurrent layer's directions, or not side by side.
  [[nodiscard]] Result<void> check_directions(const Flow& from) const;
  [[nodiscard]] const RecurrentLayer* recurrent_layer(const Flow& flow) const;
  [[nodiscard]] bool is_main(const std::string& output) const { return output == main_output_; }
  std::string layer_name_for(const Node& node);
  void put(const Node& node, FlowValue value, std::size_t output = 0);
  [[nodiscard]] bool is_time(const Axis& axis) const;

  const Graph& graph_;
  Network network_;
  std::map<std::string, FlowValue> values_;
  std::set<std::string> state_inputs_;
  std::map<std::string, std::vector<std::optional<StateVector>>>
      state_vectors_;  // by state input: whose initial state each is
  std::set<std::string> names_;
  std::optional<int> time_axis_;  // axis of the data input; known from the first recurrent layer on
  int changes_ = 0;               // bias and activation that the last layer has got so far
  std::string main_output_;
  std::vector<Error> refusals_;
  std::vector<Layer> apart_;       // layers that nothing is known to lead to
  std::string apart_output_;       // of the last of them, if that is a dense layer without bias
  std::set<std::string> unknown_;  // values of refused nodes and inputs, and of what reads them
};

/// The attributes and inputs of a recurrent node that fixed point does not support.
std::vector<Error> unsupported_features(const Node& node, const RecurrentAttributes& attributes,
                                        const Tensor* peepholes);

/// The layer without its name. `x` is the shape of the data, -1 where it is not known; nullptr: nothing is.
/// Errors: an input that is not constant; shapes that do not fit each other.
Result<RecurrentLayer> make_recurrent_layer(const Node& node, const RecurrentAttributes& attributes,
                                            const ConstantInputs& constants, const Shape* x);

/// A constant matrix, of floats.
bool is_matrix(const Tensor* tensor);
FloatMatrix matrix_of(const Tensor& tensor);

/// A constant integer tensor's values, or an error that says what it should have been.
Result<std::vector<std::int64_t>> integer_list(const Tensor* tensor, const char* what);

/// 0..count-1.
std::vector<int> all_of(std::size_t count);

}  // namespace fixgate
