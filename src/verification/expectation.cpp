#include "verification/expectation.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>

#include "hardware/stream_width.h"
#include "hardware/testbench.h"
#include "simulate/reference/program_simulator.h"

namespace fixgate {
namespace {

/// Keeps the integers of a few values.
class ValueRecorder : public program::ValueObserver {
 public:
  void listen_to(program::ValueId value) { kept_[value]; }

  void observe(program::ValueId value, std::int64_t, std::span<const std::int64_t> integers) override {
    const auto kept = kept_.find(value);
    if (kept != kept_.end()) kept->second.insert(kept->second.end(), integers.begin(), integers.end());
  }

  /// What came since the last call.
  std::vector<std::int64_t> take(program::ValueId value) { return std::exchange(kept_[value], {}); }

 private:
  std::map<program::ValueId, std::vector<std::int64_t>> kept_;
};

// The index of each row's largest value, the first of equals.
std::vector<std::int64_t> largest_indices(IntegerMatrix& outputs) {
  std::vector<std::int64_t> indices;
  for (int row = 0; row < outputs.rows; ++row) {
    const auto values = outputs.row(row);
    indices.push_back(std::ranges::max_element(values) - values.begin());
  }
  return indices;
}

class Expecter {
 public:
  explicit Expecter(const Accelerator& accelerator)
      : accelerator_(accelerator),
        input_(inputs_of(accelerator.program.program).front()),
        simulator_(accelerator.program),
        memory_(simulator_.initial_memory()),
        counts_(simulator_.no_counts()) {
    recorder_.listen_to(input_);
    for (const Engine& engine : accelerator.engines)
      if (has_trace(engine)) recorder_.listen_to(hidden_value(engine));
  }

  Result<ExpectedSequence> expect(const TestSequence& sequence) {
    if (!sequence.keeps_state) memory_ = simulator_.initial_memory();
    auto outputs = simulator_.run({&sequence.sequence, 1}, memory_, counts_, &recorder_);
    if (!outputs) return tl::make_unexpected(outputs.error().within(sequence.name));
    ExpectedSequence expected{
        sequence.name, sequence.keeps_state, static_cast<int>(sequence.sequence.steps()), {}, {}, {}};
    expected.inputs = recorder_.take(input_);
    for (const Engine& engine : accelerator_.engines)
      expected.hidden.push_back(has_trace(engine) ? recorder_.take(hidden_value(engine))
                                                  : std::vector<std::int64_t>{});
    expected.outputs = accelerator_.output == AcceleratorOutput::Index ? largest_indices(outputs->front())
                                                                       : std::move(outputs->front().values);
    return expected;
  }

 private:
  [[nodiscard]] program::ValueId hidden_value(const Engine& engine) const {
    return accelerator_.values[static_cast<std::size_t>(hidden_signal(accelerator_, engine))];
  }

  const Accelerator& accelerator_;
  program::ValueId input_;
  program::ProgramSimulator simulator_;
  program::Memory memory_;
  program::ValueCounts counts_;
  ValueRecorder recorder_;
};

void add_beats(std::string& text, const ExpectedSequence& sequence, int width) {
  const std::uint64_t mask = (std::uint64_t{1} << width) - 1;
  for (std::size_t beat = 0; beat < sequence.inputs.size(); ++beat)
    fmt::format_to(std::back_inserter(text), "{:0{}x} {:d} {:d}\n",
                   static_cast<std::uint64_t>(sequence.inputs[beat]) & mask, width / 4,
                   beat + 1 == sequence.inputs.size(), sequence.keeps_state);
}

}  // namespace

int hidden_signal(const Accelerator& accelerator, const Engine& engine) {
  if (!has_trace(engine)) return -1;
  const auto& layer = accelerator.network.layers[static_cast<std::size_t>(engine.layer)];
  return std::get<FixedRecurrent>(layer).cells.front().signals.hidden;
}

Result<std::vector<ExpectedSequence>> expect_sequences(const Accelerator& accelerator,
                                                       const std::vector<TestSequence>& sequences) {
  Expecter expecter(accelerator);
  std::vector<ExpectedSequence> expected;
  for (const TestSequence& sequence : sequences) {
    FIXGATE_ASSIGN(ExpectedSequence one, expecter.expect(sequence));
    expected.push_back(std::move(one));
  }
  return expected;
}

std::string beats_text(const Accelerator& accelerator, const std::vector<ExpectedSequence>& sequences) {
  std::string text;
  for (const ExpectedSequence& sequence : sequences)
    add_beats(text, sequence, input_stream_width(accelerator));
  return text;
}

std::int64_t count_outputs(const std::vector<ExpectedSequence>& sequences) {
  std::int64_t outputs = 0;
  for (const ExpectedSequence& sequence : sequences)
    outputs += static_cast<std::int64_t>(sequence.outputs.size());
  return outputs;
}

}  // namespace fixgate
