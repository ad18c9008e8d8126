#include "rtl/words.h"

#include <algorithm>

namespace fixgate::rtl {

Word& Word::add(std::int64_t value, int width) {
  for (int bit = 0; bit < width; ++bit) bits_.push_back(((value >> std::min(bit, 63)) & 1) != 0);
  return *this;
}

Word& Word::add(const Word& fields) {
  bits_.insert(bits_.end(), fields.bits_.begin(), fields.bits_.end());
  return *this;
}

std::string Word::hex() const {
  std::string digits;
  for (std::size_t low = 0; low < bits_.size(); low += 4) {
    unsigned digit = 0;
    for (std::size_t bit = low; bit < std::min(low + 4, bits_.size()); ++bit)
      digit |= static_cast<unsigned>(bits_[bit]) << (bit - low);
    digits.push_back("0123456789abcdef"[digit]);
  }
  if (digits.empty()) digits = "0";
  std::reverse(digits.begin(), digits.end());
  return digits;
}

std::string Word::literal() const {
  return std::to_string(bits_.size()) + "'h" + hex();
}

std::string memory_text(const std::vector<Word>& words) {
  std::string text;
  for (const Word& word : words) text += word.hex() + '\n';
  return text;
}

}  // namespace fixgate::rtl
