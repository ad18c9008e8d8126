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
  const bool keep_code = code.encoding == Encoding::PowerOfTwo && random.chance(0.5);
  const int width = (keep_code ? code.stored_width : code.value_width()) + random.number(0, 3);
  std::vector<Word> words;
  for (int w = 0; w < kWords; ++w) {
    std::vector<std::int64_t> weights;
    for (int k = 0; k < count; ++k) weights.push_back(code.random_weight(random));
    Word word = code.stored(weights);
    for (const std::int64_t weight : weights) {
      const WeightCode wide{Encoding::PowerOfTwo, width};
      word.add(keep_code ? wide.power_code(weight) : weight, width);
    }
    words.push_back(word);
  }
  add_words(
      bench, words,
      {number("Count", count), number("Encoding", static_cast<int>(code.encoding)),
       number("StoredWidth", code.stored_width), flag("KeepCode", keep_code), number("WeightWidth", width)},
      "Words");
}

void add_product(Bench& bench, Random& random) {
  const auto kind = random.pick({ProductKind::Multiply, ProductKind::Select, ProductKind::Shift});
  const WeightCode code = kind == ProductKind::Multiply ? WeightCode{Encoding::Plain, random.number(1, 12)}
                          : kind == ProductKind::Select
                              ? WeightCode{Encoding::Ternary, 2}
                              : WeightCode{Encoding::PowerOfTwo, random.number(2, 5)};
  const WeightCode operand{Encoding::Plain, random.number(1, 12)};
  const int full = code.value_width() + operand.stored_width;
  const int width = kind == ProductKind::Multiply ? full : random.number(operand.stored_width, full + 2);
  std::vector<Word> words;
  for (int w = 0; w < kWords; ++w) {
    const std::int64_t weight = code.random_weight(random);
    const std::int64_t value = operand.random_weight(random);
    words.push_back(Word()
                        .add(kind == ProductKind::Shift ? code.power_code(weight) : weight, code.stored_width)
                        .add(value, operand.stored_width)
                        .add(weight * value, width));
  }
  add_words(bench, words,
            {number("Kind", static_cast<int>(kind)), number("WeightWidth", code.stored_width),
             number("OperandWidth", operand.stored_width), number("ProductWidth", width)},
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
