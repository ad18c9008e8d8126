#include "fixed/tensor_store.h"

#include <utility>

#include "fixed/verify.h"

namespace fixgate {

TensorStore::TensorStore(std::vector<StoredTensor> tensors) {
  for (StoredTensor& tensor : tensors) {
    std::string name = tensor.name;
    tensors_.emplace(std::move(name), std::move(tensor));
  }
}

Result<StoredTensor> TensorStore::take(const std::string& name, ElementType type, std::size_t dimensions) {
  const auto found = tensors_.find(name);
  if (found == tensors_.end()) return fail("tensor '{}' is missing, or used twice", name);
  StoredTensor tensor = std::move(found->second);
  tensors_.erase(found);
  if (tensor.type != type)
    return fail("tensor '{}' is {}, not {}", name, to_text(tensor.type), to_text(type));
  if (tensor.shape.size() != dimensions)
    return fail("tensor '{}' has {} dimensions, not {}", name, tensor.shape.size(), dimensions);
  for (const std::int64_t size : tensor.shape)
    if (size < 1 || size > kMaxDimension)
      return fail("tensor '{}' has a dimension of {}; 1 to {} are possible", name, size, kMaxDimension);
  return tensor;
}

Result<void> TensorStore::check_empty() const {
  if (!tensors_.empty()) return fail("tensor '{}' has no use", tensors_.begin()->first);
  return {};
}

}  // namespace fixgate
