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
  const auto code = static_cast<std::int64_t>(std::bit_width(static_cast<std::uint64_t>(magnitude)));
  return code | (weight < 0 ? std::int64_t{1} << (width - 1) : 0);
}

std::int64_t stored(std::int32_t weight, const WeightCode& code) {
  if (code.encoding == WeightEncoding::Binary) return weight < 0 ? 1 : 0;
  return code.encoding == WeightEncoding::PowerOfTwo ? power_code(weight, code.width) : weight;
}

}  // namespace

WeightCode common_code(std::span<const WeightCode> codes) {
  const auto differs = [&](const WeightCode& code) { return code.encoding != codes.front().encoding; };
  const bool mixed = std::ranges::any_of(codes, differs);
  WeightCode common{mixed ? WeightEncoding::Integer : codes.front().encoding, 1};
  for (const WeightCode& code : codes)
    common.width = std::max(common.width, mixed ? code.plain_width() : code.width);
  return common;
}

void put_weights(MemoryImage& image, int word, const WeightCode& code,
                 std::span<const std::int32_t> weights) {
  if (code.encoding == WeightEncoding::Ternary) {
    put_ternary(image, word, weights);
    return;
  }
  for (std::size_t k = 0; k < weights.size(); ++k)
    image.set(word, static_cast<std::int64_t>(k) * code.width, code.width, stored(weights[k], code));
}

std::string storage_text(WeightEncoding encoding) {
  switch (encoding) {
    case WeightEncoding::Integer:
      return "two's complement";
    case WeightEncoding::Ternary:
      return "ternary, five to a byte";
    case WeightEncoding::Binary:
      return "binary, 1 for -1";
    case WeightEncoding::PowerOfTwo:
      return "powers of two, {negative, exponent + 1}";
  }
  return "";
}

}  // namespace fixgate
