// What a network computes, as data: layers of statements over named values. Structure and names; no numbers.
// docs/numerics.md, "Programs", defines it; float and fixed-point networks share it.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "network/activation_function.h"
#include "network/kinds.h"
#include "numeric/leading_one_table.h"
#include "program/clock.h"
#include "program/id.h"
#include "program/origin.h"
#include "program/slide.h"
#include "program/statement.h"

namespace fixgate::program {

/// A vector of `size` elements that exists once a tick of its clock; or a token, a whole number below
/// `vocabulary`.
struct Value {
  std::string name;                             // within its layer
  std::optional<LayerId> layer = std::nullopt;  // the one that makes it; an input has none
  ClockId clock{0};
  int size = 0;
  std::optional<int> vocabulary = std::nullopt;
  SignalRole role = SignalRole::Dense;  // what it is to the rules of a plan
  std::vector<int> shape = {};          // of an input: a tick's, as the file has it; empty: [size]

  friend bool operator==(const Value&, const Value&) = default;
};

/// Weights [rows, columns] times all of a vector.
struct Dense {
  friend bool operator==(const Dense&, const Dense&) = default;
};

/// Weights [rows, 1], element by element: element e of the vector is multiplied by row (e / inner) modulo
/// rows.
struct Diagonal {
  int inner = 1;

  friend bool operator==(const Diagonal&, const Diagonal&) = default;
};

struct Matrix {
  std::string name;
  LayerId layer{0};
  int rows = 0;
  int columns = 0;
  std::variant<Dense, Diagonal, Slide> shape = Dense{};

  friend bool operator==(const Matrix&, const Matrix&) = default;
};

/// A constant vector. Element e of a vector of any size meets its element (e / inner) modulo size.
struct Constant {
  std::string name;
  LayerId layer{0};
  int size = 0;
  int inner = 1;

  friend bool operator==(const Constant&, const Constant&) = default;
};

/// A function that is known by its name alone; only a table says what it is.
struct NamedFunction {
  std::string name;

  friend bool operator==(const NamedFunction&, const NamedFunction&) = default;
};

/// What a table statement stands for.
using Function = std::variant<ActivationFunction, WideFunction, NamedFunction>;

/// A value that is remembered: its last `depth` ticks are read at [t-1]..[t-depth], also before its first
/// tick.
struct State {
  ValueId value;
  int depth = 1;
  bool is_fresh = false;    // on an inner clock: begins anew at each tick of the parent
  bool is_carried = false;  // from call to call: a graph input and output

  friend bool operator==(const State&, const State&) = default;
};

/// Statements that run together, tick by tick of one clock, in their order.
struct Layer {
  std::string name;
  std::string label;  // for people, and for kernels that recognise it: "GRU, 8 -> 32"
  ClockId clock{0};
  bool is_reverse = false;  // runs the ticks from the last to the first
  std::vector<Statement> statements;

  friend bool operator==(const Layer&, const Layer&) = default;
};

struct Output {
  std::string name;
  ValueId value;
  OutputFunction function = OutputFunction::None;  // left to the reader
  std::vector<int> shape = {};                     // a tick's, as the file has it; empty: [size]
  std::string functions = {};  // left to the reader, where they are no OutputFunction: "Log, Multinomial"

  friend bool operator==(const Output&, const Output&) = default;
};

/// Values are numbered in the order in which they arise: inputs first, then statement by statement. Layers
/// read inputs and layers before them; only within a layer may a value depend on itself, at an earlier tick.
struct Program {
  std::string name;
  IdVector<ClockId, Clock> clocks;
  IdVector<LayerId, Layer> layers;
  IdVector<ValueId, Value> values;
  IdVector<MatrixId, Matrix> matrices;
  IdVector<ConstantId, Constant> constants;
  IdVector<FunctionId, Function> functions;  // one a table statement, in order
  IdVector<StateId, State> states;
  std::vector<Output> outputs;
  Origin origin;

  friend bool operator==(const Program&, const Program&) = default;
};

/// "layer.value": how messages, plans and observers name things.
std::string full_name(const Program& program, const Value& value);
std::string full_name(const Program& program, const Matrix& matrix);
std::string full_name(const Program& program, const Constant& constant);

/// The state that remembers the value, if one does.
std::optional<StateId> state_of(const Program& program, ValueId value);

/// The values that enter from outside, in order.
std::vector<ValueId> inputs_of(const Program& program);

/// The values whose elements are rounded to their formats: features as they enter, and what sums, tables, max
/// and min make; not tokens and what is moved alone.
std::vector<ValueId> written_values(const Program& program);

/// The clock whose ticks enclose those of `inner`: its parent, that one's, ... down to a clock that is not
/// inner.
std::vector<ClockId> enclosing_clocks(const Program& program, ClockId inner);

}  // namespace fixgate::program
