// ONNX AttributeProto to Attribute.
#pragma once

#include <filesystem>

#include "diagnostic/error.h"
#include "network/graph.h"
#include "onnx.pb.h"

namespace fixgate {

/// Errors, without the attribute's name: a subgraph, sparse tensor or type; a number that is not finite; a
/// reference to a function's attribute that nobody gave.
Result<Attribute> convert_attribute(const onnx::AttributeProto& proto, const std::filesystem::path& folder);

/// The tensor that a Constant node holds, in whichever of its attributes. Errors: none or several; text;
/// sparse.
Result<Tensor> convert_constant(const onnx::NodeProto& node, const std::filesystem::path& folder);

}  // namespace fixgate
