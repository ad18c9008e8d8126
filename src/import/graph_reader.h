// An ONNX ModelProto to a Graph, checked.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "import/onnx.h"
#include "import/stored_tensors.h"
#include "import/type_check.h"
#include "network/graph.h"
#include "onnx.pb.h"

namespace fixgate {

/// The model's graph, called `name`, or everything for which it is refused. External data are looked for in
/// `folder`. Nothing of a tensor but its type and shape is read before the whole graph is known to fit together.
ExaminedModel read_model(const onnx::ModelProto& model, const std::filesystem::path& folder,
                         const std::string& name);

/// Reads one graph and the bodies of its nodes, stage by stage; a stage is only for graphs that the one before did
/// not refuse.
class GraphReader {
 public:
  using Nodes = std::vector<const onnx::NodeProto*>;

  /// What a graph reader reads outlives it.
  GraphReader(const onnx::GraphProto& proto, std::filesystem::path folder, std::int64_t operator_set,
              bool is_body);

  /// Declarations, tensors' shapes, nodes with their attributes and bodies. `nodes`: the graph's, local functions
  /// written out.
  void read_structure(const Nodes& nodes);

  /// What the nodes and outputs read and nothing in the graph makes, in the order of their use.
  [[nodiscard]] std::vector<std::string> free_values() const;

  /// Makes values of the graph around inputs of this body, behind its own.
  void capture(const std::vector<std::string>& values);

  /// Puts the nodes into topological order.
  void order();

  /// Types of all values, and the shapes of recurrent nodes.
  void check_nodes();

  /// The data of all tensors. `elements` counts those of all graphs.
  Result<void> read_tensors(std::int64_t& elements);

  [[nodiscard]] const Refusals& refusals() const { return refusals_; }
  [[nodiscard]] const std::shared_ptr<Graph>& graph() const { return graph_; }

 private:
  using Readers = std::vector<std::unique_ptr<GraphReader>>;

  /// All but the nodes.
  Result<void> read_declarations();
  Result<void> add_initialiser(const onnx::TensorProto& tensor);
  Result<void> add_node(const onnx::NodeProto& proto, Node node);
  Result<void> add_constant(const onnx::NodeProto& proto);
  Result<void> read_attributes(const onnx::NodeProto& proto, Node& node);
  Result<void> read_attribute(const onnx::AttributeProto& proto, Node& node);
  Result<Attribute> read_body(const onnx::GraphProto& proto, const Node& node);
  void capture_for(Node& node);
  void state_types();
  Result<void> follow_bodies(const Node& node);
  Result<void> follow_body(const Node& node, GraphReader& body);
  Result<void> take_input_types(const Node& node, const ElementTypes& around);
  [[nodiscard]] Result<void> check_state_types(const Node& node) const;
  Result<void> give_output_types(const Node& node, ElementTypes& around) const;
  void refuse(const Result<void>& result);

  const onnx::GraphProto& proto_;
  std::filesystem::path folder_;
  bool is_body_;
  StoredTensors tensors_;
  std::shared_ptr<Graph> graph_ = std::make_shared<Graph>();
  std::map<std::string, Readers> bodies_;  // by the node's name
  ElementTypes types_;
  ElementTypes output_types_;  // as declared
  Refusals refusals_;
};

}  // namespace fixgate
