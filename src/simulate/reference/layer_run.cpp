#include "simulate/reference/layer_run.h"

#include <algorithm>

#include "numeric/requantise.h"
#include "program/moves.h"

namespace fixgate::program {
namespace {

PreparedStatement prepare(const FixedNetwork& network, const Statement& statement) {
  PreparedStatement prepared;
  if (const auto* lookup = std::get_if<TableStatement>(&statement)) {
    const Table& table = network.tables[network.table_of[lookup->function]];
    prepared.leading_one = std::get_if<LeadingOneTable>(&table);
    if (const auto* activation = std::get_if<ActivationTable>(&table)) prepared.table.emplace(*activation);
  } else if (const auto* extreme = std::get_if<ExtremeStatement>(&statement)) {
    const int size = network.program.values[extreme->target].size;
    for (int element = 0; extreme->window && element < size; ++element)
      prepared.window.push_back(taps_of(*extreme->window, element));
  } else if (const auto* view = std::get_if<View>(&statement)) {
    prepared.sources = sources_of(*view);
  } else if (const auto* pad = std::get_if<Pad>(&statement)) {
    prepared.sources = sources_of(*pad);
  } else if (const auto* gather = std::get_if<Gather>(&statement)) {
    prepared.sources = gather->indices;
  }
  return prepared;
}

}  // namespace

PreparedLayer::PreparedLayer(const FixedNetwork& network, const Layer& layer) : sums(network, layer) {
  for (const Statement& statement : layer.statements) statements.push_back(prepare(network, statement));
}

LayerRun::LayerRun(const FixedNetwork& network, const Layer& layer, const PreparedLayer& prepared,
                   const TickReader& reader, ValueTicks& values)
    : network_(network),
      layer_(layer),
      prepared_(prepared),
      reader_(reader),
      values_(values),
      evaluator_(prepared.sums, reader, values) {}

void LayerRun::run(ValueCounts& counts, ValueObserver* observer) {
  for (position_ = 0; position_ < reader_.order().count(); ++position_) {
    const std::int64_t tick = reader_.order().tick_at(position_);
    for (index_ = 0; index_ < layer_.statements.size(); ++index_) {
      const Statement& statement = layer_.statements[index_];
      const ValueId target = target_of(statement);
      overflows_ = 0;
      std::visit(*this, statement);
      std::ranges::copy(result_, values_[target].row(static_cast<int>(tick)).begin());
      counts.written[target] += static_cast<std::int64_t>(result_.size());
      counts.overflows[target] += overflows_;
      if (observer != nullptr) observer->observe(target, tick, result_);
    }
  }
}

void LayerRun::operator()(const SumStatement& statement) {
  const SignalFormat& format = network_.formats[statement.target];
  const Factor& first = statement.sum.terms.front().factors.front();
  if (const auto* lookup = std::get_if<RowLookup>(&first)) return look_up(*lookup, format);
  const PreparedSum& sum = prepared_.sums.sum(index_);
  evaluator_.evaluate(sum, position_, result_);
  const Requantiser requantiser(format);
  std::int64_t overflows = 0;
  for (std::size_t e = 0; e < result_.size(); ++e)
    result_[e] = requantiser(result_[e], sum.fractions[e], overflows);
  overflows_ += overflows;
}

// out[k] <- E[token, k], at the row's own fraction
void LayerRun::look_up(const RowLookup& lookup, const SignalFormat& format) {
  const auto token = static_cast<int>(reader_.find(lookup.token, position_).integers.front());
  const WeightMatrix& weights = network_.weights[lookup.matrix];
  const int fraction = weights.row_fractions[static_cast<std::size_t>(token)];
  result_.clear();
  for (const std::int32_t weight : weights.row(token))
    result_.push_back(requantise(weight, fraction, format, overflows_));
}

void LayerRun::operator()(const TableStatement& statement) {
  const PreparedStatement& prepared = prepared_.statements[index_];
  const auto integers = reader_.find(statement.argument, position_).integers;
  std::int64_t overflows = 0;
  result_.resize(integers.size());
  for (std::size_t e = 0; e < result_.size(); ++e)
    result_[e] = prepared.table ? (*prepared.table)(integers[e], overflows)
                                : apply_table(*prepared.leading_one, integers[e], overflows);
  overflows_ += overflows;
}

// The largest of the operands, aligned at the finest fraction; an operand outside of the sequence is left
// out.
void LayerRun::operator()(const ExtremeStatement& statement) {
  const SignalFormat& format = network_.formats[statement.target];
  if (statement.window) return slide_window(statement, format);
  struct Operand {
    std::span<const std::int64_t> integers;
    const Constant* constant;
    int fraction;
  };
  std::vector<Operand> operands;
  int finest = -kMaxFraction;
  for (const auto& any : statement.operands) {
    const auto* use = std::get_if<ConstantUse>(&any);
    if (use != nullptr) {
      const FixedConstant& integers = network_.constants[use->constant];
      operands.push_back({integers.values, &network_.program.constants[use->constant], *integers.fraction});
    } else {
      const Read& read = std::get<Read>(any);
      const Found found = reader_.find(read, position_);
      if (!found.is_outside)
        operands.push_back({found.integers, nullptr, network_.formats[read.value].format.fraction});
    }
  }
  for (const Operand& operand : operands) finest = std::max(finest, operand.fraction);
  result_.assign(static_cast<std::size_t>(network_.program.values[statement.target].size), 0);
  for (std::size_t e = 0; e < result_.size() && !operands.empty(); ++e) {
    std::optional<std::int64_t> chosen;
    for (const Operand& operand : operands) {
      const std::size_t at =
          operand.constant == nullptr
              ? e
              : static_cast<std::size_t>(constant_index(*operand.constant, static_cast<int>(e)));
      const std::int64_t q = align(operand.integers[at], finest - operand.fraction);
      if (!chosen || (statement.largest ? q > *chosen : q < *chosen)) chosen = q;
    }
    result_[e] = requantise(*chosen, finest, format, overflows_);
  }
}

// A position all of whose window is padding gives zero.
void LayerRun::slide_window(const ExtremeStatement& statement, const SignalFormat& format) {
  const Read& read = std::get<Read>(statement.operands.front());
  const auto integers = reader_.find(read, position_).integers;
  const int fraction = network_.formats[read.value].format.fraction;
  result_.clear();
  for (const OutputTaps& window : prepared_.statements[index_].window) {
    std::optional<std::int64_t> chosen;
    for (const Tap& tap : window.taps) {
      const std::int64_t q = integers[static_cast<std::size_t>(tap.input)];
      if (!chosen || (statement.largest ? q > *chosen : q < *chosen)) chosen = q;
    }
    result_.push_back(requantise(chosen.value_or(0), fraction, format, overflows_));
  }
}

void LayerRun::operator()(const Concat& move) {
  result_.clear();
  for (const Read& operand : move.operands) {
    const auto integers = reader_.find(operand, position_).integers;
    result_.insert(result_.end(), integers.begin(), integers.end());
  }
}

void LayerRun::operator()(const Block& move) {
  // The inner tick, whatever the order: block p belongs to inner tick p.
  const Clock& clock = network_.program.clocks[layer_.clock];
  const std::int64_t block = reader_.order().tick_at(position_) % clock.factor;
  const auto integers = reader_.find(move.operand, position_).integers;
  const std::size_t size = integers.size() / static_cast<std::size_t>(clock.factor);
  const auto mine = integers.subspan(static_cast<std::size_t>(block) * size, size);
  result_.assign(mine.begin(), mine.end());
}

void LayerRun::operator()(const Join& move) {
  const Clock& clock = network_.program.clocks[network_.program.values[move.operand.value].clock];
  const std::int64_t first = reader_.order().tick_at(position_) * clock.factor;
  result_.clear();
  for (std::int64_t tick = first; tick < first + clock.factor; ++tick) {
    const auto row = values_[move.operand.value].row(static_cast<int>(tick));
    result_.insert(result_.end(), row.begin(), row.end());
  }
}

void LayerRun::move_elements(const Read& operand) {
  const auto integers = reader_.find(operand, position_).integers;
  result_.clear();
  for (const int source : prepared_.statements[index_].sources)
    result_.push_back(source < 0 ? 0 : integers[static_cast<std::size_t>(source)]);
}

}  // namespace fixgate::program
