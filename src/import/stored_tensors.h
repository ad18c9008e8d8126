// The constant tensors of an ONNX file: looked through at first, read once everything else fits together.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "diagnostic/error.h"
#include "import/type_check.h"
#include "network/graph.h"
#include "network/tensor.h"
#include "onnx.pb.h"

namespace fixgate {

class StoredTensors {
 public:
  /// External data are looked for in `folder`.
  explicit StoredTensors(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// Keeps `proto`, which outlives this, under `name`. Errors: no name, a name twice, or those of
  /// check_tensor.
  Result<void> add(const std::string& name, const onnx::TensorProto& proto);
  /// The same of a tensor that is no part of the file.
  Result<void> add(const std::string& name, std::unique_ptr<onnx::TensorProto> proto);

  /// Adds the element type of every tensor.
  void list_types(ElementTypes& types) const;

  /// Every tensor with its shape, and without its data.
  [[nodiscard]] std::map<std::string, Tensor> outlines() const;

  /// Reads their data into the constants of `graph`; external data that it does not need are left out.
  /// `elements` counts those of all graphs of the model. Errors: too many of them, before any of this graph is
  /// read; external data; a value that is NaN or infinite. The tensor is named.
  Result<void> read_into(Graph& graph, std::int64_t& elements) const;

 private:
  std::filesystem::path folder_;
  std::map<std::string, const onnx::TensorProto*> protos_;
  std::vector<std::unique_ptr<onnx::TensorProto>> made_;
};

}  // namespace fixgate
