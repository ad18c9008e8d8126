#include "quantize/weight_cache.h"

#include <algorithm>
#include <utility>

namespace fixgate {

std::shared_ptr<const WeightMatrix> WeightCache::get(const std::string& name, const WeightOptions& options,
                                                     const std::function<WeightMatrix()>& round) {
  if (auto kept = find(name, options)) return kept;
  // Not under the lock: two threads may round the same matrix, to the same integers.
  auto matrix = std::make_shared<const WeightMatrix>(round());
  keep({name, options, matrix});
  return matrix;
}

std::shared_ptr<const WeightMatrix> WeightCache::find(const std::string& name, const WeightOptions& options) {
  const std::lock_guard lock(mutex_);
  const auto found = std::ranges::find_if(
      entries_, [&](const Entry& entry) { return entry.name == name && entry.options == options; });
  if (found == entries_.end()) return nullptr;
  ++hits_;
  entries_.splice(entries_.begin(), entries_, found);
  return found->matrix;
}

void WeightCache::keep(Entry entry) {
  const std::lock_guard lock(mutex_);
  weights_ += entry.matrix->values.size();
  entries_.push_front(std::move(entry));
  while (weights_ > most_weights_ && !entries_.empty()) {
    weights_ -= entries_.back().matrix->values.size();
    entries_.pop_back();
  }
}

std::size_t WeightCache::hits() const {
  const std::lock_guard lock(mutex_);
  return hits_;
}

std::size_t WeightCache::weights() const {
  const std::lock_guard lock(mutex_);
  return weights_;
}

}  // namespace fixgate
