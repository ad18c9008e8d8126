// Changes the reads of statements in place.
#pragma once

#include "program/statement.h"

namespace fixgate::lowering {

template <typename Change>
void change_reads(program::Sum& sum, const Change& change) {
  for (program::Term& term : sum.terms)
    for (program::Factor& factor : term.factors) {
      if (auto* read = std::get_if<program::Read>(&factor)) change(*read);
      if (auto* product = std::get_if<program::MatrixProduct>(&factor)) change(product->read);
      if (auto* lookup = std::get_if<program::RowLookup>(&factor)) change(lookup->token);
      if (auto* bracket = std::get_if<program::Sum>(&factor)) change_reads(*bracket, change);
    }
}

template <typename Change>
class ReadChange {
 public:
  explicit ReadChange(const Change& change) : change_(change) {}

  void operator()(program::SumStatement& statement) const { change_reads(statement.sum, change_); }
  void operator()(program::TableStatement& statement) const { change_(statement.argument); }
  void operator()(program::ExtremeStatement& statement) const {
    for (auto& operand : statement.operands)
      if (auto* read = std::get_if<program::Read>(&operand)) change_(*read);
  }
  void operator()(program::Concat& move) const {
    for (program::Read& read : move.operands) change_(read);
  }
  template <typename Move>
  void operator()(Move& move) const {
    change_(move.operand);
  }

 private:
  const Change& change_;
};

/// Calls `change` on every read of the statement.
template <typename Change>
void change_reads(program::Statement& statement, const Change& change) {
  std::visit(ReadChange<Change>(change), statement);
}

}  // namespace fixgate::lowering
