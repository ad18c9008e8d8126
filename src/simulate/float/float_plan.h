// The statements of a layer, prepared for runs in real numbers: where reads go, what can be worked out before
// the first tick.
#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "program/float_network.h"
#include "program/read_path.h"
#include "simulate/float/float_matrix.h"

namespace fixgate::program {

struct FloatTerm;

/// Terms in the order in which they are added up.
struct FloatSum {
  std::vector<FloatTerm> terms;
};

struct FloatProductFactor {
  const FloatMatrixProduct* matrix;
  ReadPath path;
  std::optional<std::size_t> ahead;  // its place among the products that are made for all ticks at once
};

struct FloatLookup {
  const FloatMatrix* rows;
  ReadPath token;
};

/// A constant for every element.
struct FloatConstant {
  Eigen::RowVectorXf elements;
};

using FloatFactor = std::variant<FloatProductFactor, FloatLookup, ReadPath, FloatConstant, FloatSum>;

struct FloatTerm {
  bool negative = false;
  std::vector<FloatFactor> factors;
};

struct FloatTable {
  Function function;
  ReadPath argument;
};

struct FloatExtreme {
  bool largest;
  std::vector<std::variant<ReadPath, FloatConstant>> operands;
  std::vector<OutputTaps> window;  // by element; empty: there is none
};

struct FloatConcat {
  std::vector<ReadPath> operands;
};

/// View, Gather, Pad: the operand's element for each of the target's, -1 for zero.
struct FloatMove {
  ReadPath operand;
  std::vector<int> sources;
};

struct FloatBlock {
  ReadPath operand;
  int blocks;
};

struct FloatJoin {
  ValueId operand;
  int factor;
};

struct FloatStatement {
  ValueId target;
  int size;
  std::variant<FloatSum, FloatTable, FloatExtreme, FloatConcat, FloatMove, FloatBlock, FloatJoin> what;
};

struct FloatLayer {
  const Layer* layer;
  bool is_recurrent = false;  // runs tick by tick; else all ticks at once
  std::vector<FloatStatement> statements;
  std::vector<FloatProductFactor> ahead;  // products of what layers before have made; of recurrent layers
};

/// All outlive the result.
FloatLayer prepare(const FloatNetwork& network, const IdVector<MatrixId, FloatMatrixProduct>& matrices,
                   LayerId layer);

}  // namespace fixgate::program
