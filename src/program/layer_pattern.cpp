#include "program/layer_pattern.h"

#include <algorithm>
#include <map>
#include <utility>

namespace fixgate::program {
namespace {

/// Numbers things of one kind as they are met.
template <typename IdType>
class Numbering {
 public:
  IdType number(IdType id) {
    const auto [found, is_new] = numbers_.emplace(id, IdType(met_.size()));
    if (is_new) met_.add(id);
    return found->second;
  }
  [[nodiscard]] std::optional<IdType> known(IdType id) const {
    const auto found = numbers_.find(id);
    return found == numbers_.end() ? std::nullopt : std::optional<IdType>(found->second);
  }
  [[nodiscard]] const IdVector<IdType, IdType>& met() const { return met_; }

 private:
  std::map<IdType, IdType> numbers_;
  IdVector<IdType, IdType> met_;
};

/// Rewrites statements with numbers in place of the program's ids.
class Renumbering {
 public:
  Statement operator()(SumStatement statement) {
    statement.target = values.number(statement.target);
    renumber(statement.sum);
    return statement;
  }
  Statement operator()(TableStatement statement) {
    statement.target = values.number(statement.target);
    statement.function = functions.number(statement.function);
    renumber(statement.argument);
    return statement;
  }
  Statement operator()(ExtremeStatement statement) {
    statement.target = values.number(statement.target);
    for (auto& operand : statement.operands) std::visit([this](auto& any) { renumber(any); }, operand);
    return statement;
  }
  Statement operator()(Concat move) {
    move.target = values.number(move.target);
    for (Read& operand : move.operands) renumber(operand);
    return move;
  }
  template <typename Move>  // of one operand
  Statement operator()(Move move) {
    move.target = values.number(move.target);
    renumber(move.operand);
    return move;
  }

  Numbering<ValueId> values;
  Numbering<MatrixId> matrices;
  Numbering<ConstantId> constants;
  Numbering<FunctionId> functions;

 private:
  void renumber(Read& read) { read.value = values.number(read.value); }
  void renumber(ConstantUse& use) { use.constant = constants.number(use.constant); }
  void renumber(MatrixProduct& product) {
    product.matrix = matrices.number(product.matrix);
    renumber(product.read);
  }
  void renumber(RowLookup& lookup) {
    lookup.matrix = matrices.number(lookup.matrix);
    renumber(lookup.token);
  }
  void renumber(Sum& sum) {
    for (Term& term : sum.terms)
      for (Factor& factor : term.factors) std::visit([this](auto& any) { renumber(any); }, factor);
  }
};

LayerPattern::PatternValue describe_value(const Program& program, LayerId layer, ValueId id) {
  const Value& value = program.values[id];
  LayerPattern::PatternValue described{value.size, value.vocabulary.has_value(), value.layer == layer, {}};
  if (described.is_made_here) return described;
  if (const auto relation = relation_between(program, program.layers[layer].clock, value.clock))
    described.clock = *relation;
  return described;
}

void describe_things(const Program& program, LayerId layer, const Renumbering& numbers,
                     LayerPattern& pattern) {
  for (const ValueId id : numbers.values.met()) pattern.values.add(describe_value(program, layer, id));
  for (const MatrixId id : numbers.matrices.met()) {
    const Matrix& matrix = program.matrices[id];
    pattern.matrices.add({matrix.rows, matrix.columns, matrix.shape});
  }
  for (const ConstantId id : numbers.constants.met())
    pattern.constants.add({program.constants[id].size, program.constants[id].inner});
  for (State state : program.states) {
    const auto number = numbers.values.known(state.value);
    if (!number || program.values[state.value].layer != layer) continue;
    state.value = *number;
    pattern.states.push_back(state);
  }
  std::ranges::sort(pattern.states, {}, &State::value);
}

}  // namespace

PatternOfLayer pattern_of(const Program& program, LayerId layer) {
  PatternOfLayer found;
  Renumbering numbers;
  for (const Statement& statement : program.layers[layer].statements)
    found.pattern.statements.push_back(std::visit(numbers, statement));
  describe_things(program, layer, numbers, found.pattern);
  found.parts = {numbers.values.met(), numbers.matrices.met(), numbers.constants.met(),
                 numbers.functions.met()};
  return found;
}

}  // namespace fixgate::program
