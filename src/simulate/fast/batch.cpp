#include "simulate/fast/batch.h"

#include <algorithm>
#include <numeric>

namespace fixgate::fast {

Batch::Batch(std::span<const Sequence* const> sequences) : sequences_(sequences), order_(sequences.size()) {
  std::iota(order_.begin(), order_.end(), std::size_t{0});
  const auto steps = [&](std::size_t index) { return sequences[index]->steps(); };
  if (!std::ranges::is_sorted(order_, std::ranges::greater{}, steps))
    std::ranges::stable_sort(order_, std::ranges::greater{}, steps);
  first_rows_.push_back(0);
  for (const std::size_t index : order_) {
    steps_.push_back(sequences[index]->steps());
    first_rows_.push_back(first_rows_.back() + steps_.back());
  }
}

std::size_t Batch::active(std::size_t visited, std::size_t at_most) const {
  while (at_most > 0 && steps_[at_most - 1] <= visited) --at_most;
  return at_most;
}

}  // namespace fixgate::fast
