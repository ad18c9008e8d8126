// The parts of the activation tables: docs/numerics.md, section 6.
#include <algorithm>

#include "numeric/accumulator.h"
#include "rtl/descriptors.h"
#include "rtl/module_test.h"
#include "rtl/timeline.h"

namespace fixgate::rtl {
namespace {

void add_values(Bench& bench, std::vector<Parameter> parameters, const std::vector<Word>& words) {
  parameters.push_back(for_bench(number("Count", static_cast<int>(words.size()))));
  parameters.push_back(for_bench(text("Vectors", bench.add_file(memory_text(words)))));
  bench.add_run(std::move(parameters), static_cast<std::int64_t>(words.size()));
}

TableKind stored_kind(Random& random) {
  return random.pick({TableKind::PiecewiseLinear, TableKind::Lookup});
}

void add_address(Bench& bench, Random& random) {
  const ActivationTable table = random_table(random, stored_kind(random));
  const bool mirrors = table.symmetry != TableSymmetry::None;
  const int in_width = travelling_width(table.input);
  const int address_width = index_bits(static_cast<int>(table.max_address()) + 1);
  std::vector<Word> words;
  for (const std::int64_t q : telling_values(random, table.input)) {
    const std::int64_t address =
        mirrors ? std::min(q < 0 ? -q : q, table.max_address()) : q - table.input.min();
    words.push_back(Word().add(q, in_width).add(address, address_width).add(mirrors && q < 0 ? 1 : 0, 1));
  }
  add_values(bench,
             {bits("Table", table_image(table).descriptor), number("InWidth", in_width),
              number("AddressWidth", address_width)},
             words);
}

void add_result(Bench& bench, Random& random) {
  const ActivationTable table = random_table(random, stored_kind(random));
  const Format& out = table.output.format;
  const int in_width = random.number(1, random.pick({10, 40}));
  const int out_width = travelling_width(out);
  std::vector<Word> words;
  std::int64_t overflowed = 0;
  for (const std::int64_t low : telling_values(random, {true, std::min(in_width, kMaxFormatWidth), 0})) {
    const std::int64_t value =
        in_width > kMaxFormatWidth ? low * random.number(1, 1 << (in_width - 32)) : low;
    const bool mirror = table.symmetry != TableSymmetry::None && random.chance(0.5);
    const Wide one = table.symmetry == TableSymmetry::Complement ? Wide{1} << out.fraction : 0;
    const Wide mirrored = mirror ? one - value : Wide{value};
    words.push_back(Word()
                        .add(value, in_width)
                        .add(mirror ? 1 : 0, 1)
                        .add(apply_overflow(mirrored, out, table.output.overflow, overflowed), out_width));
  }
  add_values(bench,
             {bits("Table", table_image(table).descriptor), number("InWidth", in_width),
              number("OutWidth", out_width)},
             words);
}

/// Starts of segments, as their words hold them.
struct Starts {
  std::vector<std::int64_t> starts{0};
  int address_width, start_width, word_width;

  explicit Starts(Random& random) : address_width(random.number(1, 24)) {
    const std::int64_t last = (std::int64_t{1} << address_width) - 1;
    for (int k = random.number(0, 40); k > 0; --k) starts.push_back(random.in(0, last));
    std::sort(starts.begin(), starts.end());
    starts.erase(std::unique(starts.begin(), starts.end()), starts.end());
    start_width = std::max(1, signed_width(0, starts.back()) - 1);
    word_width = start_width + random.number(0, 20);
  }

  [[nodiscard]] int entries() const { return static_cast<int>(starts.size()); }
  [[nodiscard]] std::int64_t random_address(Random& random) const {
    if (random.chance(0.5)) return random.in(0, (std::int64_t{1} << address_width) - 1);
    const std::int64_t start = starts[static_cast<std::size_t>(random.number(0, entries() - 1))];
    return std::max<std::int64_t>(0, start - random.number(0, 1));
  }
  [[nodiscard]] std::vector<Parameter> parameters(Bench& bench, Random& random) const {
    std::vector<Word> words;
    for (const std::int64_t start : starts)
      words.push_back(Word().add(start, start_width).add(random.in(0, 1 << 20), word_width - start_width));
    return {number("Entries", entries()), number("AddressWidth", address_width),
            number("StartWidth", start_width), number("WordWidth", word_width),
            text("File", bench.add_file(memory_text(words)))};
  }
};

void add_search(Bench& bench, Random& random) {
  const Starts starts(random);
  std::vector<Word> words;
  for (int k = 0; k < 200; ++k) {
    const std::int64_t address = starts.random_address(random);
    const int flag = random.number(0, 1);
    const auto after = std::upper_bound(starts.starts.begin(), starts.starts.end(), address);
    words.push_back(Word()
                        .add(address, starts.address_width)
                        .add(flag, 1)
                        .add(address, starts.address_width)
                        .add(flag, 1)
                        .add(after - starts.starts.begin() - 1, index_bits(starts.entries())));
  }
  add_values(bench, starts.parameters(bench, random), words);
}

void add_step(Bench& bench, Random& random) {
  const Starts starts(random);
  const int index_width = index_bits(starts.entries());
  const int bit = random.number(0, index_width - 1);
  std::vector<Word> words;
  for (int k = 0; k < 200; ++k) {
    const std::int64_t address = starts.random_address(random);
    const int flag = random.number(0, 1);
    // The bits above are found, the others are zero.
    const int index = random.number(0, starts.entries() - 1) >> (bit + 1) << (bit + 1);
    const int candidate = index | 1 << bit;
    const bool taken =
        candidate < starts.entries() && starts.starts[static_cast<std::size_t>(candidate)] <= address;
    words.push_back(Word()
                        .add(address, starts.address_width)
                        .add(flag, 1)
                        .add(index, index_width)
                        .add(address, starts.address_width)
                        .add(flag, 1)
                        .add(taken ? candidate : index, index_width));
  }
  std::vector<Parameter> parameters = starts.parameters(bench, random);
  parameters.insert(parameters.end(), {number("Bit", bit), number("IndexWidth", index_width)});
  add_values(bench, std::move(parameters), words);
}

TEST(TablePartsRtl, Address) {
  check_module("fg_table_address", add_address, 60, 2);
}
TEST(TablePartsRtl, Result) {
  check_module("fg_table_result", add_result, 60, 2);
}
TEST(TablePartsRtl, SegmentSearch) {
  check_module("fg_segment_search", add_search, 40, 2);
}
TEST(TablePartsRtl, SegmentStep) {
  check_module("fg_segment_step", add_step, 40, 2);
}

}  // namespace
}  // namespace fixgate::rtl
