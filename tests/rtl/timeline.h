// What a module is given and what it must answer, cycle by cycle.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "rtl/bench.h"
#include "simulate/testing/random.h"

namespace fixgate::rtl {

class Timeline {
 public:
  /// Widths of the inputs' and outputs' fields, the lowest first. Inputs hold random bits until they are
  /// driven, outputs are not looked at until something is expected.
  Timeline(std::vector<int> inputs, std::vector<int> outputs, int cycles, testing_support::Random& random);

  void drive(int cycle, int field, std::int64_t value);
  void drive_always(int field, std::int64_t value);
  void expect(int cycle, int field, std::int64_t value);
  void expect_always(int field, std::int64_t value);

  [[nodiscard]] int cycles() const { return cycles_; }
  [[nodiscard]] std::int64_t driven(int cycle, int field) const { return inputs_[at(cycle)][at(field)]; }

  /// One run of the bench, with parameters Count and Vectors for this.
  void add_to(Bench& bench, std::vector<Parameter> parameters) const;

 private:
  static std::size_t at(int index) { return static_cast<std::size_t>(index); }
  [[nodiscard]] Word word(int cycle) const;

  std::vector<int> input_widths_;
  std::vector<int> output_widths_;
  int cycles_;
  std::vector<std::vector<std::int64_t>> inputs_;                  // [cycle][field]
  std::vector<std::vector<std::optional<std::int64_t>>> outputs_;  // likewise
};

/// `count` fields of `width` bits.
std::vector<int> repeated(int count, int width);

/// One list of fields after the other.
std::vector<int> joined(const std::vector<std::vector<int>>& lists);

/// Bits that count from 0 to `count` - 1; at least one.
int index_bits(int count);

}  // namespace fixgate::rtl
