// A program with its integers: formats, weights, constants, tables, initial states.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "numeric/activation_table.h"
#include "numeric/leading_one_table.h"
#include "numeric/weight_matrix.h"
#include "program/program.h"

namespace fixgate::program {

using Table = std::variant<ActivationTable, LeadingOneTable>;

/// The integers of a constant vector. Without a fraction of its own it is a bias: it stands alone in its term
/// and is at the fraction that the sum's other terms have together, row by row.
struct FixedConstant {
  std::vector<std::int64_t> values;
  std::optional<int> fraction = std::nullopt;

  friend bool operator==(const FixedConstant&, const FixedConstant&) = default;
};

/// All but the program is indexed by the program's ids.
struct FixedNetwork {
  Program program;
  IdVector<ValueId, SignalFormat> formats;  // a token's is not used
  IdVector<MatrixId, WeightMatrix> weights;
  IdVector<ConstantId, FixedConstant> constants;
  IdVector<TableId, Table> tables;
  IdVector<FunctionId, TableId> table_of;
  IdVector<StateId, std::vector<std::int64_t>> initial;  // depth * size, the latest tick first; empty: zero
  std::int64_t float_parameters = 0;                     // of the network it was made from
  std::int64_t float_recurrent_parameters = 0;
  std::string plan;  // the FormatPlan (TOML) that made it

  friend bool operator==(const FixedNetwork&, const FixedNetwork&) = default;
};

/// The formats that a table reads and writes, whatever its kind.
const Format& input_format(const Table& table);
const SignalFormat& output_format(const Table& table);
std::string function_text(const Function& function);

/// The network with the codes of its weights but none of their integers, as its text without --full says it.
FixedNetwork without_integers(FixedNetwork network);

}  // namespace fixgate::program
