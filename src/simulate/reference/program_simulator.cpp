#include "simulate/reference/program_simulator.h"

#include <algorithm>
#include <optional>

#include "numeric/requantise.h"
#include "program/uses.h"
#include "simulate/reference/layer_run.h"
#include "simulate/sequence_check.h"

namespace fixgate::program {

struct ProgramSimulator::Prepared {
  std::vector<PreparedLayer> layers;
  Memory initial;
};

namespace {

Memory initial_memory_of(const FixedNetwork& network) {
  Memory memory;
  for (const StateId id : network.program.states.ids()) {
    const State& state = network.program.states[id];
    const auto size = static_cast<std::size_t>(network.program.values[state.value].size);
    std::vector<Integers> ticks;
    for (std::size_t back = 0; back < static_cast<std::size_t>(state.depth); ++back) {
      const auto& initial = network.initial[id];
      ticks.emplace_back(size);
      if (!initial.empty())
        std::copy_n(initial.begin() + static_cast<std::ptrdiff_t>(back * size), size, ticks.back().begin());
    }
    memory.add(std::move(ticks));
  }
  return memory;
}

/// Ticks of every clock. Errors: a clock of steps without an input; inputs of one clock that differ.
Result<TickCounts> count_ticks(const Program& program, std::span<const Sequence> inputs) {
  IdVector<ClockId, std::optional<std::int64_t>> known(program.clocks.size(), std::nullopt);
  const std::vector<ValueId> ids = inputs_of(program);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const Value& value = program.values[ids[i]];
    auto& count = known[value.clock];
    const auto steps = static_cast<std::int64_t>(inputs[i].steps());
    if (count && *count != steps)
      return fail("input {}: {} steps, where the input before it has {}", value.name, steps, *count);
    count = steps;
  }
  TickCounts counts;
  for (const ClockId id : program.clocks.ids()) {
    const Clock& clock = program.clocks[id];
    if (!clock.parent && !known[id])
      return fail("clock {} has no input that says how many steps there are", clock.name);
    const std::int64_t ticks = clock.parent ? clock.ticks(counts[*clock.parent]) : *known[id];
    if (known[id] && *known[id] != ticks)
      return fail("the input on clock {} has {} steps, and the clock {}", clock.name, *known[id], ticks);
    counts.add(ticks);
  }
  return counts;
}

/// Error: a layer reads the first or last ticks of a value that has fewer.
Result<void> check_ends(const Program& program, const Layer& layer, const TickCounts& counts) {
  for (const Read& read : uses_of(layer).reads) {
    const Value& value = program.values[read.value];
    if (program.clocks[layer.clock].parent != value.clock ||
        program.clocks[layer.clock].kind != ClockKind::Once)
      continue;
    const std::int64_t needed = std::abs(read.tick.offset) + std::int64_t{1};
    if (counts[value.clock] < needed)
      return fail("layer {} reads tick {} of {}, which has {}: give a longer sequence", layer.name, needed,
                  full_name(program, value), counts[value.clock]);
  }
  return {};
}

/// One run over the sequences of all inputs.
class ProgramRun {
 public:
  ProgramRun(const FixedNetwork& network, const Memory& initial, Memory& memory, ValueCounts& counts,
             ValueObserver* observer)
      : network_(network),
        program_(network.program),
        initial_(initial),
        memory_(memory),
        counts_(counts),
        observer_(observer) {}

  Result<void> enter(std::span<const Sequence> inputs) {
    const std::vector<ValueId> ids = inputs_of(program_);
    if (inputs.size() != ids.size()) return fail("{} inputs for {}", inputs.size(), ids.size());
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const Value& value = program_.values[ids[i]];
      const auto done =
          check_sequence(inputs[i], value.vocabulary.has_value(), value.vocabulary.value_or(value.size));
      if (!done) return tl::make_unexpected(done.error().within("input " + value.name));
    }
    FIXGATE_ASSIGN(ticks_, count_ticks(program_, inputs));
    for (const Layer& layer : program_.layers) FIXGATE_CHECK(check_ends(program_, layer, ticks_));
    for (const Value& value : program_.values)
      values_.add(IntegerMatrix(static_cast<int>(ticks_[value.clock]), value.size));
    for (std::size_t i = 0; i < ids.size(); ++i) enter_one(ids[i], inputs[i]);
    return {};
  }

