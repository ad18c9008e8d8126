#include "hardware/stored_weights.h"

#include <gtest/gtest.h>

#include <vector>

namespace fixgate {
namespace {

std::string word_of(const StoredWeights& stored, const std::vector<std::int32_t>& weights) {
  MemoryImage image(1, stored.word_bits(static_cast<std::int64_t>(weights.size())));
  stored.put(image, 0, weights);
  const std::string text = image.hex("");
  return text.substr(text.find('\n') + 1, text.size() - text.find('\n') - 2);
}

TEST(StoredWeights, PlainOnesAreTwosComplement) {
  EXPECT_EQ(word_of({StoredEncoding::Plain, 4}, {7, -8, -1}), "f87");
}

TEST(StoredWeights, FiveTernaryOnesAreAByte) {
  const StoredWeights ternary{StoredEncoding::Ternary, 2};
  EXPECT_EQ(word_of(ternary, {-1, -1, -1, -1, -1}), "00");
  EXPECT_EQ(word_of(ternary, {0, 0, 0, 0, 0}), "79");   // 1 + 3 + 9 + 27 + 81 = 121
  EXPECT_EQ(word_of(ternary, {1, 1, 1, 1, 1}), "f2");   // 242
  EXPECT_EQ(word_of(ternary, {1, 0, -1, 0, 1}), "c2");  // 2 + 3 + 0 + 27 + 162 = 194
  // A byte that is not full: 2 + 3 + 9 + 27 + 81 = 122.
  EXPECT_EQ(word_of(ternary, {0, 0, 0, 0, 0, 1}), "7a79");
  EXPECT_EQ(ternary.word_bits(5), 8);
  EXPECT_EQ(ternary.word_bits(16), 32);
}

TEST(StoredWeights, BinaryOnesAreABit) {
  EXPECT_EQ(word_of({StoredEncoding::Binary, 1}, {1, -1, -1, 1, -1}), "16");
}

TEST(StoredWeights, PowersOfTwoAreSignAndExponent) {
  // 1: 0001, -1: 1001, 0: 0000, 64: 0111, -16: 1101
  EXPECT_EQ(word_of({StoredEncoding::PowerOfTwo, 4}, {1, -1, 0, 64, -16}), "d7091");
}

}  // namespace
}  // namespace fixgate
