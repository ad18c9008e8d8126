#include "hardware/stored_weights.h"

#include <algorithm>
#include <bit>
#include <cstdlib>

namespace fixgate {
namespace {

constexpr std::size_t kWeightsOfAByte = 5;
constexpr int kByte = 8;

/// base 3: the sum of (weight + 1) * 3^k; a byte that is not full ends in zeros.
std::int64_t ternary_byte(std::span<const std::int32_t> weights) {
  std::int64_t byte = 0;
  for (std::size_t k = kWeightsOfAByte; k-- > 0;) byte = 3 * byte + 1 + (k < weights.size() ? weights[k] : 0);
  return byte;
}

void put_ternary(MemoryImage& image, int word, std::span<const std::int32_t> weights) {
  for (std::int64_t first = 0; !weights.empty(); first += kByte) {
    image.set(word, first, kByte, ternary_byte(weights));
    weights = weights.subspan(std::min(kWeightsOfAByte, weights.size()));
  }
}

/// {negative, exponent + 1, or 0 for the weight 0}
std::int64_t power_code(std::int32_t weight, int width) {
  const std::int64_t magnitude = std::abs(std::int64_t{weight});
  const std::int64_t code = std::bit_width(static_cast<std::uint64_t>(magnitude));
  return code | (weight < 0 ? std::int64_t{1} << (width - 1) : 0);
}

}  // namespace

std::string to_text(StoredEncoding encoding) {
  switch (encoding) {
    case StoredEncoding::Plain:
      return "two's complement";
    case StoredEncoding::Ternary:
      return "ternary, five in a byte";
    case StoredEncoding::Binary:
      return "binary, 1 is negative";
    case StoredEncoding::PowerOfTwo:
      return "powers of two, {negative, exponent + 1}";
  }
  return "";
}

std::int64_t StoredWeights::word_bits(std::int64_t weights) const {
  constexpr auto kFive = static_cast<std::int64_t>(kWeightsOfAByte);
  return encoding == StoredEncoding::Ternary ? (weights + kFive - 1) / kFive * kByte : weights * width;
}

void StoredWeights::put(MemoryImage& image, int word, std::span<const std::int32_t> weights) const {
  if (encoding == StoredEncoding::Ternary) {
    put_ternary(image, word, weights);
    return;
  }
  for (std::size_t k = 0; k < weights.size(); ++k) {
    const std::int32_t weight = weights[k];
    const std::int64_t stored = encoding == StoredEncoding::Binary       ? (weight < 0 ? 1 : 0)
                                : encoding == StoredEncoding::PowerOfTwo ? power_code(weight, width)
                                                                         : weight;
    image.set(word, static_cast<std::int64_t>(k) * width, width, stored);
  }
}

}  // namespace fixgate
