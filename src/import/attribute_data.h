// ONNX AttributeProto to Attribute.
#pragma once

#include <filesystem>
#include <memory>

#include "diagnostic/error.h"
#include "network/graph.h"
#include "onnx.pb.h"

namespace fixgate {

/// Errors, without the attribute's name: a subgraph, sparse tensor or type; a number that is not finite; a
/// reference to a function's attribute that nobody gave.
Result<Attribute> convert_attribute(const onnx::AttributeProto& proto, const std::filesystem::path& folder);

/// Whether a Constant node has one attribute of a kind that is supported. Errors: none or several; text;
/// sparse.
Result<void> check_constant(const onnx::NodeProto& node);

/// The tensor that an attribute of a number or a list of numbers stands for.
std::unique_ptr<onnx::TensorProto> tensor_of(const onnx::AttributeProto& proto);

}  // namespace fixgate
