#include "quantize/program_signals.h"

#include <algorithm>
#include <set>

#include "quantize/least_widths.h"

namespace fixgate::program {
namespace {

bool gives_no_negative(const Function& function) {
  if (const auto* wide = std::get_if<WideFunction>(&function))
    return *wide == WideFunction::SquareRoot || *wide == WideFunction::ReciprocalSquareRoot;
  const auto* activation = std::get_if<ActivationFunction>(&function);
  return activation != nullptr && fixgate::gives_no_negative(*activation);
}

/// Which values are at least zero by what makes them, whatever the inputs.
class NonNegative {
 public:
  explicit NonNegative(const FloatNetwork& network) : network_(network) {
    for (const State& state : network.program.states) remembered_.insert(state.value);
    for (const Layer& layer : network.program.layers)
      for (const Statement& statement : layer.statements)
        if (std::visit(*this, statement)) values_.insert(target_of(statement));
  }

  [[nodiscard]] bool contains(ValueId value) const { return values_.contains(value); }

  bool operator()(const TableStatement& statement) const {
    return gives_no_negative(network_.program.functions[statement.function]);
  }
  bool operator()(const SumStatement& statement) const { return is_sum(statement.sum); }
  bool operator()(const ExtremeStatement& statement) const {
    const auto is_operand = [&](const auto& operand) {
      return std::visit([this](const auto& any) { return this->is_factor(any); }, operand);
    };
    return statement.largest ? std::ranges::any_of(statement.operands, is_operand)
                             : std::ranges::all_of(statement.operands, is_operand);
  }
  bool operator()(const Concat& move) const {
    return std::ranges::all_of(move.operands, [this](const Read& read) { return is_factor(read); });
  }
  template <typename Move>
  bool operator()(const Move& move) const {
    return is_factor(move.operand);
  }

 private:
  // What a state remembers from before the first tick is a constant of the file or of the caller.
  [[nodiscard]] bool is_factor(const Read& read) const {
    return values_.contains(read.value) && !remembered_.contains(read.value);
  }
  [[nodiscard]] bool is_factor(const ConstantUse& use) const {
    return (network_.constants[use.constant].array() >= 0).all();
  }
  [[nodiscard]] bool is_factor(const Sum& sum) const { return is_sum(sum); }
  [[nodiscard]] bool is_factor(const MatrixProduct&) const { return false; }
  [[nodiscard]] bool is_factor(const RowLookup&) const { return false; }

  [[nodiscard]] bool is_sum(const Sum& sum) const {
    return std::ranges::all_of(sum.terms, [this](const Term& term) { return is_term(term); });
  }

  // Factors that are not known to be so come in equal pairs.
  [[nodiscard]] bool is_term(const Term& term) const {
    if (term.negative) return false;
    std::vector<const Factor*> unpaired;
    for (const Factor& factor : term.factors) {
      if (std::visit([this](const auto& any) { return this->is_factor(any); }, factor)) continue;
      const auto equal =
          std::ranges::find_if(unpaired, [&](const Factor* other) { return *other == factor; });
      if (equal == unpaired.end())
        unpaired.push_back(&factor);
      else
        unpaired.erase(equal);
    }
    return unpaired.empty();
  }

  const FloatNetwork& network_;
  std::set<ValueId> remembered_;
  std::set<ValueId> values_;
};

float largest_constant(const FloatNetwork& network, ValueId value) {
  const auto state = state_of(network.program, value);
  if (!state || network.initial[*state].size() == 0) return 0;
  return network.initial[*state].cwiseAbs().maxCoeff();
}

bool starts_below_zero(const FloatNetwork& network, ValueId value) {
  const auto state = state_of(network.program, value);
  return state && (network.initial[*state].array() < 0).any();
}

}  // namespace

std::vector<PlanSignal> plan_signals_of(const FloatNetwork& network, const FormatGroups& groups) {
  const Program& program = network.program;
  const NonNegative non_negative(network);
  // A hidden state is not taken for one-sided, whatever its function.
  const auto is_one_sided = [&](ValueId id) {
    return non_negative.contains(id) && program.values[id].role != SignalRole::Hidden;
  };
  const IdVector<ValueId, int> widths = least_widths(network);
  std::vector<PlanSignal> signals;
  for (const FormatGroup& group : groups.groups) {
    PlanSignal signal;
    for (const ValueId id : group.written) signal.least_width = std::max(signal.least_width, widths[id]);
    for (const ValueId id : group.moved) signal.least_width = std::max(signal.least_width, widths[id]);
    signal.is_never_negative = !group.written.empty() && std::ranges::all_of(group.written, is_one_sided);
    for (const ValueId id : group.written)
      signal.names.push_back({full_name(program, program.values[id]), program.values[id].role});
    if (signal.names.empty() || signal.names.front().name != group.name)
      signal.names.insert(signal.names.begin(),
                          {group.name, signal.names.empty() ? SignalRole::Dense : signal.names.front().role});
    for (const auto* values : {&group.written, &group.moved})
      for (const ValueId id : *values) {
        signal.largest_constant = std::max(signal.largest_constant, largest_constant(network, id));
        if (starts_below_zero(network, id)) signal.is_never_negative = false;
      }
    signals.push_back(std::move(signal));
  }
  return signals;
}

std::vector<FormatGroupId> groups_of_tables(const Program& program, const FormatGroups& groups) {
  std::set<FormatGroupId> found;
  for (const Layer& layer : program.layers)
    for (const Statement& statement : layer.statements) {
      const auto* table = std::get_if<TableStatement>(&statement);
      if (table != nullptr && std::holds_alternative<ActivationFunction>(program.functions[table->function]))
        found.insert(*groups.group_of[table->target]);
    }
  return {found.begin(), found.end()};
}

}  // namespace fixgate::program
