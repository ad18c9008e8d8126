#include "import/model_files.h"

#include <google/protobuf/io/coded_stream.h>

#include <limits>
#include <set>
#include <string>

#include "files/read.h"
#include "onnx.pb.h"

namespace fixgate {
namespace {

using Locations = std::set<std::string>;

void collect(const onnx::TensorProto& tensor, Locations& locations) {
  for (const auto& entry : tensor.external_data())
    if (entry.key() == "location") locations.insert(entry.value());
}

void collect(const onnx::SparseTensorProto& tensor, Locations& locations) {
  collect(tensor.values(), locations);
  collect(tensor.indices(), locations);
}

void collect(const onnx::AttributeProto& attribute, Locations& locations);
void collect(const onnx::NodeProto& node, Locations& locations);
void collect(const onnx::FunctionProto& function, Locations& locations);
void collect(const onnx::GraphProto& graph, Locations& locations);

template <typename Messages>
void collect_all(const Messages& messages, Locations& locations) {
  for (const auto& message : messages) collect(message, locations);
}

void collect(const onnx::AttributeProto& attribute, Locations& locations) {
  collect(attribute.t(), locations);
  collect(attribute.sparse_tensor(), locations);
  collect_all(attribute.tensors(), locations);
  collect_all(attribute.sparse_tensors(), locations);
  if (attribute.has_g()) collect(attribute.g(), locations);
  collect_all(attribute.graphs(), locations);
}

void collect(const onnx::NodeProto& node, Locations& locations) {
  collect_all(node.attribute(), locations);
}

void collect(const onnx::FunctionProto& function, Locations& locations) {
  collect_all(function.node(), locations);
}

void collect(const onnx::GraphProto& graph, Locations& locations) {
  collect_all(graph.initializer(), locations);
  collect_all(graph.sparse_initializer(), locations);
  collect_all(graph.node(), locations);
}

Locations external_locations(std::string_view bytes) {
  Locations locations;
  google::protobuf::io::CodedInputStream stream(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                                static_cast<int>(bytes.size()));
  onnx::ModelProto model;
  if (!model.ParseFromCodedStream(&stream)) return locations;
  collect(model.graph(), locations);
  collect_all(model.functions(), locations);
  return locations;
}

}  // namespace

void add_model_files(const std::filesystem::path& path, FileUse& use) {
  use.reads(path, "the model");
  const auto bytes = read_file(path, std::numeric_limits<int>::max());
  if (!bytes) return;
  for (const std::string& location : external_locations(*bytes))
    if (!location.empty() && location.find('\0') == std::string::npos)
      use.reads(path.parent_path() / location, "the model's external data");
}

}  // namespace fixgate
