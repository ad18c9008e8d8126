#include "hardware/stored_weights.h"

#include <gtest/gtest.h>

#include <vector>

namespace fixgate {
namespace {

std::string word_of(const WeightCode& code, const std::vector<std::int32_t>& weights) {
  MemoryImage image(1, code.stored_bits(static_cast<std::int64_t>(weights.size())));
  put_weights(image, 0, code, weights);
  const std::string text = image.hex("");
  return text.substr(text.find('\n') + 1, text.size() - text.find('\n') - 2);
}

TEST(StoredWeights, PlainOnesAreTwosComplement) {
  EXPECT_EQ(word_of({WeightEncoding::Integer, 4}, {7, -8, -1}), "f87");
}

TEST(StoredWeights, FiveTernaryOnesAreAByte) {
  const WeightCode ternary{WeightEncoding::Ternary, 2};
  EXPECT_EQ(word_of(ternary, {-1, -1, -1, -1, -1}), "00");
  EXPECT_EQ(word_of(ternary, {0, 0, 0, 0, 0}), "79");   // 1 + 3 + 9 + 27 + 81 = 121
  EXPECT_EQ(word_of(ternary, {1, 1, 1, 1, 1}), "f2");   // 242
  EXPECT_EQ(word_of(ternary, {1, 0, -1, 0, 1}), "c2");  // 2 + 3 + 0 + 27 + 162 = 194
  // A byte that is not full: 2 + 3 + 9 + 27 + 81 = 122.
  EXPECT_EQ(word_of(ternary, {0, 0, 0, 0, 0, 1}), "7a79");
}

TEST(StoredWeights, BinaryOnesAreABit) {
  EXPECT_EQ(word_of({WeightEncoding::Binary, 1}, {1, -1, -1, 1, -1}), "16");
}

TEST(StoredWeights, PowersOfTwoAreSignAndExponent) {
  // 1: 0001, -1: 1001, 0: 0000, 64: 0111, -16: 1101
  EXPECT_EQ(word_of({WeightEncoding::PowerOfTwo, 4}, {1, -1, 0, 64, -16}), "d7091");
}

TEST(StoredWeights, MatricesOfOneEncodingKeepIt) {
  const std::vector<WeightCode> powers{{WeightEncoding::PowerOfTwo, 3}, {WeightEncoding::PowerOfTwo, 4}};
  EXPECT_EQ(common_code(powers), (WeightCode{WeightEncoding::PowerOfTwo, 4}));
  const std::vector<WeightCode> mixed{{WeightEncoding::PowerOfTwo, 4}, {WeightEncoding::Ternary, 2}};
  EXPECT_EQ(common_code(mixed), (WeightCode{WeightEncoding::Integer, 8}));
}

}  // namespace
}  // namespace fixgate
