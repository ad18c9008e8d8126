#include "program/program.h"

#include <algorithm>

namespace fixgate::program {
namespace {

std::string within_layer(const Program& program, LayerId layer, const std::string& name) {
  return program.layers[layer].name + "." + name;
}

}  // namespace

std::string full_name(const Program& program, const Value& value) {
  return value.layer ? within_layer(program, *value.layer, value.name) : value.name;
}

std::string full_name(const Program& program, const Matrix& matrix) {
  return within_layer(program, matrix.layer, matrix.name);
}

std::string full_name(const Program& program, const Constant& constant) {
  return within_layer(program, constant.layer, constant.name);
}

std::optional<StateId> state_of(const Program& program, ValueId value) {
  for (const StateId id : program.states.ids())
    if (program.states[id].value == value) return id;
  return std::nullopt;
}

std::vector<ValueId> inputs_of(const Program& program) {
  std::vector<ValueId> inputs;
  for (const ValueId id : program.values.ids())
    if (!program.values[id].layer) inputs.push_back(id);
  return inputs;
}

std::vector<ValueId> written_values(const Program& program) {
  std::vector<ValueId> written;
  for (const ValueId id : inputs_of(program))
    if (!program.values[id].vocabulary) written.push_back(id);
  for (const Layer& layer : program.layers)
    for (const Statement& statement : layer.statements) {
      const bool rounds = std::holds_alternative<SumStatement>(statement) ||
                          std::holds_alternative<TableStatement>(statement) ||
                          std::holds_alternative<ExtremeStatement>(statement);
      if (rounds) written.push_back(target_of(statement));
    }
  return written;
}

std::vector<ClockId> enclosing_clocks(const Program& program, ClockId inner) {
  std::vector<ClockId> clocks;
  for (ClockId at = inner; program.clocks[at].kind == ClockKind::Inner && program.clocks[at].parent;) {
    at = *program.clocks[at].parent;
    clocks.push_back(at);
  }
  return clocks;
}

}  // namespace fixgate::program
