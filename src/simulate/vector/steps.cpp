#include "simulate/vector/steps.h"

#include <utility>

#include "program/moves.h"
#include "simulate/vector/lookup_steps.h"
#include "simulate/vector/move_steps.h"
#include "simulate/vector/window_step.h"

namespace fixgate::program {
namespace {

class ElementStep : public Step {
 public:
  explicit ElementStep(ElementPlan plan) : plan_(std::move(plan)), kernel_(make_element_kernel(plan_)) {}

  std::int64_t run(const StepRows& rows) const override {
    return kernel_->run(rows.operands, rows.places, rows.targets);
  }

 private:
  ElementPlan plan_;
  std::unique_ptr<const ElementKernel> kernel_;
};

class StepMaker {
 public:
  StepMaker(const FixedNetwork& network, const Layer& layer, StepOperands& operands,
            const fast::MachineSettings& machine)
      : network_(network), layer_(layer), operands_(operands), machine_(machine) {}

  std::unique_ptr<const Step> operator()(const SumStatement& statement) const {
    const auto* lookup = std::get_if<RowLookup>(&statement.sum.terms.front().factors.front());
    if (lookup != nullptr)
      return make_row_step(network_, *lookup, statement.target, operands_.operand(lookup->token));
    return std::make_unique<ElementStep>(plan_sum(network_, statement, operands_));
  }

  std::unique_ptr<const Step> operator()(const TableStatement& statement) const {
    const Table& table = network_.tables[network_.table_of[statement.function]];
    const auto* activation = std::get_if<ActivationTable>(&table);
    if (activation != nullptr && activation->kind == TableKind::Rectifier)
      return std::make_unique<ElementStep>(plan_rectifier(network_, statement, operands_));
    const std::size_t size = size_of(statement.target);
    return make_table_step(table, size, operands_.operand(statement.argument), machine_);
  }

  std::unique_ptr<const Step> operator()(const ExtremeStatement& statement) const {
    if (!statement.window) return std::make_unique<ElementStep>(plan_extreme(network_, statement, operands_));
    const Read& read = std::get<Read>(statement.operands.front());
    return make_window_step(network_, statement, operands_.operand(read));
  }

  std::unique_ptr<const Step> operator()(const Concat& move) const {
    std::vector<MovedOperand> moved;
    for (const Read& read : move.operands)
      moved.push_back({operands_.operand(read), whole_vector(size_of(read.value))});
    return make_move_step(storage_of_target(move.target), std::move(moved), size_of(move.target));
  }

  std::unique_ptr<const Step> operator()(const View& move) const {
    return from_sources(move, sources_of(move));
  }
  std::unique_ptr<const Step> operator()(const Gather& move) const {
    return from_sources(move, move.indices);
  }
  std::unique_ptr<const Step> operator()(const Pad& move) const {
    return from_sources(move, sources_of(move));
  }

  std::unique_ptr<const Step> operator()(const Block& move) const {
    return make_block_step(storage_of_target(move.target), operands_.operand(move.operand),
                           size_of(move.target), network_.program.clocks[layer_.clock].factor);
  }

  std::unique_ptr<const Step> operator()(const Join& move) const {
    const Value& operand = network_.program.values[move.operand.value];
    return make_join_step(storage_of_target(move.target), move.operand.value,
                          static_cast<std::size_t>(operand.size),
                          network_.program.clocks[operand.clock].factor);
  }

 private:
  [[nodiscard]] std::size_t size_of(ValueId value) const {
    return static_cast<std::size_t>(network_.program.values[value].size);
  }
  [[nodiscard]] Storage storage_of_target(ValueId value) const { return operands_.layout(value).storage; }

  template <typename Move>
  std::unique_ptr<const Step> from_sources(const Move& move, std::vector<int> sources) const {
    std::vector<MovedOperand> moved{{operands_.operand(move.operand), std::move(sources)}};
    return make_move_step(storage_of_target(move.target), std::move(moved), size_of(move.target));
  }

  const FixedNetwork& network_;
  const Layer& layer_;
  StepOperands& operands_;
  const fast::MachineSettings& machine_;
};

}  // namespace

std::unique_ptr<const Step> make_step(const FixedNetwork& network, const Layer& layer,
                                      const Statement& statement, StepOperands& operands,
                                      const fast::MachineSettings& machine) {
  return std::visit(StepMaker(network, layer, operands, machine), statement);
}

}  // namespace fixgate::program
