#include "network/recurrent_shapes.h"

#include <algorithm>
#include <array>

namespace fixgate {
namespace {

constexpr std::array<const char*, 8> kNames = {"X",         "W",         "R", "B", "sequence_lens",
                                               "initial_h", "initial_c", "P"};

bool fits(const Shape& shape, const Shape& wanted) {
  return std::ranges::equal(shape, wanted, [](std::int64_t size, std::int64_t other) {
    return size < 0 || other < 0 || size == other;
  });
}

std::string to_text(const Shape& shape) {
  std::string text;
  for (const std::int64_t size : shape)
    text += (text.empty() ? "" : ", ") + (size < 0 ? std::string("any") : std::to_string(size));
  return "[" + text + "]";
}

class ShapeCheck {
 public:
  ShapeCheck(const RecurrentAttributes& attributes, const ShapeOfInput& shape_of)
      : attributes_(attributes), shape_of_(shape_of), batch_first_(attributes.layout == 1) {}

  Result<RecurrentExtent> run() {
    for (const std::size_t input : {kX, kW, kR}) FIXGATE_CHECK(check_rank(input));
    if (const Shape* x = shape_of_(kX))
      extent_ = {(*x)[batch_first_ ? 1 : 0], (*x)[batch_first_ ? 0 : 1], (*x)[2], -1};
    FIXGATE_CHECK(find_hidden());
    const auto directions = static_cast<std::int64_t>(attributes_.directions());
    const std::int64_t hidden = extent_.hidden;
    const std::int64_t rows = hidden < 0 ? -1 : attributes_.gates() * hidden;
    const auto times_hidden = [hidden](std::int64_t factor) { return hidden < 0 ? -1 : factor * hidden; };
    const Shape state =
        batch_first_ ? Shape{extent_.batch, directions, hidden} : Shape{directions, extent_.batch, hidden};
    FIXGATE_CHECK(check(kW, {directions, rows, extent_.inputs}));
    FIXGATE_CHECK(check(kR, {directions, rows, hidden}));
    FIXGATE_CHECK(check(kB, {directions, rows < 0 ? -1 : 2 * rows}));
    FIXGATE_CHECK(check(kPeepholes, {directions, times_hidden(3)}));
    FIXGATE_CHECK(check(kSequenceLengths, {extent_.batch}));
    FIXGATE_CHECK(check(kInitialHidden, state));
    FIXGATE_CHECK(check(kInitialCell, state));
    return extent_;
  }

 private:
  [[nodiscard]] Result<void> check_rank(std::size_t input) const {
    const Shape* shape = shape_of_(input);
    if (shape == nullptr || shape->size() == 3) return {};
    return fail("input {} has shape {}, not three dimensions", kNames[input], to_text(*shape));
  }

  Result<void> find_hidden() {
    const Shape* r = shape_of_(kR);
    const std::int64_t from_r = r == nullptr ? -1 : (*r)[2];
    const std::int64_t stated = attributes_.hidden_size.value_or(-1);
    if (from_r >= 0 && stated >= 0 && from_r != stated)
      return fail("attribute 'hidden_size' is {}, but input R has shape {}, which is for {}", stated,
                  to_text(*r), from_r);
    extent_.hidden = std::max(from_r, stated);
    if (extent_.hidden == 0) return fail("input R has shape {}: no hidden units", to_text(*r));
    return {};
  }

  [[nodiscard]] Result<void> check(std::size_t input, const Shape& wanted) const {
    const Shape* shape = shape_of_(input);
    if (shape == nullptr || fits(*shape, wanted)) return {};
    return fail("input {} has shape {}, not {} ({}, {}, hidden size {})", kNames[input], to_text(*shape),
                to_text(wanted), fixgate::to_text(attributes_.kind), fixgate::to_text(attributes_.direction),
                extent_.hidden < 0 ? "any" : std::to_string(extent_.hidden));
  }

  const RecurrentAttributes& attributes_;
  const ShapeOfInput& shape_of_;
  bool batch_first_;
  RecurrentExtent extent_;
};

}  // namespace

bool is_recurrent(const Node& node) {
  return node.op_type == "LSTM" || node.op_type == "GRU" || node.op_type == "RNN";
}

std::string input_name(const Node& node, std::size_t input) {
  return is_recurrent(node) && input < kNames.size() ? kNames[input] : std::to_string(input);
}

Result<RecurrentExtent> check_recurrent_shapes(const RecurrentAttributes& attributes,
                                               const ShapeOfInput& shape_of) {
  return ShapeCheck(attributes, shape_of).run();
}

}  // namespace fixgate
