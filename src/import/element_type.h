// ONNX's element types by name and as sets.
#pragma once

#include <cstdint>
#include <string>

namespace fixgate {

/// "float16", as ONNX calls the TensorProto.DataType; "number 99" where there is none.
std::string type_name(std::int32_t data_type);

/// A set of element types: bit n stands for the TensorProto.DataType n.
using TypeSet = std::uint32_t;

/// Whether the set has the type.
bool has_type(TypeSet set, std::int32_t data_type);

/// "float16, float or double".
std::string to_text(TypeSet set);

}  // namespace fixgate
