// The reference simulator against the transcription of the contract, value by value.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "simulate/reference/program_simulator.h"
#include "simulate/testing/plain_program.h"
#include "simulate/testing/value_trace.h"

namespace fixgate::testing_support {

/// What has been compared; a comparison is worth something only if the networks are alive.
struct JudgedValues {
  std::int64_t written = 0;
  std::int64_t overflows = 0;
  std::int64_t nonzero = 0;
};

/// Both run the same calls, one after the other, their states carried on.
class JudgedRun {
 public:
  /// `network` is verified and outlives this.
  explicit JudgedRun(const program::FixedNetwork& network)
      : network_(network), simulator_(network), memory_(simulator_.initial_memory()), judge_(network) {}

  /// Expects the same integers of every value at every tick, the same outputs and counts.
  void expect_equal(const std::vector<Sequence>& inputs, JudgedValues& judged) {
    plain::Record record;
    const auto expected = judge_.run(inputs, record);
    ValueTrace trace(network_.program);
    program::ValueCounts counts = simulator_.no_counts();
    const auto outputs = simulator_.run(inputs, memory_, counts, &trace);
    ASSERT_TRUE(outputs) << outputs.error().message;
    for (std::size_t k = 0; k < expected.size(); ++k) {
      std::vector<std::int64_t> flat;
      for (const plain::Integers& tick : expected[k]) flat.insert(flat.end(), tick.begin(), tick.end());
      ASSERT_EQ((*outputs)[k].values, flat);
      EXPECT_EQ((*outputs)[k].rows, static_cast<int>(expected[k].size()));
    }
    for (const program::ValueId id : network_.program.values.ids())
      expect_value(id, trace, counts, record, judged);
  }

 private:
  void expect_value(program::ValueId id, ValueTrace& trace, const program::ValueCounts& counts,
                    plain::Record& record, JudgedValues& judged) const {
    const std::string name = full_name(network_.program, network_.program.values[id]);
    const std::vector<std::int64_t>& expected = record.written[name];
    ASSERT_EQ(trace.values[name], expected) << name;
    EXPECT_EQ(counts.written[id], static_cast<std::int64_t>(expected.size())) << name;
    EXPECT_EQ(counts.overflows[id], record.overflows[name]) << name;
    judged.written += counts.written[id];
    judged.overflows += counts.overflows[id];
    judged.nonzero += std::ranges::count_if(expected, [](std::int64_t q) { return q != 0; });
  }

  const program::FixedNetwork& network_;
  program::ProgramSimulator simulator_;
  program::Memory memory_;
  plain::Interpreter judge_;
};

}  // namespace fixgate::testing_support
