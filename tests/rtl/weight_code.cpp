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
    std::int64_t power = 1;
    for (std::size_t k = first; k < first + kWeightsOfAByte; ++k, power *= 3)
      byte += (k < weights.size() ? weights[k] + 1 : 1) * power;
    word.add(byte, 8);
  }
  return word;
}

}  // namespace

WeightCode random_code(Random& random) {
  switch (random.number(0, 3)) {
    case 0:
      return {WeightEncoding::Integer, random.number(1, 8)};
    case 1:
      return {WeightEncoding::Ternary, 2};
    case 2:
      return {WeightEncoding::Binary, 1};
    default:
      return {WeightEncoding::PowerOfTwo, random.number(2, 5)};
  }
}

std::int64_t random_weight(Random& random, const WeightCode& code) {
  if (code.encoding == WeightEncoding::Binary) return random.chance(0.5) ? 1 : -1;
  if (code.encoding != WeightEncoding::PowerOfTwo) return random.in(code.smallest(), code.largest());
  const int exponent = random.number(-1, (1 << (code.width - 1)) - 2);
  const std::int64_t magnitude = exponent < 0 ? 0 : std::int64_t{1} << exponent;
  return random.chance(0.5) ? magnitude : -magnitude;
}

std::int64_t power_code(std::int64_t weight, int width) {
  const std::int64_t code = std::bit_width(static_cast<std::uint64_t>(std::abs(weight)));
  return code | (weight < 0 ? std::int64_t{1} << (width - 1) : 0);
}

Word stored_word(const WeightCode& code, std::span<const std::int64_t> weights) {
  if (code.encoding == WeightEncoding::Ternary) return ternary(weights);
  Word word;
  for (const std::int64_t weight : weights)
    if (code.encoding == WeightEncoding::Binary)
      word.add(weight < 0 ? 1 : 0, 1);
    else
      word.add(code.encoding == WeightEncoding::PowerOfTwo ? power_code(weight, code.width) : weight,
               code.width);
  return word;
}

}  // namespace fixgate::rtl
