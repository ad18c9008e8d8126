// The graph inputs and outputs that an ONNX file declares.
#pragma once

#include <vector>

#include "diagnostic/error.h"
#include "import/type_check.h"
#include "network/graph.h"
#include "onnx.pb.h"

namespace fixgate {

/// Converts the declarations and adds their element types to `types`; `what` is what errors call them.
/// Of a body a type may be left out; it follows from the graph around. Errors: no name, a name twice, no tensor, a
/// type that is not supported, an impossible dimension.
Result<std::vector<GraphValue>> convert_values(
    const google::protobuf::RepeatedPtrField<onnx::ValueInfoProto>& protos, const char* what, bool is_body,
    ElementTypes& types);

}  // namespace fixgate
