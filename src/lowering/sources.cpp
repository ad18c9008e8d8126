#include "lowering/sources.h"

#include <map>

namespace fixgate::lowering {
namespace {

constexpr int kOffsetBits = 40;
constexpr std::int64_t kOffsetMask = (std::int64_t{1} << kOffsetBits) - 1;

}  // namespace

void Sources::add(program::ValueId value, const Extent& extent) {
  if (range_of_.size() <= value.index()) range_of_.resize(value.index() + 1);
  range_of_[value.index()] = ranges_.size();
  ranges_.push_back({value, extent, {}});
}

const Extent& Sources::extent(program::ValueId value) const {
  return ranges_[*range_of_[value.index()]].extent;
}

std::int64_t Sources::code(program::ValueId value, std::int64_t tick, std::int64_t sequence,
                           int element) const {
  const auto range = static_cast<std::int64_t>(*range_of_[value.index()]);
  const Extent& extent = ranges_[static_cast<std::size_t>(range)].extent;
  return (range << kOffsetBits) + (tick * extent.sequences + sequence) * extent.size + element;
}

Tensor Sources::codes_of(const Tensor& numbers) {
  Range range;
  std::map<float, std::int64_t> known;  // equal numbers have one code
  Tensor codes{numbers.shape, std::vector<std::int64_t>()};
  const auto base = static_cast<std::int64_t>(ranges_.size()) << kOffsetBits;
  const auto add_number = [&](float number) {
    const auto [at, is_new] = known.emplace(number, static_cast<std::int64_t>(range.numbers.size()));
    if (is_new) range.numbers.push_back(number);
    codes.integers().push_back(base + at->second);
  };
  if (numbers.is_float())
    for (const float number : numbers.floats()) add_number(number);
  else
    for (const std::int64_t number : numbers.integers()) add_number(static_cast<float>(number));
  ranges_.push_back(std::move(range));
  return codes;
}

Source Sources::source(std::int64_t code) const {
  const Range& range = ranges_[static_cast<std::size_t>(code >> kOffsetBits)];
  const std::int64_t offset = code & kOffsetMask;
  if (!range.value) return {std::nullopt, 0, 0, 0, range.numbers[static_cast<std::size_t>(offset)]};
  const std::int64_t row = offset / range.extent.size;
  return {range.value, row / range.extent.sequences, row % range.extent.sequences,
          static_cast<int>(offset % range.extent.size), 0};
}

}  // namespace fixgate::lowering
