#include "simulate/vector/flat_terms.h"

namespace fixgate::program {
namespace {

using Action = ElementOperation::Action;
using Terms = std::vector<FlatTerm>;

bool is_row(const Source& source) {
  return source.kind == Source::Kind::Half || source.kind == Source::Kind::Word;
}

/// Shifts every term further; false where two shifts by element would meet, or the lanes end.
bool shift(Terms& terms, const ElementOperation& operation) {
  for (FlatTerm& term : terms) {
    if (operation.left == 0 && !operation.lefts) continue;
    const bool is_plain = !term.lefts && !operation.lefts;
    if (!is_plain && (term.lefts || term.left != 0)) return false;
    term.lefts = operation.lefts;
    term.left += operation.left;
    if (is_plain && term.left > 31) return false;
  }
  return true;
}

/// What the registers hold, operation by operation.
class Registers {
 public:
  explicit Registers(std::size_t count) : registers_(count) {}

  bool run(const ElementOperation& operation) {
    if (operation.action == Action::Multiply) return multiply(operation);
    if (operation.action == Action::Larger || operation.action == Action::Smaller) return false;
    Terms terms{{false, operation.source, std::nullopt, 0, std::nullopt}};
    if (operation.source.kind == Source::Kind::Register) terms = registers_[operation.source.index];
    if (!shift(terms, operation)) return false;
    Terms& at = registers_[operation.target];
    if (operation.action == Action::Set) at.clear();
    for (FlatTerm& term : terms) {
      if (operation.action == Action::Subtract) term.is_negative = !term.is_negative;
      at.push_back(term);
    }
    return true;
  }

  Terms take() { return std::move(registers_.front()); }

 private:
  bool multiply(const ElementOperation& operation) {
    Terms& at = registers_[operation.target];
    if (operation.source.kind == Source::Kind::Register)
      return multiply_terms(at, registers_[operation.source.index]);
    return multiply_terms(at, {{false, operation.source, std::nullopt, 0, std::nullopt}});
  }

  static bool multiply_terms(Terms& at, const Terms& by) {
    Terms products;
    for (const FlatTerm& a : at) {
      for (const FlatTerm& b : by) {
        const bool are_rows = is_row(a.first) && is_row(b.first) && !a.second && !b.second;
        if (!are_rows || a.lefts || b.lefts || a.left + b.left > 31) return false;
        products.push_back({a.is_negative != b.is_negative, a.first, b.first, a.left + b.left, std::nullopt});
      }
    }
    at = std::move(products);
    return true;
  }

  std::vector<Terms> registers_;
};

}  // namespace

std::optional<std::vector<FlatTerm>> flat_terms(const ElementPlan& plan) {
  if (plan.lanes != Lanes::Words || !plan.fit.fractions.empty() || plan.leaves_out) return {};
  Registers registers(plan.registers);
  for (const ElementOperation& operation : plan.operations)
    if (!registers.run(operation)) return {};
  Terms terms = registers.take();
  for (const FlatTerm& term : terms)
    if (term.first.kind == Source::Kind::Long) return {};
  return terms;
}

}  // namespace fixgate::program
