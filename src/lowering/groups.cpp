#include "lowering/groups.h"

#include <algorithm>

#include "lowering/change_reads.h"
#include "program/uses.h"

namespace fixgate::lowering {

using program::LayerId;
using program::Read;
using program::Statement;
using program::ValueId;

Groups groups_of(Draft draft) {
  Groups result;
  auto& program = draft.network.program;
  for (const LayerId id : program.layers.ids()) {
    program::Layer& layer = program.layers[id];
    Group group{layer.name, layer.label, layer.clock, layer.is_reverse, {}};
    for (const auto& [value, atoms] : draft.moves)
      if (program.values[value].layer == id) group.definitions.push_back({value, atoms});
    for (Statement& statement : layer.statements) {
      const ValueId target = target_of(statement);
      group.definitions.push_back({target, std::move(statement)});
    }
    result.groups.push_back(std::move(group));
  }
  draft.moves.clear();
  program.layers = {};
  result.draft = std::move(draft);
  return result;
}

std::vector<Read> reads_of(const Definition& definition) {
  if (const Statement* statement = definition.statement()) return program::reads_of(*statement);
  std::vector<Read> reads;
  for (const Atom& atom : *definition.atoms()) {
    if (!atom.value) continue;
    const Read read{*atom.value, atom.tick};
    if (reads.empty() || (reads.back() != read && std::ranges::find(reads, read) == reads.end()))
      reads.push_back(read);
  }
  return reads;
}

void replace_states(Groups& groups) {
  for (const auto& [state, first] : groups.draft.replaced_states)
    for (Group& group : groups.groups) {
      const auto makes = [&](const Definition& definition) { return definition.target == state; };
      if (std::ranges::none_of(group.definitions, makes)) continue;
      for (Definition& definition : group.definitions)
        if (auto* statement = std::get_if<Statement>(&definition.how))
          change_reads(*statement, [&, state = state, first = first](Read& read) {
            if (read.value == state && read.tick.offset == -1) read = Read{first};
          });
    }
}

namespace {

Result<program::FloatNetwork> run_passes(Groups groups) {
  replace_states(groups);
  simplify_moves(groups);
  remove_unused(groups);
  join_sums(groups);
  fold_affine_behind(groups);
  fold_affine(groups);
  remove_unused(groups);
  FIXGATE_CHECK(order_groups(groups));
  write_moves(groups);
  return emit(std::move(groups));
}

}  // namespace

Result<program::FloatNetwork> arrange(Draft draft) {
  return run_passes(groups_of(std::move(draft)));
}

}  // namespace fixgate::lowering
