// Encoded weights and what multiplies by them: docs/numerics.md, section 4.
#include "rtl/module_test.h"
#include "rtl/weight_code.h"

namespace fixgate::rtl {
namespace {

constexpr int kWords = 200;

void add_words(Bench& bench, const std::vector<Word>& words, std::vector<Parameter> parameters,
               const char* count) {
  const int size = static_cast<int>(words.size());
  parameters.push_back(for_bench(number(count, size)));
  parameters.push_back(for_bench(text("Vectors", bench.add_file(memory_text(words)))));
  bench.add_run(std::move(parameters), size);
}

void add_every_byte(Bench& bench, Random& /*random*/) {
  std::vector<Word> words;
  for (int byte = 0; byte < 243; ++byte) {
    Word word = Word().add(byte, 8);
    for (int rest = byte, k = 0; k < 5; ++k, rest /= 3) word.add(rest % 3 - 1, 2);
    words.push_back(word);
  }
  add_words(bench, words, {}, "Count");
}

void add_weights(Bench& bench, Random& random) {
  const WeightCode code = random_code(random);
  const int count = random.number(1, 12);
  const bool keep_code = code.encoding == WeightEncoding::PowerOfTwo && random.chance(0.5);
  const int width = (keep_code ? code.width : code.plain_width()) + random.number(0, 3);
  std::vector<Word> words;
  for (int w = 0; w < kWords; ++w) {
    std::vector<std::int64_t> weights;
    for (int k = 0; k < count; ++k) weights.push_back(random_weight(random, code));
    Word word = stored_word(code, weights);
    for (const std::int64_t weight : weights) {
      word.add(keep_code ? power_code(weight, width) : weight, width);
    }
    words.push_back(word);
  }
  add_words(bench, words,
            {number("Count", count), number("Encoding", static_cast<int>(code.encoding)),
             number("StoredWidth", code.width), flag("KeepCode", keep_code), number("WeightWidth", width)},
            "Words");
}

void add_product(Bench& bench, Random& random) {
  const auto kind = random.pick({ProductKind::Multiply, ProductKind::Select, ProductKind::Shift});
  const WeightCode code =
      kind == ProductKind::Multiply ? WeightCode{WeightEncoding::Integer, random.number(1, 12)}
      : kind == ProductKind::Select ? WeightCode{WeightEncoding::Ternary, 2}
                                    : WeightCode{WeightEncoding::PowerOfTwo, random.number(2, 5)};
  const WeightCode operand{WeightEncoding::Integer, random.number(1, 12)};
  const int full = code.plain_width() + operand.width;
  const int width = kind == ProductKind::Multiply ? full : random.number(operand.width, full + 2);
  std::vector<Word> words;
  for (int w = 0; w < kWords; ++w) {
    const std::int64_t weight = random_weight(random, code);
    const std::int64_t value = random_weight(random, operand);
    words.push_back(Word()
                        .add(kind == ProductKind::Shift ? power_code(weight, code.width) : weight, code.width)
                        .add(value, operand.width)
                        .add(weight * value, width));
  }
  add_words(bench, words,
            {number("Kind", static_cast<int>(kind)), number("WeightWidth", code.width),
             number("OperandWidth", operand.width), number("ProductWidth", width)},
            "Count");
}

TEST(WeightsRtl, TernaryBytes) {
  check_module("fg_ternary", add_every_byte, 1, 1);
}
TEST(WeightsRtl, WordsOfEveryEncoding) {
  check_module("fg_weights", add_weights, 80, 8);
}
TEST(WeightsRtl, Products) {
  check_module("fg_product", add_product, 60, 6);
}

}  // namespace
}  // namespace fixgate::rtl
