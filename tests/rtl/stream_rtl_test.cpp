// Modules between streams, under any waiting.
#include <algorithm>

#include "rtl/module_test.h"
#include "rtl/stream_run.h"
#include "rtl/timeline.h"

namespace fixgate::rtl {
namespace {

constexpr int kVectors = 40;

struct Flags {
  bool first, last;
};

Flags random_flags(Random& random) {
  return {random.chance(0.4), random.chance(0.4)};
}

Word element_word(std::int64_t value, int width, const Flags& flags) {
  return Word().add(value, width).add(flags.first ? 1 : 0, 1).add(flags.last ? 1 : 0, 1);
}

std::int64_t random_element(Random& random, int width) {
  const std::int64_t half = std::int64_t{1} << (width - 1);
  return random.in(-half, half - 1);
}

void add_argmax(Bench& bench, Random& random) {
  const int count = random.number(1, 12);
  const int width = random.number(1, random.pick({3, 33}));
  const int index_width = index_bits(count) + random.number(0, 1);
  StreamRun run{{number("Count", count), number("Width", width), number("IndexWidth", index_width)}, {}, {}};
  for (int v = 0; v < kVectors; ++v) {
    const Flags flags = random_flags(random);
    std::vector<std::int64_t> elements;
    for (int k = 0; k < count; ++k) {
      elements.push_back(random_element(random, width));
      run.in.push_back(element_word(elements.back(), width, flags));
    }
    const auto largest = std::max_element(elements.begin(), elements.end());  // the first of equals
    run.out.push_back(element_word(largest - elements.begin(), index_width, flags));
  }
  run.cycles = kVectors * count;
  add_streams(bench, run, random);
}

// Some sequences end within a step: zeros complete it.
void add_input(Bench& bench, Random& random) {
  const int inputs = random.number(1, 5);
  const int width = random.number(1, 32);
  const bool is_signed = random.chance(0.5);
  const int tdata_width = (width + 7) / 8 * 8;
  const int data_width = is_signed ? width : width + 1;
  StreamRun run{{number("Inputs", inputs), number("Width", width), flag("Signed", is_signed),
                 number("TDataWidth", tdata_width)},
                {},
                {}};
  for (int sequence = 0; sequence < 15; ++sequence) {
    const int beats = inputs * random.number(1, 4);
    const int sent = beats - (random.chance(0.5) ? random.number(0, inputs - 1) : 0);
    const bool keeps = random.chance(0.5);
    const bool anew = sequence == 0 || !keeps;
    for (int beat = 0; beat < beats; ++beat) {
      std::int64_t value = 0;
      if (beat < sent) {
        const std::int64_t bits = random.in(0, (std::int64_t{1} << tdata_width) - 1);
        const bool tuser = beat == 0 ? keeps : random.chance(0.5);
        run.in.push_back(
            Word().add(bits, tdata_width).add(beat + 1 == sent ? 1 : 0, 1).add(tuser ? 1 : 0, 1));
        value = is_signed ? bits << (64 - width) >> (64 - width) : bits & ((std::int64_t{1} << width) - 1);
      }
      run.out.push_back(element_word(value, data_width, {anew && beat < inputs, beat + 1 >= sent}));
    }
  }
  run.cycles = static_cast<int>(run.out.size()) - 1;
  add_streams(bench, run, random);
}

void add_output(Bench& bench, Random& random) {
  const int count = random.number(1, 6);
  const int width = random.number(1, 33);
  const int tdata_width = (width + 7) / 8 * 8;
  StreamRun run{{number("Count", count), number("Width", width), number("TDataWidth", tdata_width)}, {}, {}};
  for (int v = 0; v < kVectors; ++v) {
    const bool last = random.chance(0.4);
    for (int k = 0; k < count; ++k) {
      const std::int64_t value = random_element(random, width);
      run.in.push_back(Word().add(value, width).add(last ? 1 : 0, 1));
      run.out.push_back(Word().add(value, tdata_width).add(last && k + 1 == count ? 1 : 0, 1));
    }
  }
  run.cycles = kVectors * count - 1;
  add_streams(bench, run, random);
}

void add_vector_buffer(Bench& bench, Random& random) {
  const int count = random.number(1, 11);
  const int width = random.number(1, 20);
  const int split = random.pick({1, 2, 4, 8});
  const int words = (count + split - 1) / split;
  StreamRun run{{number("Count", count), number("Width", width), number("Split", split)}, {}, {}};
  for (int v = 0; v < kVectors; ++v) {
    std::vector<std::int64_t> elements(static_cast<std::size_t>(words * split));
    Flags flags{};  // those of the last element hold
    for (int k = 0; k < count; ++k) {
      flags = random_flags(random);
      elements[static_cast<std::size_t>(k)] = random_element(random, width);
      run.in.push_back(element_word(elements[static_cast<std::size_t>(k)], width, flags));
    }
    for (int w = 0; w < words; ++w) {
      Word word;
      for (int p = 0; p < split; ++p) word.add(elements[static_cast<std::size_t>(w * split + p)], width);
      run.out.push_back(word.add(flags.first ? 1 : 0, 1).add(flags.last ? 1 : 0, 1));
    }
  }
  add_streams(bench, run, random);
}

void add_emit(Bench& bench, Random& random) {
  const int width = random.number(1, 16);
  const bool emit_last = random.chance(0.4);
  int units = 1;
  int slices = 1;
  int slice_units = 1;
  do {
    units = random.number(1, 14);
    slices = random.number(1, 4);
    slice_units = (units + slices - 1) / slices;
  } while ((slices - 1) * slice_units >= units);
  StreamRun run{
      {number("Units", units), number("Slices", slices), number("Width", width), flag("EmitLast", emit_last)},
      {},
      {}};
  for (int v = 0; v < kVectors; ++v) {
    const Flags flags{random.chance(0.4), v + 1 == kVectors || random.chance(0.4)};
    std::vector<std::int64_t> elements;  // slice after slice, with the padding of the last one
    for (int k = 0; k < slices * slice_units; ++k) elements.push_back(random_element(random, width));
    for (int unit = 0; unit < slice_units; ++unit) {
      Word word;
      for (int s = 0; s < slices; ++s)
        word.add(elements[static_cast<std::size_t>(s * slice_units + unit)], width);
      run.in.push_back(word.add(flags.first ? 1 : 0, 1).add(flags.last ? 1 : 0, 1));
    }
    for (int unit = 0; unit < units && (flags.last || !emit_last); ++unit)
      run.out.push_back(element_word(elements[static_cast<std::size_t>(unit)], width, flags));
  }
  add_streams(bench, run, random);
}

TEST(StreamRtl, Argmax) {
  check_module("fg_argmax", add_argmax, 40, 3);
}
TEST(StreamRtl, Input) {
  check_module("fg_input", add_input, 30, 2);
}
TEST(StreamRtl, Output) {
  check_module("fg_output", add_output, 30, 2);
}
TEST(StreamRtl, VectorBuffer) {
  check_module("fg_vector_buffer", add_vector_buffer, 40, 3);
}
TEST(StreamRtl, Emit) {
  check_module("fg_emit", add_emit, 40, 3);
}

}  // namespace
}  // namespace fixgate::rtl
