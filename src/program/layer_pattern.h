// What a layer computes, apart from what things are called: how a kernel or a hardware unit recognises the
// layers that it is made for.
#pragma once

#include <optional>
#include <vector>

#include "program/program.h"
#include "program/reading.h"

namespace fixgate::program {

/// A layer's statements over things that are numbered in the order in which the statements name them; a
/// target comes before what its statement reads. Two layers of equal patterns compute the same, given the
/// same numbers and functions.
struct LayerPattern {
  struct PatternValue {
    int size = 0;
    bool is_token = false;
    bool is_made_here = false;
    std::optional<ClockRelation> clock;  // of what other layers make: how this layer's clock stands to its

    friend bool operator==(const PatternValue&, const PatternValue&) = default;
  };
  struct PatternMatrix {
    int rows = 0;
    int columns = 0;
    std::variant<Dense, Diagonal, Slide> shape;

    friend bool operator==(const PatternMatrix&, const PatternMatrix&) = default;
  };
  struct PatternConstant {
    int size = 0;
    int inner = 1;

    friend bool operator==(const PatternConstant&, const PatternConstant&) = default;
  };

  std::vector<Statement> statements;
  IdVector<ValueId, PatternValue> values;
  IdVector<MatrixId, PatternMatrix> matrices;
  IdVector<ConstantId, PatternConstant> constants;
  std::vector<State> states;  // in the order of their values

  friend bool operator==(const LayerPattern&, const LayerPattern&) = default;
};

/// What the numbers of a pattern stand for in the program.
struct PatternParts {
  IdVector<ValueId, ValueId> values;
  IdVector<MatrixId, MatrixId> matrices;
  IdVector<ConstantId, ConstantId> constants;
  IdVector<FunctionId, FunctionId> functions;
};

/// A layer as a pattern, and which of the program's things stand at its numbers.
struct PatternOfLayer {
  LayerPattern pattern;
  PatternParts parts;
};

/// Of a verified program.
PatternOfLayer pattern_of(const Program& program, LayerId layer);

}  // namespace fixgate::program
