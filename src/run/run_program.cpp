#include "run/run_program.h"

#include <algorithm>
#include <set>

#include "parallel/for_each_index.h"
#include "quantize/plan.h"
#include "run/state_arrays.h"
#include "simulate/float/float_runner.h"
#include "simulate/program_inputs.h"
#include "simulate/reference/program_simulator.h"
#include "simulate/vector/vector_simulator.h"

namespace fixgate {
namespace {

using program::FixedNetwork;
using program::FloatNetwork;
using program::Program;
using program::ValueId;

/// The values that the patterns choose.
Result<std::set<ValueId>> chosen_values(const Program& program, const std::vector<std::string>& patterns) {
  std::set<ValueId> chosen;
  for (const std::string& pattern : patterns) {
    bool is_any = false;
    for (const ValueId id : program.values.ids())
      if (matches(pattern, full_name(program, program.values[id]))) {
        is_any = true;
        if (!program.values[id].vocabulary) chosen.insert(id);
      }
    if (!is_any) return fail("--signals {}: no value of the network has such a name", pattern);
  }
  return chosen;
}

Result<void> check_state(const RunData& data, const RunOptions& options) {
  if (options.state_input && data.sequences.size() != 1)
    return fail("a state is that of one sequence, and the data hold {}", data.sequences.size());
  return {};
}

Error in_sequence(const Error& error, const RunData& data, std::size_t index) {
  return data.is_batch ? error.within(fmt::format("sequence {}", index)) : error;
}

// --- fixed point ---

TickRows rows_of(const IntegerMatrix& matrix, const Format& format, bool integers,
                 std::vector<std::int64_t> axes) {
  TickRows rows{std::move(axes), {}, {}, matrix.rows};
  if (integers) {
    rows.integers = matrix.values;
    return rows;
  }
  for (const std::int64_t q : matrix.values) rows.numbers.push_back(format.value(q));
  return rows;
}

/// Keeps every tick of the values that are chosen.
class IntegerKeeper : public program::ValueObserver {
 public:
  IntegerKeeper(const std::set<ValueId>& chosen, std::size_t values) : chosen_(chosen), kept_(values) {}

  void observe(ValueId value, std::int64_t tick, std::span<const std::int64_t> integers) override {
    if (!chosen_.contains(value)) return;
    auto& ticks = kept_[value.index()];
    ticks[tick].assign(integers.begin(), integers.end());
  }

  [[nodiscard]] IntegerMatrix matrix(ValueId value, int size) const {
    const auto& ticks = kept_[value.index()];
    IntegerMatrix matrix(static_cast<int>(ticks.size()), size);
    int row = 0;
    for (const auto& [tick, integers] : ticks) std::ranges::copy(integers, matrix.row(row++).begin());
    return matrix;
  }

 private:
  const std::set<ValueId>& chosen_;
  std::vector<std::map<std::int64_t, std::vector<std::int64_t>>> kept_;
};

class FixedRun {
 public:
  FixedRun(const FixedNetwork& network, const RunOptions& options, const std::set<ValueId>& chosen)
      : network_(network), options_(options), chosen_(chosen) {
    if (chosen_.empty() && options.simulator == Simulator::Fast)
      fast_.emplace(network);
    else
      reference_.emplace(network);
  }

  Result<SequenceRows> run(const std::vector<Sequence>& inputs, program::Memory& memory) const {
    const Program& program = network_.program;
    IntegerKeeper keeper(chosen_, program.values.size());
    FIXGATE_ASSIGN(const std::vector<IntegerMatrix> outputs, simulate(inputs, memory, keeper));
    SequenceRows rows;
    for (std::size_t k = 0; k < outputs.size(); ++k) {
      const program::Output& output = program.outputs[k];
      rows.emplace(output.name, rows_of(outputs[k], network_.formats[output.value].format, options_.integers,
                                        tick_axes(output.shape, program.values[output.value].size)));
    }
    for (const ValueId id : chosen_) {
      const int size = program.values[id].size;
      rows.emplace(full_name(program, program.values[id]),
                   rows_of(keeper.matrix(id, size), network_.formats[id].format, options_.integers, {size}));
    }
    return rows;
  }

 private:
  Result<std::vector<IntegerMatrix>> simulate(const std::vector<Sequence>& inputs, program::Memory& memory,
                                              IntegerKeeper& keeper) const {
    program::ValueCounts counts(network_.program.values.size());
    if (reference_) return reference_->run(inputs, memory, counts, &keeper);
    auto outputs = fast_->run(std::span(&inputs, 1), std::span(&memory, 1), counts);
    if (!outputs) return tl::make_unexpected(outputs.error());
    return std::move(outputs->front());
  }

  const FixedNetwork& network_;
  const RunOptions& options_;
  const std::set<ValueId>& chosen_;
  std::optional<program::VectorSimulator> fast_;        // both give the same integers;
  std::optional<program::ProgramSimulator> reference_;  // this one shows every value
};

// --- float ---

TickRows rows_of(const FloatMatrix& matrix, std::vector<std::int64_t> axes) {
  TickRows rows{std::move(axes), {}, {}, matrix.rows()};
  rows.numbers.assign(matrix.data(), matrix.data() + matrix.size());
  return rows;
}

class FloatKeeper : public program::FloatValueObserver {
 public:
  explicit FloatKeeper(const std::set<ValueId>& chosen) : chosen_(chosen) {}

