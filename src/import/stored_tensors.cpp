#include "import/stored_tensors.h"

#include <set>

#include "import/tensor_data.h"

namespace fixgate {
namespace {

using onnx::TensorProto;

constexpr std::int64_t kMostElements = std::int64_t{1} << 28;  // of all constants together: 1 GiB of floats

Shape shape_of(const TensorProto& proto) {
  return {proto.dims().begin(), proto.dims().end()};
}

bool is_external(const TensorProto& proto) {
  return proto.data_location() == TensorProto::EXTERNAL;
}

std::set<std::string> names_read_by(const Graph& graph) {
  std::set<std::string> names;
  for (const GraphValue& output : graph.outputs) names.insert(output.name);
  for (const Node& node : graph.nodes) names.insert(node.inputs.begin(), node.inputs.end());
  return names;
}

Result<Tensor> read(const TensorProto& proto, const std::filesystem::path& folder) {
  FIXGATE_ASSIGN(Tensor tensor, convert_tensor(proto, folder));
  FIXGATE_CHECK(check_finite(tensor));
  return tensor;
}

}  // namespace

Result<void> StoredTensors::add(const std::string& name, const TensorProto& proto) {
  if (name.empty()) return fail("a tensor has no name");
  if (auto checked = check_tensor(proto); !checked)
    return fail("tensor '{}' {}", name, checked.error().message);
  if (!protos_.emplace(name, &proto).second) return fail("tensor '{}' is given twice", name);
  return {};
}

Result<void> StoredTensors::add(const std::string& name, std::unique_ptr<TensorProto> proto) {
  made_.push_back(std::move(proto));
  return add(name, *made_.back());
}

void StoredTensors::list_types(ElementTypes& types) const {
  for (const auto& [name, proto] : protos_) types[name] = proto->data_type();
}

std::map<std::string, Tensor> StoredTensors::outlines() const {
  std::map<std::string, Tensor> tensors;
  for (const auto& [name, proto] : protos_) tensors[name].shape = shape_of(*proto);
  return tensors;
}

Result<void> StoredTensors::read_into(Graph& graph, std::int64_t& elements) const {
  const std::set<std::string> wanted = names_read_by(graph);
  std::erase_if(graph.constants, [&](const auto& constant) {
    return is_external(*protos_.at(constant.first)) && !wanted.contains(constant.first);
  });
  for (const auto& [name, tensor] : graph.constants) {
    elements += element_count(tensor.shape);
    if (elements > kMostElements)
      return fail("tensor '{}': with it the model's tensors have more than {} elements, which is the limit",
                  name, kMostElements);
  }
  for (auto& [name, tensor] : graph.constants) {
    auto filled = read(*protos_.at(name), folder_);
    if (!filled) return fail("tensor '{}' {}", name, filled.error().message);
    tensor = std::move(*filled);
  }
  return {};
}

}  // namespace fixgate
