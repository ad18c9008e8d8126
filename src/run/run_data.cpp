#include "run/run_data.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

namespace fixgate {
namespace {

using program::Program;
using program::Value;
using program::ValueId;
using Axes = std::vector<std::int64_t>;

/// How an array stands for the sequences of one input.
struct Layout {
  std::int64_t sequences = 1;
  std::int64_t steps = 0;
  bool is_batch = false;
};

bool ends_with(const Axes& axes, const Axes& tail) {
  return axes.size() >= tail.size() &&
         std::equal(tail.begin(), tail.end(), axes.end() - static_cast<std::ptrdiff_t>(tail.size()));
}

/// The forms in which a tick may stand in an array.
std::vector<Axes> tick_forms(const Value& value) {
  if (value.vocabulary) return {{}};
  Axes whole(value.shape.begin(), value.shape.end());
  if (whole.empty()) whole = {value.size};
  return {whole, tick_axes(value.shape, value.size), {value.size}};
}

std::string expected_text(const Value& value) {
  const Axes axes = value.vocabulary ? Axes() : tick_axes(value.shape, value.size);
  std::string rest;
  for (const std::int64_t axis : axes) rest += fmt::format(", {}", axis);
  return fmt::format("{} [steps{}], or [sequences, steps{}]", value.vocabulary ? "integer" : "float", rest,
                     rest);
}

Result<Layout> layout_of(const NpyArray& array, const Value& value) {
  const bool is_kind = !value.vocabulary || !array.is_float();
  for (const std::size_t before : {1, 2})
    for (const Axes& form : tick_forms(value)) {
      const bool fits = is_kind && array.shape.size() == form.size() + before && ends_with(array.shape, form);
      if (!fits || std::ranges::find(array.shape, 0) != array.shape.end()) continue;
      if (before == 1) return Layout{1, array.shape[0], false};
      return Layout{array.shape[0], array.shape[1], true};
    }
  return fail("{} is needed, this is {} [{}]", expected_text(value), npy_type_name(array.type),
              fmt::join(array.shape, ", "));
}

Result<FloatMatrix> features_of(const NpyArray& array, std::int64_t first, std::int64_t steps, int size) {
  FloatMatrix features(steps, size);
  for (std::int64_t k = 0; k < features.size(); ++k) {
    const std::int64_t at = first * size + k;
    const float element = array.is_float() ? array.float_at(at) : static_cast<float>(array.integer_at(at));
    if (!std::isfinite(element))
      return fail("step {}, element {} is {}, not a finite number", k / size, k % size, element);
    features.data()[k] = element;
  }
  return features;
}

Result<std::vector<std::int32_t>> tokens_of(const NpyArray& array, std::int64_t first, std::int64_t steps) {
  std::vector<std::int32_t> tokens;
  for (std::int64_t k = 0; k < steps; ++k) {
    const std::int64_t token = array.integer_at(first + k);
    if (token < 0 || token > std::numeric_limits<std::int32_t>::max())
      return fail("step {} is {}; tokens are 0 to {}", k, token, std::numeric_limits<std::int32_t>::max());
    tokens.push_back(static_cast<std::int32_t>(token));
  }
  return tokens;
}

class Reader {
 public:
  Reader(const Arrays& arrays, const Program& program) : arrays_(arrays), program_(program) {}

  Result<RunData> read() {
    FIXGATE_CHECK(match_names());
    for (const Matched& one : matched_) FIXGATE_CHECK(add_layout(one));
    FIXGATE_CHECK(read_lengths());
    RunData data;
    data.is_batch = layouts_.front().is_batch;
    for (std::int64_t s = 0; s < layouts_.front().sequences; ++s) {
      FIXGATE_ASSIGN(std::vector<Sequence> sequences, sequences_at(s));
      data.sequences.push_back(std::move(sequences));
    }
    return data;
  }

 private:
  struct Matched {
    std::string name;
    const NpyArray* array;
    ValueId input;
  };

  [[nodiscard]] const NpyArray* find(const std::string& name) const {
    const auto found = arrays_.find(name);
    return found == arrays_.end() ? nullptr : &found->second;
  }

  [[nodiscard]] bool is_companion(const std::string& name) const {
    return (name == "lengths" || name == "targets") && arrays_.size() > 1;
  }

