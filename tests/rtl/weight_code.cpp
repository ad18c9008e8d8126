#include "rtl/weight_code.h"

#include <bit>
#include <cstdlib>

namespace fixgate::rtl {
namespace {

constexpr std::size_t kWeightsOfAByte = 5;

/// base 3, the first weight lowest; a byte that is not full ends in weights of 0
Word ternary(std::span<const std::int64_t> weights) {
  Word word;
  for (std::size_t first = 0; first < weights.size(); first += kWeightsOfAByte) {
    std::int64_t byte = 0;
    for (std::size_t k = kWeightsOfAByte; k-- > 0;)
      byte = 3 * byte + 1 + (first + k < weights.size() ? weights[first + k] : 0);
    word.add(byte, 8);
  }
  return word;
}

}  // namespace

int WeightCode::value_width() const {
  if (encoding == Encoding::Plain) return stored_width;
  return encoding == Encoding::PowerOfTwo ? 1 << (stored_width - 1) : 2;
}

std::int64_t WeightCode::random_weight(testing_support::Random& random) const {
  const std::int64_t half = std::int64_t{1} << (stored_width - 1);
  switch (encoding) {
    case Encoding::Plain:
      return random.in(-half, half - 1);
    case Encoding::Ternary:
      return random.in(-1, 1);
    case Encoding::Binary:
      return random.chance(0.5) ? 1 : -1;
    case Encoding::PowerOfTwo:
      break;
  }
  const std::int64_t exponent = random.in(-1, half - 2);
  const std::int64_t magnitude = exponent < 0 ? 0 : std::int64_t{1} << exponent;
  return random.chance(0.5) ? magnitude : -magnitude;
}

std::int64_t WeightCode::power_code(std::int64_t weight) const {
  const auto code = std::bit_width(static_cast<std::uint64_t>(std::abs(weight)));
  return code | (weight < 0 ? std::int64_t{1} << (stored_width - 1) : 0);
}

Word WeightCode::stored(std::span<const std::int64_t> weights) const {
  if (encoding == Encoding::Ternary) return ternary(weights);
  Word word;
  for (const std::int64_t weight : weights)
    if (encoding == Encoding::Binary)
      word.add(weight < 0 ? 1 : 0, 1);
    else
      word.add(encoding == Encoding::PowerOfTwo ? power_code(weight) : weight, stored_width);
  return word;
}

WeightCode random_code(testing_support::Random& random) {
  switch (random.number(0, 3)) {
    case 0:
      return {Encoding::Plain, random.number(1, 8)};
    case 1:
      return {Encoding::Ternary, 2};
    case 2:
      return {Encoding::Binary, 1};
    default:
      return {Encoding::PowerOfTwo, random.number(2, 5)};
  }
}

}  // namespace fixgate::rtl
