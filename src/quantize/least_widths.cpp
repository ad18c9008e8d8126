#include "quantize/least_widths.h"

#include <algorithm>
#include <set>
#include <vector>

#include "program/uses.h"
#include "quantize/exact_matrices.h"

namespace fixgate::program {
namespace {

constexpr int kWide = 24;
constexpr int kFactor = 16;

/// One read of a value: by the statement of which target, and whether the value passes on there as it is.
struct Reader {
  ValueId target;
  bool passes = false;
};

/// By value.
class Readers {
 public:
  explicit Readers(const FloatNetwork& network)
      : network_(network), readers_(network.program.values.size(), {}) {
    for (const Layer& layer : network.program.layers)
      for (const Statement& statement : layer.statements) {
        target_ = target_of(statement);
        if (const auto* sum = std::get_if<SumStatement>(&statement))
          add(sum->sum);
        else
          for (const Read& read : reads_of(statement))
            add(read, !std::holds_alternative<TableStatement>(statement));
      }
  }

  [[nodiscard]] const std::vector<Reader>& of(ValueId value) const { return readers_[value]; }

 private:
  void add(const Read& read, bool passes) { readers_[read.value].push_back({target_, passes}); }

  void add(const Sum& sum) {
    for (const Term& term : sum.terms)
      for (const Factor& factor : term.factors) {
        if (const auto* read = std::get_if<Read>(&factor)) add(*read, true);
        if (const auto* product = std::get_if<MatrixProduct>(&factor))
          add(product->read, common_power(*network_.weights[product->matrix]).has_value());
        if (const auto* lookup = std::get_if<RowLookup>(&factor)) add(lookup->token, false);
        if (const auto* bracket = std::get_if<Sum>(&factor)) add(*bracket);
      }
  }

  const FloatNetwork& network_;
  ValueId target_{0};
  IdVector<ValueId, std::vector<Reader>> readers_;
};

/// Adds the values that go nowhere but into those of `wide`.
void add_what_flows_into(const FloatNetwork& network, std::set<ValueId>& wide) {
  const Readers readers(network);
  std::set<ValueId> outputs;
  for (const Output& output : network.program.outputs) outputs.insert(output.value);
  const auto flows = [&](ValueId id) {
    const std::vector<Reader>& all = readers.of(id);
    return !all.empty() && !outputs.contains(id) && std::ranges::all_of(all, [&](const Reader& reader) {
      return reader.passes && (reader.target == id || wide.contains(reader.target));
    });
  };
  for (bool is_new = true; is_new;) {
    is_new = false;
    for (std::size_t index = network.program.values.size(); index-- > 0;)
      if (const ValueId id(index); !wide.contains(id) && flows(id)) is_new = wide.insert(id).second;
  }
}

/// Whether the statement adds to what its target was at an earlier tick.
bool accumulates(const SumStatement& statement) {
  return std::ranges::any_of(statement.sum.terms, [&](const Term& term) {
    const auto* read = term.factors.size() == 1 ? std::get_if<Read>(&term.factors.front()) : nullptr;
    return read != nullptr && read->value == statement.target;
  });
}

bool gives_factor(WideFunction function) {
  return function == WideFunction::Reciprocal || function == WideFunction::ReciprocalSquareRoot;
}

}  // namespace

IdVector<ValueId, int> least_widths(const FloatNetwork& network) {
  const Program& program = network.program;
  IdVector<ValueId, int> widths(program.values.size(), 0);
  std::set<ValueId> arguments;
  for (const Layer& layer : program.layers)
    for (const Statement& statement : layer.statements) {
      if (const auto* sum = std::get_if<SumStatement>(&statement); sum != nullptr && accumulates(*sum))
        widths[sum->target] = kWide;
      const auto* table = std::get_if<TableStatement>(&statement);
      const auto* wide =
          table == nullptr ? nullptr : std::get_if<WideFunction>(&program.functions[table->function]);
      if (wide == nullptr) continue;
      arguments.insert(table->argument.value);
      if (gives_factor(*wide)) widths[table->target] = std::max(widths[table->target], kFactor);
    }
  if (!arguments.empty()) add_what_flows_into(network, arguments);
  for (const ValueId id : arguments) widths[id] = kWide;
  return widths;
}

}  // namespace fixgate::program
