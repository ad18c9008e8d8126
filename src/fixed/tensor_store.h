// The tensors of a file, to be taken by name.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "fixed/safetensors.h"

namespace fixgate {

/// Each tensor is taken once.
class TensorStore {
 public:
  explicit TensorStore(std::vector<StoredTensor> tensors);

  [[nodiscard]] bool has(const std::string& name) const { return tensors_.contains(name); }
  /// Errors: none of that name, or taken before; another type; another number of dimensions; a dimension
  /// that is impossible.
  Result<StoredTensor> take(const std::string& name, ElementType type, std::size_t dimensions);
  /// Error: one was not taken.
  [[nodiscard]] Result<void> check_empty() const;

 private:
  std::map<std::string, StoredTensor> tensors_;
};

}  // namespace fixgate
