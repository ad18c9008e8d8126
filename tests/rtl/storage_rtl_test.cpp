// Delays and memories.
#include <deque>

#include "rtl/module_test.h"
#include "rtl/timeline.h"

namespace fixgate::rtl {
namespace {

constexpr int kCycles = 200;

void add_delay(Bench& bench, Random& random) {
  const int width = random.number(1, 40);
  const int depth = random.number(0, 5);
  std::vector<Word> words;
  for (int k = 0; k < kCycles; ++k) {
    const std::int64_t value = random.in(0, (std::int64_t{1} << width) - 1);
    words.push_back(Word().add(value, width).add(value, width));
  }
  bench.add_run({number("Width", width), number("Depth", depth), for_bench(number("Count", kCycles)),
                 for_bench(text("Vectors", bench.add_file(memory_text(words))))},
                kCycles);
}

void add_delay_valid(Bench& bench, Random& random) {
  const int depth = random.number(1, 9);
  Timeline timeline({1}, {1}, kCycles, random);
  for (int cycle = 0; cycle < kCycles; ++cycle) {
    timeline.drive(cycle, 0, random.number(0, 1));
    timeline.expect(cycle, 0, cycle < depth ? 0 : timeline.driven(cycle - depth, 0));
  }
  timeline.add_to(bench, {number("Depth", depth)});
}

void add_rom(Bench& bench, Random& random) {
  const int width = random.number(1, 60);
  const int depth = random.number(1, random.pick({4, 70}));
  std::vector<std::int64_t> values;
  std::vector<Word> words;
  for (int k = 0; k < depth; ++k) {
    values.push_back(random.in(0, (std::int64_t{1} << width) - 1));
    words.push_back(Word().add(values.back(), width));
  }
  Timeline timeline({index_bits(depth)}, {width}, kCycles, random);
  for (int cycle = 0; cycle < kCycles; ++cycle) {
    const int address = random.number(0, depth - 1);
    timeline.drive(cycle, 0, address);
    timeline.expect(cycle, 0, values[static_cast<std::size_t>(address)]);
  }
  timeline.add_to(bench, {number("Width", width), number("Depth", depth),
                          text("File", bench.add_file(memory_text(words)))});
}

void add_ram(Bench& bench, Random& random) {
  const int width = random.number(1, 60);
  const int depth = random.number(1, 20);
  const int address_width = index_bits(depth);
  enum { Read, Write, WriteAddress, WriteWord };
  Timeline timeline({address_width, 1, address_width, width}, {width}, kCycles, random);
  std::vector<std::optional<std::int64_t>> words(static_cast<std::size_t>(depth));
  for (int cycle = 0; cycle < kCycles; ++cycle) {
    const int from = random.number(0, depth - 1);
    const int to = random.number(0, depth - 1);
    const bool write = random.chance(0.6);
    timeline.drive(cycle, Read, from);
    timeline.drive(cycle, Write, write ? 1 : 0);
    timeline.drive(cycle, WriteAddress, to);
    const auto& word = words[static_cast<std::size_t>(from)];
    if (word) timeline.expect(cycle, 0, *word);
    if (write) words[static_cast<std::size_t>(to)] = timeline.driven(cycle, WriteWord);
  }
  timeline.add_to(bench, {number("Width", width), number("Depth", depth)});
}

void add_fifo(Bench& bench, Random& random) {
  const int width = random.number(1, 20);
  const int depth = random.number(1, 9);
  enum { Push, Data, Pop };
  enum { Valid, Out };
  Timeline timeline({1, width, 1}, {1, width}, 2 * kCycles, random);
  std::deque<int> written;  // the cycles in which what is there was written
  const double eagerness = random.real(0.2, 1.0);
  for (int cycle = 0; cycle < timeline.cycles(); ++cycle) {
    const bool push = static_cast<int>(written.size()) < depth && random.chance(eagerness);
    const bool valid = !written.empty() && written.front() + 2 <= cycle;
    const bool pop = valid && random.chance(0.7);
    timeline.drive(cycle, Push, push ? 1 : 0);
    timeline.drive(cycle, Pop, pop ? 1 : 0);
    timeline.expect(cycle, Valid, valid ? 1 : 0);
    if (valid) timeline.expect(cycle, Out, timeline.driven(written.front(), Data));
    if (pop) written.pop_front();
    if (push) written.push_back(cycle);
  }
  timeline.add_to(bench, {number("Width", width), number("Depth", depth)});
}

struct StoreShape {
  int units, slices, width, split, halves;