  void run(const Layer& layer, const PreparedLayer& prepared) {
    const TickReader reader(program_, layer, values_, memory_, initial_, ticks_);
    LayerRun(network_, layer, prepared, reader, values_).run(counts_, observer_);
  }

  /// What every state remembers after the run.
  [[nodiscard]] Memory remembered() const {
    Memory after;
    for (const StateId id : program_.states.ids()) after.add(last_ticks(id));
    return after;
  }

  [[nodiscard]] std::vector<IntegerMatrix> outputs() const {
    std::vector<IntegerMatrix> outputs;
    for (const Output& output : program_.outputs) outputs.push_back(values_[output.value]);
    return outputs;
  }

 private:
  // numerics.md, section 3, "Input"
  void enter_one(ValueId id, const Sequence& sequence) {
    IntegerMatrix& integers = values_[id];
    std::int64_t overflows = 0;
    for (std::size_t k = 0; k < integers.values.size(); ++k)
      integers.values[k] = program_.values[id].vocabulary
                               ? sequence.tokens[k]
                               : quantise_input(sequence.features.data()[k], network_.formats[id], overflows);
    counts_.written[id] += static_cast<std::int64_t>(integers.values.size());
    counts_.overflows[id] += overflows;
    for (int tick = 0; observer_ != nullptr && tick < integers.rows; ++tick)
      observer_->observe(id, tick, integers.row(tick));
  }

  [[nodiscard]] std::vector<Integers> last_ticks(StateId id) const {
    const State& state = program_.states[id];
    const Value& value = program_.values[state.value];
    if (state.is_fresh) return initial_[id];
    Layer in_order;
    in_order.clock = value.clock;
    if (value.layer) in_order.is_reverse = program_.layers[*value.layer].is_reverse;
    const TickOrder order(program_, in_order, ticks_);
    std::vector<Integers> last;
    for (std::int64_t back = 0; back < state.depth; ++back) {
      const std::int64_t position = order.count() - 1 - back;
      if (position >= 0) {
        const auto row = values_[state.value].row(static_cast<int>(order.tick_at(position)));
        last.emplace_back(row.begin(), row.end());
      } else {
        last.push_back(memory_[id][static_cast<std::size_t>(-position - 1)]);
      }
    }
    return last;
  }

  const FixedNetwork& network_;
  const Program& program_;
  const Memory& initial_;
  Memory& memory_;
  ValueCounts& counts_;
  ValueObserver* observer_;
  TickCounts ticks_;
  ValueTicks values_;
};

}  // namespace

ProgramSimulator::ProgramSimulator(const FixedNetwork& network) : network_(network) {
  auto prepared = std::make_unique<Prepared>();
  for (const Layer& layer : network.program.layers) prepared->layers.emplace_back(network, layer);
  prepared->initial = initial_memory_of(network);
  prepared_ = std::move(prepared);
}

ProgramSimulator::~ProgramSimulator() = default;

Memory ProgramSimulator::initial_memory() const {
  return prepared_->initial;
}

Result<std::vector<IntegerMatrix>> ProgramSimulator::run(std::span<const Sequence> inputs, Memory& memory,
                                                         ValueCounts& counts, ValueObserver* observer) const {
  ProgramRun run(network_, prepared_->initial, memory, counts, observer);
  FIXGATE_CHECK(run.enter(inputs));
  const Program& program = network_.program;
  for (const LayerId id : program.layers.ids()) run.run(program.layers[id], prepared_->layers[id.index()]);
  memory = run.remembered();
  return run.outputs();
}

}  // namespace fixgate::program
