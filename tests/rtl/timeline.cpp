#include "rtl/timeline.h"

#include <algorithm>
#include <bit>
#include <limits>

namespace fixgate::rtl {

using testing_support::Random;

Timeline::Timeline(std::vector<int> inputs, std::vector<int> outputs, int cycles, Random& random)
    : input_widths_(std::move(inputs)),
      output_widths_(std::move(outputs)),
      cycles_(cycles),
      inputs_(at(cycles), std::vector<std::int64_t>(input_widths_.size())),
      outputs_(at(cycles), std::vector<std::optional<std::int64_t>>(output_widths_.size())) {
  for (auto& fields : inputs_)
    for (std::int64_t& field : fields)
      field = random.in(std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max());
}

void Timeline::drive(int cycle, int field, std::int64_t value) {
  inputs_.at(at(cycle)).at(at(field)) = value;
}

void Timeline::drive_always(int field, std::int64_t value) {
  for (auto& fields : inputs_) fields.at(at(field)) = value;
}

void Timeline::expect(int cycle, int field, std::int64_t value) {
  if (cycle < cycles_) outputs_.at(at(cycle)).at(at(field)) = value;
}

void Timeline::expect_always(int field, std::int64_t value) {
  for (auto& fields : outputs_) fields.at(at(field)) = value;
}

Word Timeline::word(int cycle) const {
  Word word;
  for (std::size_t f = 0; f < input_widths_.size(); ++f) word.add(inputs_[at(cycle)][f], input_widths_[f]);
  const auto& expected = outputs_[at(cycle)];
  for (std::size_t f = 0; f < expected.size(); ++f) word.add(expected[f].value_or(0), output_widths_[f]);
  for (std::size_t f = 0; f < expected.size(); ++f) word.add(expected[f] ? -1 : 0, output_widths_[f]);
  return word;
}

void Timeline::add_to(Bench& bench, std::vector<Parameter> parameters) const {
  std::vector<Word> words;
  for (int cycle = 0; cycle < cycles_; ++cycle) words.push_back(word(cycle));
  parameters.push_back(for_bench(number("Count", cycles_)));
  parameters.push_back(for_bench(text("Vectors", bench.add_file(memory_text(words)))));
  bench.add_run(std::move(parameters), cycles_);
}

std::vector<int> repeated(int count, int width) {
  return std::vector<int>(static_cast<std::size_t>(count), width);
}

std::vector<int> joined(const std::vector<std::vector<int>>& lists) {
  std::vector<int> all;
  for (const auto& list : lists) all.insert(all.end(), list.begin(), list.end());
  return all;
}

int index_bits(int count) {
  return std::max(1, static_cast<int>(std::bit_width(static_cast<unsigned>(count - 1))));
}

}  // namespace fixgate::rtl
