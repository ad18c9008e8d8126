// An ONNX ModelProto to a Graph, checked.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "import/onnx.h"
#include "import/stored_tensors.h"
#include "import/type_check.h"
#include "network/graph.h"
#include "onnx.pb.h"

namespace fixgate {

/// Reads one model. Nothing of a tensor but its type and shape is read before the whole graph is known to fit
/// together.
class GraphReader {
 public:
  /// External data are looked for in `folder`.
  GraphReader(const onnx::ModelProto& model, std::filesystem::path folder)
      : model_(model), folder_(folder), tensors_(std::move(folder)) {}

  /// The graph, called `name`, or everything for which it is refused.
  ExaminedModel read(const std::string& name);

 private:
  /// All but the nodes.
  Result<void> begin(const std::string& name);
  Result<void> add_initialisers();
  Result<void> add_initialiser(const onnx::TensorProto& tensor);
  void add_nodes();
  Result<void> add_node(const onnx::NodeProto& proto, Node node);
  Result<void> add_constant(const onnx::NodeProto& proto);
  Result<void> read_attributes(const onnx::NodeProto& proto, Node& node);
  void check_nodes();
  void refuse(const Result<void>& result);

  const onnx::ModelProto& model_;
  std::filesystem::path folder_;
  std::vector<onnx::NodeProto> nodes_;  // local functions written out
  StoredTensors tensors_;
  Graph graph_;
  ElementTypes types_;
  ElementTypes output_types_;  // as declared
  Refusals refusals_;
};

}  // namespace fixgate
