#include "program/uses.h"

#include <algorithm>

namespace fixgate::program {
namespace {

class UseLister {
 public:
  void operator()(const SumStatement& statement) { add(statement.sum); }
  void operator()(const TableStatement& statement) {
    uses.functions.push_back(statement.function);
    add(statement.argument);
  }
  void operator()(const ExtremeStatement& statement) {
    for (const auto& operand : statement.operands) std::visit([this](const auto& any) { add(any); }, operand);
  }
  void operator()(const Concat& move) {
    for (const Read& operand : move.operands) add(operand);
  }
  template <typename Move>  // of one operand
  void operator()(const Move& move) {
    add(move.operand);
  }

  LayerUses uses;

 private:
  void add(const Read& read) { uses.reads.push_back(read); }
  void add(const ConstantUse& use) { uses.constants.push_back(use.constant); }
  void add(const MatrixProduct& product) {
    uses.matrices.push_back(product.matrix);
    add(product.read);
  }
  void add(const RowLookup& lookup) {
    uses.matrices.push_back(lookup.matrix);
    add(lookup.token);
  }
  void add(const Sum& sum) {
    for (const Term& term : sum.terms)
      for (const Factor& factor : term.factors) std::visit([this](const auto& any) { add(any); }, factor);
  }
};

}  // namespace

LayerUses uses_of(const Layer& layer) {
  UseLister lister;
  for (const Statement& statement : layer.statements) std::visit(lister, statement);
  return std::move(lister.uses);
}

std::vector<Read> reads_of(const Statement& statement) {
  UseLister lister;
  std::visit(lister, statement);
  return std::move(lister.uses.reads);
}

bool is_recurrent(const Program& program, LayerId layer) {
  return std::ranges::any_of(program.states,
                             [&](const State& state) { return program.values[state.value].layer == layer; });
}

}  // namespace fixgate::program
