// A model's local functions written out into plain nodes.
#pragma once

#include <string>
#include <vector>

#include "diagnostic/error.h"
#include "onnx.pb.h"

namespace fixgate {

/// ONNX's own operators.
bool is_default_domain(const std::string& domain);

/// The operator set of the default domain. Errors: none, two, or one outside 7 to 22.
Result<std::int64_t> operator_set_of(const onnx::ModelProto& model);

/// The graph's nodes with every call of a local function replaced by the function's nodes, values and nodes
/// inside it named
/// "<call>/<name>", attributes passed on. Errors: recursion; too many or too large nodes; a function with
/// default attributes or of another operator set than the model.
Result<std::vector<onnx::NodeProto>> inline_functions(const onnx::ModelProto& model);

}  // namespace fixgate
