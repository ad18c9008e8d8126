#include "simulate/program_inputs.h"

#include <algorithm>
#include <optional>
#include <string>

#include "simulate/program_reads.h"
#include "simulate/sequence_check.h"

namespace fixgate::program {
namespace {

Result<void> check_sequences(const Program& program, std::span<const Sequence> inputs) {
  const std::vector<ValueId> ids = inputs_of(program);
  if (inputs.size() != ids.size()) return fail("{} inputs for {}", inputs.size(), ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const Value& value = program.values[ids[i]];
    const auto done =
        check_sequence(inputs[i], value.vocabulary.has_value(), value.vocabulary.value_or(value.size));
    if (!done) return tl::make_unexpected(done.error().within("input " + value.name));
  }
  return {};
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
  std::vector<Read> reads;
  for (const Statement& statement : layer.statements) {
    const std::vector<Read> some = reads_of(statement);
    reads.insert(reads.end(), some.begin(), some.end());
  }
  for (const Read& read : reads) {
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

}  // namespace

Result<TickCounts> check_inputs(const Program& program, std::span<const Sequence> inputs) {
  FIXGATE_CHECK(check_sequences(program, inputs));
  FIXGATE_ASSIGN(TickCounts counts, count_ticks(program, inputs));
  for (const Layer& layer : program.layers) FIXGATE_CHECK(check_ends(program, layer, counts));
  return counts;
}

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

}  // namespace fixgate::program
