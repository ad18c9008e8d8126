#include "run/run_outputs.h"

#include <algorithm>
#include <functional>
#include <numeric>

namespace fixgate {
namespace {

/// One array over all sequences.
class Collected {
 public:
  Collected(const std::vector<SequenceRows>& sequences, const std::string& name) {
    for (const SequenceRows& sequence : sequences) rows_.push_back(&sequence.at(name));
    for (const TickRows* rows : rows_) ticks_ = std::max(ticks_, rows->ticks);
  }

  [[nodiscard]] NpyArray array(bool is_batch, bool is_double) const {
    if (!rows_.front()->integers.empty()) return npy_array(shape(is_batch), filled(&TickRows::integers));
    const std::vector<double> numbers = filled(&TickRows::numbers);
    if (is_double) return npy_array(shape(is_batch), numbers);
    return npy_array(shape(is_batch), std::vector<float>(numbers.begin(), numbers.end()));
  }

  [[nodiscard]] bool differs() const {
    return std::ranges::any_of(rows_, [&](const TickRows* rows) { return rows->ticks != ticks_; });
  }

  [[nodiscard]] NpyArray lengths() const {
    std::vector<std::int64_t> ticks;
    for (const TickRows* rows : rows_) ticks.push_back(rows->ticks);
    return npy_array({static_cast<std::int64_t>(ticks.size())}, ticks);
  }

 private:
  [[nodiscard]] std::vector<std::int64_t> shape(bool is_batch) const {
    std::vector<std::int64_t> shape;
    if (is_batch) shape.push_back(static_cast<std::int64_t>(rows_.size()));
    shape.push_back(ticks_);
    shape.insert(shape.end(), rows_.front()->axes.begin(), rows_.front()->axes.end());
    return shape;
  }

  template <typename Element>
  [[nodiscard]] std::vector<Element> filled(std::vector<Element> TickRows::*of) const {
    const auto& axes = rows_.front()->axes;
    const auto size = std::accumulate(axes.begin(), axes.end(), std::int64_t{1}, std::multiplies<>());
    std::vector<Element> all;
    for (const TickRows* rows : rows_) {
      const std::vector<Element>& one = rows->*of;
      all.insert(all.end(), one.begin(), one.end());
      all.resize(all.size() + static_cast<std::size_t>((ticks_ - rows->ticks) * size));
    }
    return all;
  }

  std::vector<const TickRows*> rows_;
  std::int64_t ticks_ = 0;
};

}  // namespace

Arrays output_arrays(const std::vector<SequenceRows>& sequences, bool is_batch, bool is_double) {
  Arrays arrays;
  for (const auto& [name, rows] : sequences.front()) {
    const Collected collected(sequences, name);
    arrays.emplace(name, collected.array(is_batch, is_double));
    if (collected.differs()) arrays.emplace(name + ":lengths", collected.lengths());
  }
  return arrays;
}

void add_constant_outputs(const program::Origin& origin, Arrays& arrays) {
  for (const program::ConstantOutput& output : origin.constants)
    std::visit(
        [&](const auto& numbers) { arrays.emplace(output.name, npy_array(output.value.shape, numbers)); },
        output.value.data);
}

}  // namespace fixgate
