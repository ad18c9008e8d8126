// Sequences that run together, the longest first: at each step those that are not over yet stand in front.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "data/sequence.h"

namespace fixgate::fast {

class Batch {
 public:
  explicit Batch(std::span<const Sequence* const> sequences);

  [[nodiscard]] std::size_t size() const { return order_.size(); }
  /// Sequence at `place`, and where it stood in the caller's list.
  [[nodiscard]] const Sequence& sequence(std::size_t place) const { return *sequences_[order_[place]]; }
  [[nodiscard]] std::size_t index(std::size_t place) const { return order_[place]; }
  [[nodiscard]] std::size_t steps(std::size_t place) const { return steps_[place]; }

  [[nodiscard]] std::size_t longest() const { return steps_.empty() ? 0 : steps_.front(); }
  [[nodiscard]] std::size_t total_steps() const { return first_rows_.back(); }
  /// How many sequences have more than `visited` steps.
  [[nodiscard]] std::size_t active(std::size_t visited, std::size_t at_most) const;
  /// The step that a cell comes to after `visited` others.
  [[nodiscard]] std::size_t step(std::size_t place, std::size_t visited, bool reverse) const {
    return reverse ? steps_[place] - 1 - visited : visited;
  }
  /// Row of the first step of the sequence at `place` where the steps of all stand under each other.
  [[nodiscard]] std::size_t first_row(std::size_t place) const { return first_rows_[place]; }

 private:
  std::span<const Sequence* const> sequences_;
  std::vector<std::size_t> order_;
  std::vector<std::size_t> steps_;
  std::vector<std::size_t> first_rows_;  // one more than sequences
};

}  // namespace fixgate::fast
