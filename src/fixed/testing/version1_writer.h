// Writes what versions of fixgate up to the first edition wrote, for tests of the reader.
#pragma once

#include <string>
#include <vector>

#include "fixed/fixed_chain.h"
#include "fixed/safetensors.h"

namespace fixgate {

struct DescribedNetwork {
  std::string description;            // JSON on one line
  std::vector<StoredTensor> tensors;  // that the description names
};

DescribedNetwork describe(const FixedChain& network);

/// The file's bytes.
std::string serialise_version1(const FixedChain& network);

}  // namespace fixgate
