// The statements of a program: each makes one value. docs/numerics.md, "Statements", says what they compute.
#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "program/id.h"
#include "program/slide.h"

namespace fixgate::program {

/// Which tick of a value is read.
struct Tick {
  enum class From {
    Here,   // the reader's own tick, on whatever clock the value has
    First,  // the value's first tick; for a reader that runs once
    Last    // the value's last tick; likewise
  };
  From from = From::Here;
  int offset = 0;  // in ticks of the value, in the order in which the reader's layer runs

  friend bool operator==(const Tick&, const Tick&) = default;
};

struct Read {
  ValueId value;
  Tick tick = {};

  friend bool operator==(const Read&, const Read&) = default;
};

/// A matrix times a value.
struct MatrixProduct {
  MatrixId matrix;
  Read read;

  friend bool operator==(const MatrixProduct&, const MatrixProduct&) = default;
};

/// The row of a matrix that a token names.
struct RowLookup {
  MatrixId matrix;
  Read token;

  friend bool operator==(const RowLookup&, const RowLookup&) = default;
};

struct ConstantUse {
  ConstantId constant;

  friend bool operator==(const ConstantUse&, const ConstantUse&) = default;
};

struct Term;

/// A sum of terms; also one in brackets, as a factor.
struct Sum {
  std::vector<Term> terms;
};

using Factor = std::variant<MatrixProduct, RowLookup, Read, ConstantUse, Sum>;

/// A product of factors, element by element, with a sign.
struct Term {
  bool negative = false;
  std::vector<Factor> factors;
};

bool operator==(const Sum& a, const Sum& b);
bool operator==(const Term& a, const Term& b);

/// target <- sum: the exact sum, requantised.
struct SumStatement {
  ValueId target;
  Sum sum;

  friend bool operator==(const SumStatement&, const SumStatement&) = default;
};

/// target = Function(argument), by a table.
struct TableStatement {
  ValueId target;
  FunctionId function;
  Read argument;

  friend bool operator==(const TableStatement&, const TableStatement&) = default;
};

/// target <- max(operands) or min(operands), requantised. With a window, which has one operand, the extreme
/// is that of the positions that the window slides over; each channel for itself, padding left out.
struct ExtremeStatement {
  ValueId target;
  bool largest = true;
  std::vector<std::variant<Read, ConstantUse>> operands;
  std::optional<Slide> window = std::nullopt;

  friend bool operator==(const ExtremeStatement&, const ExtremeStatement&) = default;
};

/// target = its operands, one behind the other.
struct Concat {
  ValueId target;
  std::vector<Read> operands;

  friend bool operator==(const Concat&, const Concat&) = default;
};

/// target[i0, i1, ...] = operand[begin + i0 * strides[0] + i1 * strides[1] + ...]: slices, permutations,
/// repeats.
struct View {
  ValueId target;
  Read operand;
  int begin = 0;
  std::vector<int> shape;
  std::vector<int> strides;

  friend bool operator==(const View&, const View&) = default;
};

/// target[i] = operand[indices[i]].
struct Gather {
  ValueId target;
  Read operand;
  std::vector<int> indices;

  friend bool operator==(const Gather&, const Gather&) = default;
};

/// target = operand of the given shape with zeros before and after it on each axis.
struct Pad {
  ValueId target;
  Read operand;
  std::vector<int> shape;
  std::vector<int> before;
  std::vector<int> after;

  friend bool operator==(const Pad&, const Pad&) = default;
};

/// On an inner clock of m ticks: target at inner tick p = block p of m equal blocks of the operand, which
/// lives on the parent's clock.
struct Block {
  ValueId target;
  Read operand;

  friend bool operator==(const Block&, const Block&) = default;
};

/// On the parent's clock: target = the operand's m inner ticks, one behind the other.
struct Join {
  ValueId target;
  Read operand;

  friend bool operator==(const Join&, const Join&) = default;
};

using Statement =
    std::variant<SumStatement, TableStatement, ExtremeStatement, Concat, View, Gather, Pad, Block, Join>;

inline bool operator==(const Sum& a, const Sum& b) {
  return a.terms == b.terms;
}
inline bool operator==(const Term& a, const Term& b) {
  return a.negative == b.negative && a.factors == b.factors;
}

/// The value that the statement makes.
inline ValueId target_of(const Statement& statement) {
  return std::visit([](const auto& any) { return any.target; }, statement);
}

}  // namespace fixgate::program
