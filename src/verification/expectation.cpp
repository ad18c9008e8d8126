#include "verification/expectation.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>

#include "hardware/stream_width.h"
#include "hardware/testbench.h"
#include "simulate/reference/simulator.h"

namespace fixgate {
namespace {

/// Keeps the values of a few signals.
class SignalRecorder : public FixedObserver {
 public:
  void listen_to(int signal) { values_[signal]; }

  void observe(int signal, std::span<const std::int64_t> values) override {
    const auto kept = values_.find(signal);
    if (kept != values_.end()) kept->second.insert(kept->second.end(), values.begin(), values.end());
  }

  /// What came since the last call.
  std::vector<std::int64_t> take(int signal) { return std::exchange(values_[signal], {}); }

 private:
  std::map<int, std::vector<std::int64_t>> values_;
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
        simulator_(accelerator.network),
        state_(simulator_.initial_state()),
        counts_(simulator_.no_counts()) {
    if (!accelerator.network.takes_tokens) recorder_.listen_to(accelerator.network.input_signal);
    for (const Engine& engine : accelerator.engines)
      if (has_trace(engine)) recorder_.listen_to(hidden_signal(accelerator, engine));
  }

  Result<ExpectedSequence> expect(const TestSequence& sequence) {
    if (!sequence.keeps_state) state_ = simulator_.initial_state();
    auto outputs = simulator_.run(sequence.sequence, state_, counts_, &recorder_);
    if (!outputs) return tl::make_unexpected(outputs.error().within(sequence.name));
    ExpectedSequence expected{
        sequence.name, sequence.keeps_state, static_cast<int>(sequence.sequence.steps()), {}, {}, {}};
    if (accelerator_.network.takes_tokens)
      std::ranges::copy(sequence.sequence.tokens, std::back_inserter(expected.inputs));
    else
      expected.inputs = recorder_.take(accelerator_.network.input_signal);
    for (const Engine& engine : accelerator_.engines)
      expected.hidden.push_back(has_trace(engine) ? recorder_.take(hidden_signal(accelerator_, engine))
                                                  : std::vector<std::int64_t>{});
    expected.outputs = accelerator_.output == AcceleratorOutput::Index ? largest_indices(*outputs)
                                                                       : std::move(outputs->values);
    return expected;
  }

 private:
  const Accelerator& accelerator_;
  ReferenceSimulator simulator_;
  FixedState state_;
  OverflowCounts counts_;
  SignalRecorder recorder_;
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
