// Sums, maxima and minima as lists of vector operations: what a statement does to each of its elements alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "program/exact_sums.h"
#include "program/fixed_network.h"
#include "simulate/vector/storage.h"

namespace fixgate::program {

/// Integers of 32 or of 64 bits. Everything between two right shifts is a ring, so it is computed modulo 2^32
/// or 2^64; what has to fit the lanes is the exact value before a right shift, rounding half included.
enum class Lanes { Words, Longs };

/// Where an operation reads its second operand.
struct Source {
  enum class Kind {
    Half,      // a row of half words, words or longs: a value, or the products of a matrix
    Word,      //
    Long,      //
    Constant,  // ElementPlan::vectors
    Uniform,   // one integer for every element
    Register   // what another list of operations has left
  };
  Kind kind = Kind::Uniform;
  std::size_t index = 0;   // of the operand, the vector or the register
  std::int64_t value = 0;  // Uniform
};

/// register[target] = register[target] (action) (source << left).
struct ElementOperation {
  enum class Action { Set, Add, Subtract, Multiply, Larger, Smaller };
  Action action = Action::Set;
  std::size_t target = 0;
  Source source;
  int left = 0;
  std::optional<std::size_t> lefts = std::nullopt;  // by element instead, in ElementPlan::vectors
};

/// How register 0 becomes the target: docs/numerics.md, section 3. The rounding half is in it already.
struct FitPlan {
  SignalFormat signal;
  int right = 0;
  std::optional<std::size_t> rights = std::nullopt;  // by element instead, in ElementPlan::vectors
  /// By element. Filled where a shift does not fit the lanes: then each element is requantised by itself, and
  /// no half is in it.
  std::vector<int> fractions;
};

struct ElementPlan {
  std::size_t size = 0;  // elements
  Lanes lanes = Lanes::Words;
  std::size_t registers = 1;
  std::vector<ElementOperation> operations;
  std::vector<std::vector<std::int64_t>> vectors;  // [size]
  FitPlan fit;
  bool leaves_out = false;  // operands without a row are left out: those of maxima and minima
};

/// What a plan reads, named by the one who keeps the rows.
class OperandNames {
 public:
  virtual ~OperandNames() = default;
  virtual Source read(const Read& read) = 0;
  /// The same, but without a row where it finds no tick: it is left out.
  virtual Source read_if_any(const Read& read) = 0;
  /// The products of a matrix that is not diagonal, right modulo the lanes.
  virtual Source product(const MatrixProduct& product, Lanes lanes) = 0;
};

/// Of a sum that is no row lookup.
ElementPlan plan_sum(const FixedNetwork& network, const SumStatement& statement, OperandNames& names);

/// Of a maximum or minimum without a window.
ElementPlan plan_extreme(const FixedNetwork& network, const ExtremeStatement& statement, OperandNames& names);

/// max(argument, 0), requantised: the table of kind Rectifier.
ElementPlan plan_rectifier(const FixedNetwork& network, const TableStatement& statement, OperandNames& names);

}  // namespace fixgate::program
