// The program of ordered groups, with new ids.
#include <algorithm>
#include <map>

#include "lowering/change_reads.h"
#include "lowering/groups.h"
#include "program/uses.h"

namespace fixgate::lowering {
namespace {

using program::ClockId;
using program::ConstantId;
using program::FloatNetwork;
using program::FunctionId;
using program::LayerId;
using program::MatrixId;
using program::Program;
using program::Read;
using program::Statement;
using program::ValueId;

/// The matrices, constants and functions of statements with new ids.
class IdChange {
 public:
  IdChange(const std::map<MatrixId, MatrixId>& matrices, const std::map<ConstantId, ConstantId>& constants)
      : matrices_(matrices), constants_(constants) {}

  void change(program::Sum& sum) const {
    for (program::Term& term : sum.terms)
      for (program::Factor& factor : term.factors) {
        if (auto* product = std::get_if<program::MatrixProduct>(&factor))
          product->matrix = matrices_.at(product->matrix);
        if (auto* lookup = std::get_if<program::RowLookup>(&factor))
          lookup->matrix = matrices_.at(lookup->matrix);
        if (auto* use = std::get_if<program::ConstantUse>(&factor))
          use->constant = constants_.at(use->constant);
        if (auto* bracket = std::get_if<program::Sum>(&factor)) change(*bracket);
      }
  }
  void change(Statement& statement) const {
    if (auto* sum = std::get_if<program::SumStatement>(&statement)) change(sum->sum);
    if (auto* extreme = std::get_if<program::ExtremeStatement>(&statement))
      for (auto& operand : extreme->operands)
        if (auto* use = std::get_if<program::ConstantUse>(&operand))
          use->constant = constants_.at(use->constant);
  }

 private:
  const std::map<MatrixId, MatrixId>& matrices_;
  const std::map<ConstantId, ConstantId>& constants_;
};

class Emitter {
 public:
  explicit Emitter(Groups groups) : groups_(std::move(groups)), old_(groups_.program()) {}

  FloatNetwork emit() {
    new_.program.name = old_.name;
    new_.program.origin = old_.origin;
    add_clocks();
    for (const ValueId id : old_.values.ids())
      if (!old_.values[id].layer && is_used(id)) add_value(id, std::nullopt);
    number_values();
    for (Group& group : groups_.groups) add_layer(group);
    add_states();
    for (program::Output output : old_.outputs) {
      output.value = values_.at(output.value);
      new_.program.outputs.push_back(output);
    }
    name_outputs();
    return std::move(new_);
  }

 private:
  [[nodiscard]] bool is_used(ValueId value) const {
    const auto reads = [&](const Read& read) { return read.value == value; };
    for (const Group& group : groups_.groups)
      for (const Definition& definition : group.definitions)
        if (std::ranges::any_of(reads_of(definition), reads)) return true;
    return std::ranges::any_of(old_.outputs,
                               [&](const program::Output& output) { return output.value == value; });
  }

  void add_clocks() {
    std::set<ClockId> used;
    const auto use = [&](ClockId clock) {
      for (std::optional<ClockId> at = clock; at; at = old_.clocks[*at].parent) used.insert(*at);
    };
    for (const Group& group : groups_.groups) use(group.clock);
    for (const ValueId id : old_.values.ids())
      if (!old_.values[id].layer && is_used(id)) use(old_.values[id].clock);
    for (const ClockId id : used) {
      program::Clock clock = old_.clocks[id];
      if (clock.parent) clock.parent = clocks_.at(*clock.parent);
      clocks_.emplace(id, new_.program.clocks.add(std::move(clock)));
    }
  }

  void add_value(ValueId id, std::optional<LayerId> layer) {
    program::Value value = old_.values[id];
    value.layer = layer;
    value.clock = clocks_.at(value.clock);
    values_.emplace(id, new_.program.values.add(std::move(value)));
  }

  /// Ids before the statements that read later values of their own layer are written.
  void number_values() {
    for (std::size_t group = 0; group < groups_.groups.size(); ++group) {
      std::set<std::string> names;
      for (const Definition& definition : groups_.groups[group].definitions) {
        add_value(definition.target, LayerId(group));
        make_unique(new_.program.values[values_.at(definition.target)].name, names);
        new_.program.values[values_.at(definition.target)].clock = clocks_.at(groups_.groups[group].clock);
      }
    }
  }

  static void make_unique(std::string& name, std::set<std::string>& names) {
    const std::string base = name;
    for (int copy = 2; !names.insert(name).second; ++copy) name = fmt::format("{}_{}", base, copy);
  }

