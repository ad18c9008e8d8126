#include "simulate/program_inputs.h"

#include <algorithm>
#include <cstdlib>
#include <optional>

#include "program/uses.h"
#include "simulate/sequence_check.h"

namespace fixgate::program {

InputCheck::InputCheck(const Program& program) : program_(program), inputs_(inputs_of(program)) {
  for (const LayerId id : program.layers.ids()) {
    const Layer& layer = program.layers[id];
    const Clock& clock = program.clocks[layer.clock];
    if (clock.kind != ClockKind::Once) continue;
    for (const Statement& statement : layer.statements)
      for (const Read& read : reads_of(statement))
        if (clock.parent == program.values[read.value].clock)
          ends_.push_back({id, read.value, std::abs(read.tick.offset) + std::int64_t{1}});
  }
}

Result<TickCounts> InputCheck::count_ticks(std::span<const Sequence> inputs) const {
  FIXGATE_CHECK(check_sequences(inputs));
  FIXGATE_ASSIGN(TickCounts counts, count_clocks(inputs));
  FIXGATE_CHECK(check_ends(counts));
  return counts;
}

Result<void> InputCheck::check_sequences(std::span<const Sequence> inputs) const {
  if (inputs.size() != inputs_.size()) return fail("{} inputs for {}", inputs.size(), inputs_.size());
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    const Value& value = program_.values[inputs_[i]];
    const auto done =
        check_sequence(inputs[i], value.vocabulary.has_value(), value.vocabulary.value_or(value.size));
    if (!done) return tl::make_unexpected(done.error().within("input " + value.name));
  }
  return {};
}

/// Ticks of every clock. Errors: a clock of steps without an input; inputs of one clock that differ.
Result<TickCounts> InputCheck::count_clocks(std::span<const Sequence> inputs) const {
  IdVector<ClockId, std::optional<std::int64_t>> known(program_.clocks.size(), std::nullopt);
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    const Value& value = program_.values[inputs_[i]];
    auto& count = known[value.clock];
    const auto steps = static_cast<std::int64_t>(inputs[i].steps());
    if (count && *count != steps)
      return fail("input {}: {} steps, where the input before it has {}", value.name, steps, *count);
    count = steps;
  }
  TickCounts counts(program_.clocks.size(), 0);
  for (std::size_t index = 0; index < counts.size(); ++index) {
    const ClockId id(index);
    const Clock& clock = program_.clocks[id];
    if (!clock.parent && !known[id])
      return fail("clock {} has no input that says how many steps there are", clock.name);
    counts[id] = clock.parent ? clock.ticks(counts[*clock.parent]) : *known[id];
    if (known[id] && *known[id] != counts[id])
      return fail("the input on clock {} has {} steps, and the clock {}", clock.name, *known[id], counts[id]);
  }
  return counts;
}

/// Error: a layer reads the first or last ticks of a value that has fewer.
Result<void> InputCheck::check_ends(const TickCounts& counts) const {
  for (const EndRead& read : ends_) {
    const Value& value = program_.values[read.value];
    if (counts[value.clock] < read.needed)
      return fail("layer {} reads tick {} of {}, which has {}: give a longer sequence",
                  program_.layers[read.layer].name, read.needed, full_name(program_, value),
                  counts[value.clock]);
  }
  return {};
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