  void observe(ValueId value, std::int64_t first_tick, Eigen::Ref<FloatMatrix> rows) override {
    if (!chosen_.contains(value)) return;
    for (Eigen::Index k = 0; k < rows.rows(); ++k) kept_[value][first_tick + k] = rows.row(k);
  }

  [[nodiscard]] FloatMatrix matrix(ValueId value, int size) const {
    const auto found = kept_.find(value);
    if (found == kept_.end()) return FloatMatrix(0, size);
    FloatMatrix matrix(static_cast<Eigen::Index>(found->second.size()), size);
    Eigen::Index row = 0;
    for (const auto& [tick, numbers] : found->second) matrix.row(row++) = numbers;
    return matrix;
  }

 private:
  const std::set<ValueId>& chosen_;
  std::map<ValueId, std::map<std::int64_t, Eigen::RowVectorXf>> kept_;
};

class FloatRun {
 public:
  FloatRun(const FloatNetwork& network, const std::set<ValueId>& chosen)
      : network_(network), chosen_(chosen), runner_(network) {}

  Result<SequenceRows> run(const std::vector<Sequence>& inputs, program::FloatMemory& memory) const {
    const Program& program = network_.program;
    FloatKeeper keeper(chosen_);
    FIXGATE_ASSIGN(const std::vector<FloatMatrix> outputs, runner_.run(inputs, memory, &keeper));
    SequenceRows rows;
    for (std::size_t k = 0; k < outputs.size(); ++k) {
      const program::Output& output = program.outputs[k];
      rows.emplace(output.name,
                   rows_of(outputs[k], tick_axes(output.shape, program.values[output.value].size)));
    }
    for (const ValueId id : chosen_) {
      const int size = program.values[id].size;
      rows.emplace(full_name(program, program.values[id]), rows_of(keeper.matrix(id, size), {size}));
    }
    return rows;
  }

 private:
  const FloatNetwork& network_;
  const std::set<ValueId>& chosen_;
  program::FloatRunner runner_;
};

// --- both ---

/// Every sequence, over all cores; `memories` go from before each to after it.
template <typename Run, typename Memory>
Result<std::vector<SequenceRows>> run_all(const Run& run, const RunData& data, std::vector<Memory>& memories,
                                          const Supervision& supervision) {
  std::vector<Result<SequenceRows>> results(data.sequences.size());
  Progress progress("run", static_cast<std::int64_t>(results.size()), "sequences", supervision.progress);
  parallel_for_each_index(results.size(), [&](std::size_t index) {
    if (auto go_on = supervision.check(); !go_on)
      results[index] = tl::make_unexpected(go_on.error());
    else
      results[index] = run.run(data.sequences[index], memories[index]);
    progress.advance();
  });
  std::vector<SequenceRows> rows;
  for (std::size_t index = 0; index < results.size(); ++index) {
    if (!results[index]) return tl::make_unexpected(in_sequence(results[index].error(), data, index));
    rows.push_back(std::move(*results[index]));
  }
  return rows;
}

}  // namespace

Result<RunResult> run_program(const FixedNetwork& network, const RunData& data, const RunOptions& options,
                              const Supervision& supervision) {
  FIXGATE_CHECK(check_state(data, options));
  FIXGATE_ASSIGN(const std::set<ValueId> chosen, chosen_values(network.program, options.signals));
  program::Memory memory = program::initial_memory_of(network);
  if (options.state_input) {
    FIXGATE_ASSIGN(memory, memory_of(*options.state_input, network));
  }
  std::vector<program::Memory> memories(data.sequences.size(), memory);
  FIXGATE_ASSIGN(const auto rows, run_all(FixedRun(network, options, chosen), data, memories, supervision));
  RunResult result{output_arrays(rows, data.is_batch, true), state_arrays(network, memories.back())};
  add_constant_outputs(network.program.origin, result.outputs);
  return result;
}

Result<RunResult> run_program(const FloatNetwork& network, const RunData& data, const RunOptions& options,
                              const Supervision& supervision) {
  FIXGATE_CHECK(check_state(data, options));
  if (options.integers) return fail("--integers: a float network has none; quantize it first");
  FIXGATE_ASSIGN(const std::set<ValueId> chosen, chosen_values(network.program, options.signals));
  program::FloatMemory memory = initial_memory_of(network);
  if (options.state_input) {
    FIXGATE_ASSIGN(memory, memory_of(*options.state_input, network.program));
  }
  std::vector<program::FloatMemory> memories(data.sequences.size(), memory);
  FIXGATE_ASSIGN(const auto rows, run_all(FloatRun(network, chosen), data, memories, supervision));
  RunResult result{output_arrays(rows, data.is_batch, false), state_arrays(network.program, memories.back())};
  add_constant_outputs(network.program.origin, result.outputs);
  return result;
}

}  // namespace fixgate
