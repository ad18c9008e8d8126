// One ONNX TensorProto to a Tensor: every data type, every place where the data may lie.
#pragma once

#include <filesystem>

#include "diagnostic/error.h"
#include "network/tensor.h"
#include "onnx.pb.h"

namespace fixgate {

/// Whether ONNX's element type becomes float (or int64). Errors: string, complex and the types of less than 8
/// bits.
Result<bool> is_float_type(std::int32_t data_type);

/// Looks a tensor through without reading its data. Errors: a type that is not supported; a negative
/// dimension or too many elements; data in two places, in the field of another type, or of another length
/// than the shape asks for.
Result<void> check_tensor(const onnx::TensorProto& proto);

/// Converts values and shape; external data is looked for in `folder` and nowhere else. Nothing is allocated
/// before the data's length is known to fit the shape. Errors: those of check_tensor; external data that
/// cannot be read; a uint64 above the range of int64.
Result<Tensor> convert_tensor(const onnx::TensorProto& proto, const std::filesystem::path& folder);

/// Errors: a NaN or infinite value, with its position.
Result<void> check_finite(const Tensor& tensor);

}  // namespace fixgate
