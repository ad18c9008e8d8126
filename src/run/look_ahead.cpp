#include "run/look_ahead.h"

#include <algorithm>

#include "program/uses.h"

namespace fixgate {
namespace {

using program::Clock;
using program::ClockId;
using program::ClockKind;
using program::LayerId;
using program::Program;
using program::Read;
using program::Statement;
using program::ValueId;

using Ahead = std::optional<std::int64_t>;  // steps; nothing: all

/// Steps of the input to one tick of the clock; of an inner clock those of the tick that encloses it.
std::int64_t steps_of(const Program& program, ClockId id) {
  std::int64_t steps = 1;
  for (std::optional<ClockId> at = id; at; at = program.clocks[*at].parent)
    if (program.clocks[*at].kind == ClockKind::Strided) steps *= program.clocks[*at].factor;
  return steps;
}

bool is_backwards(const Program& program, LayerId id) {
  const program::Layer& layer = program.layers[id];
  return layer.is_reverse && program.clocks[layer.clock].kind != ClockKind::Inner;
}

Ahead of_read(const Program& program, LayerId layer, const Read& read,
              const program::IdVector<ValueId, Ahead>& known) {
  const Clock& clock = program.clocks[program.layers[layer].clock];
  const bool is_own = program.values[read.value].layer == layer;
  if (clock.kind == ClockKind::Once) return std::nullopt;
  const Ahead its = is_own ? Ahead(0) : known[read.value];
  if (!its || clock.kind == ClockKind::Inner || is_own) return its;
  // Tick k of a strided clock arises when the last step of its stride is there.
  const ClockId value_clock = program.values[read.value].clock;
  const std::int64_t own_steps = steps_of(program, program.layers[layer].clock);
  const std::int64_t value_steps = steps_of(program, value_clock);
  const std::int64_t late = read.tick.offset * value_steps - (own_steps - value_steps);
  return std::max<std::int64_t>(0, *its + late);
}

}  // namespace

std::optional<std::int64_t> look_ahead_of(const Program& program) {
  program::IdVector<ValueId, Ahead> known(program.values.size(), Ahead(0));
  for (const LayerId id : program.layers.ids()) {
    Ahead most = is_backwards(program, id) ? std::nullopt : Ahead(0);
    for (const Statement& statement : program.layers[id].statements)
      for (const Read& read : program::reads_of(statement)) {
        const Ahead its = of_read(program, id, read, known);
        most = most && its ? Ahead(std::max(*most, *its)) : std::nullopt;
      }
    for (const Statement& statement : program.layers[id].statements) known[target_of(statement)] = most;
  }
  Ahead most = 0;
  for (const program::Output& output : program.outputs)
    most = most && known[output.value] ? Ahead(std::max(*most, *known[output.value])) : std::nullopt;
  return most;
}

}  // namespace fixgate
