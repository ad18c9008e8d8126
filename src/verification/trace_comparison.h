// Compares what the testbench prints with what the reference simulator computed, value by value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "verification/expectation.h"

namespace fixgate {

struct ComparisonResult {
  std::int64_t hidden_values = 0;  // compared
  std::int64_t output_values = 0;
  std::int64_t mismatches = 0;       // values that differ, are missing or too many, and broken rules
  std::string first_mismatch;        // in words; empty: none
  std::vector<std::int64_t> cycles;  // by sequence: its last output beat, counted from the first input beat
  bool ended = false;                // the testbench came to its end
};

/// Fed with the testbench's lines (hardware/testbench.h), in any order between engines and outputs.
class TraceComparison {
 public:
  /// Both outlive the comparison. Without `hidden`, a netlist's trace, hidden values are not waited for.
  TraceComparison(const Accelerator& accelerator, const std::vector<ExpectedSequence>& expected, bool hidden);

  /// False: the line is none of the testbench's.
  bool add_line(std::string_view line);

  /// Sequences whose outputs have all come.
  [[nodiscard]] std::size_t finished_sequences() const { return result_.cycles.size(); }

  /// After the last line; counts what is missing.
  ComparisonResult finish();

 private:
  // The next value due: of an engine the next unit of all its slices, of the output the next beat.
  struct Cursor {
    std::size_t sequence = 0;
    int step = 0;
    int unit = 0;
  };
  struct TracedEngine {
    const Engine* engine = nullptr;  // none: shows nothing
    Format format;
    int slice_units = 0;
    int value_width = 0;  // bits of a value in the trace
    Cursor due;
    std::int64_t compared = 0;  // values
  };

  bool add_hidden(std::string_view fields);
  void compare_slices(TracedEngine& traced, std::size_t engine, std::string_view hex);
  void advance(TracedEngine& traced);
  bool add_output(std::string_view fields);
  void compare_output(std::string_view hex, bool last, std::int64_t cycle);
  void note(std::string words);
  void note_missing(const TracedEngine& traced, std::size_t engine);
  [[nodiscard]] std::string layer_of(const Engine& engine) const;

  const Accelerator& accelerator_;
  const std::vector<ExpectedSequence>& expected_;
  std::vector<TracedEngine> traced_;
  Format output_format_;
  int output_width_ = 0;
  std::size_t output_sequence_ = 0;
  std::size_t output_beat_ = 0;
  std::int64_t first_input_ = 0;
  ComparisonResult result_;
};

}  // namespace fixgate
