// The FixedNetwork put together from its description and tensors: docs/formats.md.
#pragma once

#include <string_view>
#include <vector>

#include "fixed/fixed_network.h"
#include "fixed/safetensors.h"

namespace fixgate {

/// The inverse of describe(), not yet verified. Errors: not JSON, a key that is missing, unknown or of
/// another type, a name that nothing has, a tensor that is missing, of another type or shape, or without use.
Result<FixedNetwork> assemble(std::string_view description, std::vector<StoredTensor> tensors);

}  // namespace fixgate
