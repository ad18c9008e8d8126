// Rounded weight matrices, kept for later plans of the same network: a search rounds each matrix at a few
// widths only, in hundreds of plans.
#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>

#include "quantize/weights.h"

namespace fixgate {

/// Of one network, and of one set of weight statistics where they are used. Safe to call from several
/// threads.
class WeightCache {
 public:
  /// Matrices of so many weights altogether are kept, those that were asked for last.
  explicit WeightCache(std::size_t most_weights = kMostWeights) : most_weights_(most_weights) {}

  /// The matrix called `name`, rounded as `options` say: one that is kept, else what `round` gives.
  std::shared_ptr<const WeightMatrix> get(const std::string& name, const WeightOptions& options,
                                          const std::function<WeightMatrix()>& round);

  /// How often there was one.
  [[nodiscard]] std::size_t hits() const;
  /// Of all that are kept.
  [[nodiscard]] std::size_t weights() const;

 private:
  static constexpr std::size_t kMostWeights = std::size_t{1} << 26;  // 256 MiB

  struct Entry {
    std::string name;
    WeightOptions options;
    std::shared_ptr<const WeightMatrix> matrix;
  };

  std::shared_ptr<const WeightMatrix> find(const std::string& name, const WeightOptions& options);
  void keep(Entry entry);

  mutable std::mutex mutex_;
  std::size_t most_weights_;
  std::size_t weights_ = 0;
  std::size_t hits_ = 0;
  std::list<Entry> entries_;  // the last one asked for first
};

}  // namespace fixgate
