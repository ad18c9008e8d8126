// The FixedNetwork taken apart into a description (JSON) and tensors: docs/formats.md.
#pragma once

#include <string>
#include <vector>

#include "fixed/fixed_network.h"
#include "fixed/safetensors.h"

namespace fixgate {

struct DescribedNetwork {
  std::string description;            // JSON on one line
  std::vector<StoredTensor> tensors;  // that the description names
};

DescribedNetwork describe(const FixedNetwork& network);

/// The smallest element that holds signed integers of `width` bits, 1..32.
ElementType weight_element(int width);

}  // namespace fixgate