  void add_layer(Group& group) {
    make_unique(group.name, layer_names_);
    const LayerId id =
        new_.program.layers.add({group.name, group.label, clocks_.at(group.clock), group.is_reverse, {}});
    std::set<std::string> names;
    add_numbers(group, id, names);
    for (Definition& definition : group.definitions) {
      Statement statement = *definition.statement();
      change_reads(statement, [&](Read& read) { read.value = values_.at(read.value); });
      std::visit([&](auto& any) { any.target = values_.at(definition.target); }, statement);
      IdChange(matrices_, constants_).change(statement);
      if (auto* table = std::get_if<program::TableStatement>(&statement))
        table->function = new_.program.functions.add(old_.functions[table->function]);
      new_.program.layers[id].statements.push_back(std::move(statement));
    }
  }

  /// Matrices and constants in the order in which the draft declared them.
  void add_numbers(const Group& group, LayerId layer, std::set<std::string>& names) {
    program::Layer statements;
    for (const Definition& definition : group.definitions)
      statements.statements.push_back(*definition.statement());
    program::LayerUses uses = program::uses_of(statements);
    std::ranges::sort(uses.matrices);
    std::ranges::sort(uses.constants);
    for (const MatrixId id : uses.matrices) {
      if (matrices_.contains(id)) continue;
      program::Matrix matrix = old_.matrices[id];
      matrix.layer = layer;
      make_unique(matrix.name, names);
      matrices_.emplace(id, new_.program.matrices.add(std::move(matrix)));
      new_.weights.add(groups_.draft.network.weights[id]);
    }
    for (const ConstantId id : uses.constants) {
      if (constants_.contains(id)) continue;
      program::Constant constant = old_.constants[id];
      constant.layer = layer;
      make_unique(constant.name, names);
      constants_.emplace(id, new_.program.constants.add(std::move(constant)));
      new_.constants.add(groups_.draft.network.constants[id]);
    }
  }

  /// The draft's states, and those of values whose earlier ticks are carried on or read by their own layer.
  void add_states() {
    const std::map<ValueId, int> depths = depths_of_reads();
    std::set<ValueId> known;
    for (const program::StateId id : old_.states.ids()) {
      program::State state = old_.states[id];
      known.insert(state.value);
      if (!values_.contains(state.value) || groups_.draft.replaced_states.contains(state.value)) continue;
      const auto depth = depths.find(state.value);
      if (depth != depths.end()) state.depth = std::max(state.depth, depth->second);
      state.is_carried = state.is_carried || groups_.draft.carried.contains(state.value);
      state.value = values_.at(state.value);
      FloatVector initial = groups_.draft.network.initial[id];
      if (initial.size() != 0)
        initial.conservativeResize(Eigen::Index{state.depth} * old_.values[old_.states[id].value].size);
      new_.program.states.add(state);
      new_.initial.add(std::move(initial));
    }
    for (const auto& [value, depth] : depths) {
      const bool is_carried = groups_.draft.carried.contains(value);
      const bool was_replaced = groups_.draft.replaced_states.contains(value);
      if ((known.contains(value) && !was_replaced) || (!is_carried && !reads_itself(value))) continue;
      new_.program.states.add({values_.at(value), depth, false, is_carried});
      new_.initial.add({});
    }
  }

  [[nodiscard]] std::map<ValueId, int> depths_of_reads() const {
    std::map<ValueId, int> depths;
    for (const Group& group : groups_.groups)
      for (const Definition& definition : group.definitions)
        for (const Read& read : reads_of(definition)) {
          if (read.tick.from != program::Tick::From::Here || read.tick.offset >= 0) continue;
          int& depth = depths[read.value];
          depth = std::max(depth, -read.tick.offset);
        }
    return depths;
  }

  [[nodiscard]] bool reads_itself(ValueId value) const {
    for (const Group& group : groups_.groups) {
      const bool makes =
          std::ranges::any_of(group.definitions, [&](const Definition& d) { return d.target == value; });
      if (!makes) continue;
      for (const Definition& definition : group.definitions)
        for (const Read& read : reads_of(definition))
          if (read.value == value && read.tick.offset < 0) return true;
    }
    return false;
  }

  /// What a dense layer hands on at the end is an output.
  void name_outputs() {
    for (const program::Output& output : new_.program.outputs) {
      program::Value& value = new_.program.values[output.value];
      if (value.role == SignalRole::Dense && value.layer && !value.vocabulary)
        value.role = SignalRole::Output;
    }
  }

  Groups groups_;
  const Program& old_;
  FloatNetwork new_;
  std::map<ClockId, ClockId> clocks_;
  std::map<ValueId, ValueId> values_;
  std::map<MatrixId, MatrixId> matrices_;
  std::map<ConstantId, ConstantId> constants_;
  std::set<std::string> layer_names_;
};

}  // namespace

FloatNetwork emit(Groups groups) {
  return Emitter(std::move(groups)).emit();
}

}  // namespace fixgate::lowering
