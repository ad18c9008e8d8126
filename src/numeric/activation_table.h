// Tables for the activation functions, integer in and integer out: docs/numerics.md, section 6.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "numeric/format.h"

namespace fixgate {

inline constexpr int kMaxTableInputWidth = 24;  // so that every input can be visited

enum class TableKind { PiecewiseLinear, Lookup, Rectifier };
enum class TableSymmetry { None, Odd, Complement };

/// y = offset + slope * (a - start), at fraction (input fraction + slope fraction).
struct Segment {
  std::int64_t start = 0;
  std::int64_t offset = 0;
  std::int64_t slope = 0;

  friend bool operator==(const Segment&, const Segment&) = default;
};

struct ActivationTable {
  std::string function;  // the ONNX activation it stands for, with its parameters
  TableKind kind = TableKind::PiecewiseLinear;
  TableSymmetry symmetry = TableSymmetry::None;
  Format input;
  SignalFormat output;
  int slope_fraction = 0;             // piecewise-linear
  std::vector<Segment> segments;      // piecewise-linear
  int drop = 0;                       // lookup: low address bits left out
  std::vector<std::int64_t> entries;  // lookup

  /// Largest address that an input can have.
  [[nodiscard]] std::int64_t max_address() const;

  friend bool operator==(const ActivationTable&, const ActivationTable&) = default;
};

/// T(q) of the contract; q must be in the range of the input format. Counts an overflow in `overflowed`.
std::int64_t apply_table(const ActivationTable& table, std::int64_t q, std::int64_t& overflowed);

/// Errors: widths, starts, symmetry or entry counts that the contract does not allow, values beyond 64 bits.
Result<void> check_table(const ActivationTable& table);

struct TableError {
  double maximum = 0;   // |table - function|, over every input
  std::int64_t at = 0;  // the first input that has it
};

/// Visits every input of the table.
TableError maximum_error(const ActivationTable& table, const std::function<double(double)>& function);

std::string to_text(TableKind kind);
std::string to_text(TableSymmetry symmetry);
Result<TableKind> parse_table_kind(std::string_view text);
Result<TableSymmetry> parse_table_symmetry(std::string_view text);

}  // namespace fixgate
