// ONNX files in: protobuf to Graph, checked.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "diagnostic/error.h"
#include "network/graph.h"
#include "network/tensor.h"

namespace fixgate {

/// Why a model is refused, without the file's name; never empty.
using Refusals = std::vector<Error>;
using ExaminedModel = tl::expected<Graph, Refusals>;

/// Reads an ONNX model of operator sets 7 to 22 (the default domain; local functions are inlined). Weights
/// may lie in external files inside the model's folder. Errors, each naming the file and the node, tensor or
/// value: not an ONNX file, truncated, damaged; an operator, attribute, type or operator set that is not
/// supported; a graph that is not well-formed (cycles, two producers, undefined values, no outputs); inputs
/// of a type that ONNX does not allow their operator; sizes of a recurrent node that contradict each other;
/// weights that are NaN or infinite, incomplete or outside the folder.
Result<Graph> import_onnx(const std::filesystem::path& path);

/// The same from memory: `folder` is where external data may lie, `name` the graph's name and the file's in
/// errors.
Result<Graph> import_onnx_bytes(std::string_view bytes, const std::filesystem::path& folder,
                                const std::string& name);

/// The same with all that is refused rather than the first. Error: the file cannot be read, or is no ONNX
/// model.
Result<ExaminedModel> examine_onnx(const std::filesystem::path& path);

/// A tensor with the name that it carries.
struct NamedTensor {
  std::string name;
  Tensor tensor;
};

/// Reads one TensorProto file (.pb), as ONNX's test data has them; values may be NaN or infinite here.
Result<NamedTensor> import_named_tensor(const std::filesystem::path& path);

/// The same without the name.
Result<Tensor> import_tensor(const std::filesystem::path& path);

}  // namespace fixgate
