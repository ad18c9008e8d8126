// Reads the files that the first edition wrote: docs/formats.md, "Version 1".
#pragma once

#include <string_view>
#include <vector>

#include "fixed/fixed_chain.h"
#include "fixed/safetensors.h"

namespace fixgate {

/// The chain that the description (JSON) puts together from the tensors, verified. Errors: not JSON, a key
/// that is missing, unknown or of another type, a name that nothing has, a tensor that is missing, of another
/// type or shape, or without use.
Result<FixedChain> read_version1(std::string_view description, std::vector<StoredTensor> tensors);

}  // namespace fixgate