  Result<void> match_names() {
    const std::vector<ValueId> inputs = inputs_of(program_);
    std::vector<std::string> wanted;
    for (const ValueId input : inputs) wanted.push_back(program_.values[input].name);
    const auto is_wanted = [&](const std::string& name) {
      return std::ranges::find(wanted, name) != wanted.end();
    };
    std::vector<std::string> others;
    for (const auto& [name, array] : arrays_)
      if (!is_wanted(name) && !is_companion(name)) others.push_back(name);
    if (inputs.size() == 1 && others.size() == 1 && find(wanted.front()) == nullptr) {
      matched_.push_back({others.front(), find(others.front()), inputs.front()});
      return {};
    }
    if (!others.empty())
      return fail("array '{}': the network has no such input; it has {}", others.front(),
                  fmt::join(wanted, ", "));
    for (std::size_t k = 0; k < inputs.size(); ++k) {
      if (find(wanted[k]) == nullptr)
        return fail("there is no array '{}': the network reads {}", wanted[k], fmt::join(wanted, ", "));
      matched_.push_back({wanted[k], find(wanted[k]), inputs[k]});
    }
    return {};
  }

  Result<void> add_layout(const Matched& one) {
    auto layout = layout_of(*one.array, program_.values[one.input]);
    if (!layout) return tl::make_unexpected(layout.error().within(fmt::format("array '{}'", one.name)));
    if (!layouts_.empty() &&
        (layout->sequences != layouts_.front().sequences || layout->is_batch != layouts_.front().is_batch))
      return fail("array '{}' holds {} sequences and array '{}' {}", one.name, layout->sequences,
                  matched_.front().name, layouts_.front().sequences);
    layouts_.push_back(*layout);
    return {};
  }

  Result<void> read_lengths() {
    const NpyArray* const lengths = find("lengths");
    if (lengths == nullptr || !is_companion("lengths")) return {};
    const Layout& layout = layouts_.front();
    if (lengths->is_float() || lengths->shape != Axes{layout.sequences} || !layout.is_batch)
      return fail("array 'lengths': integer [{}] is needed beside [sequences, steps, ...]", layout.sequences);
    for (std::int64_t s = 0; s < layout.sequences; ++s) {
      lengths_.push_back(lengths->integer_at(s));
      if (lengths_.back() < 1 || lengths_.back() > layout.steps)
        return fail("array 'lengths': sequence {} has length {}; 1 to {} are possible", s, lengths_.back(),
                    layout.steps);
    }
    return {};
  }

  Result<std::vector<Sequence>> sequences_at(std::int64_t s) const {
    std::vector<Sequence> sequences;
    for (std::size_t k = 0; k < matched_.size(); ++k) {
      auto sequence = sequence_at(matched_[k], layouts_[k], s);
      if (!sequence)
        return tl::make_unexpected(
            sequence.error().within(fmt::format("array '{}': sequence {}", matched_[k].name, s)));
      sequences.push_back(std::move(*sequence));
    }
    return sequences;
  }

  [[nodiscard]] Result<Sequence> sequence_at(const Matched& one, const Layout& layout, std::int64_t s) const {
    const Value& value = program_.values[one.input];
    const std::int64_t steps = lengths_.empty() ? layout.steps : lengths_[static_cast<std::size_t>(s)];
    Sequence sequence;
    if (value.vocabulary) {
      FIXGATE_ASSIGN(sequence.tokens, tokens_of(*one.array, s * layout.steps, steps));
    } else {
      FIXGATE_ASSIGN(sequence.features, features_of(*one.array, s * layout.steps, steps, value.size));
    }
    return sequence;
  }

  const Arrays& arrays_;
  const Program& program_;
  std::vector<Matched> matched_;
  std::vector<Layout> layouts_;
  std::vector<std::int64_t> lengths_;
};

}  // namespace

std::vector<std::int64_t> tick_axes(const std::vector<int>& shape, int size) {
  std::vector<std::int64_t> axes;
  for (const int extent : shape.empty() ? std::vector{size} : shape)
    if (extent != 1) axes.push_back(extent);
  return axes;
}

Result<RunData> run_data_of(const Arrays& arrays, const program::Program& program) {
  return Reader(arrays, program).read();
}

}  // namespace fixgate