  [[nodiscard]] int slice_units() const { return (units + slices - 1) / slices; }
  [[nodiscard]] int words() const { return (slice_units() + split - 1) / split; }
};

StoreShape random_store(Random& random) {
  StoreShape shape{};
  do {
    shape.units = random.number(1, 20);
    shape.slices = random.number(1, 4);
  } while ((shape.slices - 1) * shape.slice_units() >= shape.units);
  shape.width = random.number(1, 12);
  shape.split = random.pick({1, 2, 4, 8});
  shape.halves = random.number(1, 2);
  return shape;
}

void add_state_store(Bench& bench, Random& random) {
  const StoreShape shape = random_store(random);
  const int data = 3;
  const int read_half = data + shape.slices;
  const auto inputs = joined({{1, 1, index_bits(shape.slice_units())},
                              repeated(shape.slices, shape.width),
                              {1, index_bits(shape.slices), index_bits(shape.words())}});
  Timeline timeline(inputs, repeated(shape.split, shape.width), 2 * kCycles, random);
  const auto place = [&](int half, int slice, int unit) {
    return static_cast<std::size_t>((half * shape.slices + slice) * shape.slice_units() + unit);
  };
  std::vector<std::optional<std::int64_t>> stored(place(shape.halves, 0, 0));
  for (int cycle = 0; cycle < timeline.cycles(); ++cycle) {
    const int from_half = random.number(0, shape.halves - 1);
    const int slice = random.number(0, shape.slices - 1);
    const int word = random.number(0, shape.words() - 1);
    timeline.drive(cycle, read_half, from_half);
    timeline.drive(cycle, read_half + 1, slice);
    timeline.drive(cycle, read_half + 2, word);
    for (int p = 0; p < shape.split; ++p) {
      const int unit = word * shape.split + p;
      const bool exists = unit < shape.slice_units() && slice * shape.slice_units() + unit < shape.units;
      if (!exists)
        timeline.expect(cycle, p, 0);
      else if (const auto& value = stored[place(from_half, slice, unit)])
        timeline.expect(cycle, p, *value);
    }
    const bool write = random.chance(0.6);
    const int to_half = random.number(0, shape.halves - 1);
    const int unit = random.number(0, shape.slice_units() - 1);
    timeline.drive(cycle, 0, write ? 1 : 0);
    timeline.drive(cycle, 1, to_half);
    timeline.drive(cycle, 2, unit);
    for (int s = 0; write && s < shape.slices; ++s)
      stored[place(to_half, s, unit)] = timeline.driven(cycle, data + s);
  }
  timeline.add_to(bench,
                  {number("Units", shape.units), number("Slices", shape.slices), number("Width", shape.width),
                   number("Split", shape.split), number("Halves", shape.halves)});
}

TEST(StorageRtl, Delay) {
  check_module("fg_delay", add_delay, 40, 2);
}
TEST(StorageRtl, DelayOfAFlag) {
  check_module("fg_delay_valid", add_delay_valid, 20, 2);
}
TEST(StorageRtl, Rom) {
  check_module("fg_rom", add_rom, 40, 2);
}
TEST(StorageRtl, Ram) {
  check_module("fg_ram", add_ram, 40, 2);
}
TEST(StorageRtl, Fifo) {
  check_module("fg_fifo", add_fifo, 60, 3);
}
TEST(StorageRtl, StateStore) {
  check_module("fg_state_store", add_state_store, 80, 3);
}

}  // namespace
}  // namespace fixgate::rtl
