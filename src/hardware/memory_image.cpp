#include "hardware/memory_image.h"

#include <algorithm>

namespace fixgate {
namespace {

constexpr int kChunk = 64;
constexpr int kDigit = 4;

std::uint64_t low_bits(int count) {
  return count >= kChunk ? ~std::uint64_t{0} : (std::uint64_t{1} << count) - 1;
}

}  // namespace

MemoryImage::MemoryImage(int depth, std::int64_t width)
    : depth_(depth),
      width_(width),
      chunks_(static_cast<std::size_t>((width + kChunk - 1) / kChunk)),
      bits_(static_cast<std::size_t>(depth) * chunks_) {}

void MemoryImage::set(int word, std::int64_t first, int width, Wide value) {
  while (width > 0) {
    const int offset = static_cast<int>(first % kChunk);
    const int count = std::min(width, kChunk - offset);
    std::uint64_t& chunk =
        bits_[static_cast<std::size_t>(word) * chunks_ + static_cast<std::size_t>(first / kChunk)];
    const std::uint64_t mask = low_bits(count) << offset;
    chunk = (chunk & ~mask) | ((static_cast<std::uint64_t>(value) << offset) & mask);
    value >>= count;  // at most 64 of 128 bits
    first += count;
    width -= count;
  }
}

char MemoryImage::digit(int word, std::int64_t index) const {
  const std::int64_t first = index * kDigit;
  const std::uint64_t chunk =
      bits_[static_cast<std::size_t>(word) * chunks_ + static_cast<std::size_t>(first / kChunk)];
  return "0123456789abcdef"[(chunk >> (first % kChunk)) & 0xf];
}

std::string MemoryImage::hex(std::string_view comment) const {
  const std::int64_t digits = (width_ + kDigit - 1) / kDigit;
  std::string text = "// ";
  text.append(comment).append("\n");
  text.reserve(text.size() + static_cast<std::size_t>(depth_ * (digits + 1)));
  for (int word = 0; word < depth_; ++word) {
    for (std::int64_t d = digits; d-- > 0;) text.push_back(digit(word, d));
    text.push_back('\n');
  }
  return text;
}

}  // namespace fixgate
