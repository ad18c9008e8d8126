// One layer of a program over all its ticks: docs/numerics.md, "Statements".
#pragma once

#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "program/fixed_network.h"
#include "simulate/reference/program_simulator.h"
#include "simulate/reference/sum_evaluator.h"
#include "simulate/reference/table_answers.h"
#include "simulate/reference/tick_reader.h"

namespace fixgate::program {

/// What is derived once of a statement that is no sum.
struct PreparedStatement {
  std::optional<TableAnswers> table;             // of a table with segments or entries
  const LeadingOneTable* leading_one = nullptr;  // of one over the leading one
  std::vector<OutputTaps> window;                // of an extreme, by element
  std::vector<int> sources;  // of a view, gather or pad: the operand's element, or -1 for zero
};

struct PreparedLayer {
  PreparedLayer(const FixedNetwork& network, const Layer& layer);

  LayerSums sums;
  std::vector<PreparedStatement> statements;
};

/// Runs a layer; writes what it makes into `values`.
class LayerRun {
 public:
  /// All outlive this.
  LayerRun(const FixedNetwork& network, const Layer& layer, const PreparedLayer& prepared,
           const TickReader& reader, ValueTicks& values);

  void run(ValueCounts& counts, ValueObserver* observer);

  // By kind of statement; each leaves its target's integers in result_.
  void operator()(const SumStatement& statement);
  void operator()(const TableStatement& statement);
  void operator()(const ExtremeStatement& statement);
  void operator()(const Concat& move);
  void operator()(const Block& move);
  void operator()(const Join& move);
  void operator()(const View& move) { move_elements(move.operand); }
  void operator()(const Gather& move) { move_elements(move.operand); }
  void operator()(const Pad& move) { move_elements(move.operand); }

 private:
  void look_up(const RowLookup& lookup, const SignalFormat& format);
  void move_elements(const Read& operand);
  void slide_window(const ExtremeStatement& statement, const SignalFormat& format);

  const FixedNetwork& network_;
  const Layer& layer_;
  const PreparedLayer& prepared_;
  const TickReader& reader_;
  ValueTicks& values_;
  SumEvaluator evaluator_;
  std::size_t index_ = 0;      // of the statement
  std::int64_t position_ = 0;  // of the tick in the layer's order
  std::int64_t overflows_ = 0;
  Integers result_;
};

}  // namespace fixgate::program
