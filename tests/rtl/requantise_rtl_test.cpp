// Rounding and overflow against shift_round, apply_overflow and requantise.
#include <gtest/gtest.h>

#include "numeric/requantise.h"
#include "rtl/bench.h"
#include "rtl/descriptors.h"
#include "rtl/random_tables.h"

namespace fixgate::rtl {
namespace {

Format any_integer(int width) {
  return {true, width, 0};
}

void add_vectors(Bench& bench, std::vector<Parameter> parameters, const std::vector<Word>& words) {
  parameters.push_back(for_bench(number("Count", static_cast<int>(words.size()))));
  parameters.push_back(for_bench(text("Vectors", bench.add_file(memory_text(words)))));
  bench.add_run(std::move(parameters), static_cast<std::int64_t>(words.size()));
}

void add_round(Bench& bench, Random& random) {
  const int in_width = random.number(1, random.pick({10, 32}));
  const int shift = random.number(-8, in_width + 3);
  const auto rounding = random.pick({Rounding::Floor, Rounding::Nearest, Rounding::Convergent});
  const int out_width = shift > 0 ? std::max(in_width - shift, 1) + 1 : in_width - shift;
  std::vector<Word> words;
  for (const std::int64_t v : telling_values(random, any_integer(in_width)))
    words.push_back(
        Word().add(v, in_width).add(static_cast<std::int64_t>(shift_round(v, shift, rounding)), out_width));
  add_vectors(bench,
              {number("InWidth", in_width), number("Shift", shift),
               number("Rounding", static_cast<int>(rounding)), for_bench(number("OutWidth", out_width))},
              words);
}

void add_overflow(Bench& bench, Random& random) {
  const int in_width = random.number(1, random.pick({10, 32}));
  const SignalFormat signal = random_signal(random, kMaxFormatWidth);
  const int out_width = travelling_width(signal.format) + random.pick({0, 0, 5});
  std::vector<Word> words;
  std::int64_t overflowed = 0;
  for (const std::int64_t v : telling_values(random, any_integer(in_width)))
    words.push_back(Word()
                        .add(v, in_width)
                        .add(apply_overflow(v, signal.format, signal.overflow, overflowed), out_width));
  add_vectors(bench,
              {number("InWidth", in_width), number("Width", signal.format.width),
               flag("Signed", signal.format.is_signed), number("Overflow", static_cast<int>(signal.overflow)),
               number("OutWidth", out_width)},
              words);
}

void add_requantise(Bench& bench, Random& random) {
  const SignalFormat signal = random_signal(random, kMaxFormatWidth);
  const int in_width = random.number(1, random.pick({10, 24, 64}));
  const int shift = random.chance(0.2) ? random.number(-20, 70) : random.number(-2, in_width + 2);
  const int out_width = travelling_width(signal.format);
  const int fraction = signal.format.fraction + shift;
  std::vector<std::int64_t> values = telling_values(random, any_integer(std::min(in_width, kMaxFormatWidth)));
  if (in_width > kMaxFormatWidth)
    for (std::int64_t& v : values) v = random.in(INT64_MIN, INT64_MAX) >> random.number(64 - in_width, 63);
  std::vector<Word> words;
  std::int64_t overflowed = 0;
  for (const std::int64_t v : values)
    words.push_back(Word().add(v, in_width).add(requantise(v, fraction, signal, overflowed), out_width));
  add_vectors(bench,
              {number("InWidth", in_width), bits("Signal", signal_word(signal, fraction)),
               number("OutWidth", out_width)},
              words);
}

void check_module(const std::string& module, void (*add)(Bench&, Random&), int sets, int netlists) {
  if (is_missing("iverilog")) GTEST_SKIP() << "iverilog is not installed";
  Random random(seed());
  Bench bench(module);
  for (int k = 0; k < sets; ++k) add(bench, random);
  bench.check(netlists);
}

TEST(RequantiseRtl, Round) {
  check_module("fg_round", add_round, 120, 4);
}
TEST(RequantiseRtl, Overflow) {
  check_module("fg_overflow", add_overflow, 120, 4);
}
TEST(RequantiseRtl, Requantise) {
  check_module("fg_requantise", add_requantise, 160, 4);
}

}  // namespace
}  // namespace fixgate::rtl
