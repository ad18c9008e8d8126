// A program with its real numbers: what the importer makes, and what calibration and quantisation read.
#pragma once

#include <Eigen/Core>

#include "diagnostic/error.h"
#include "network/network.h"
#include "program/program.h"

namespace fixgate::program {

/// All but the program is indexed by the program's ids.
struct FloatNetwork {
  Program program;
  IdVector<MatrixId, SharedMatrix> weights;  // [rows, columns]; one that is tied to another is the same
  IdVector<ConstantId, Eigen::VectorXd> constants;  // biases are sums in double
  IdVector<StateId, FloatVector> initial;           // depth * size, the latest tick first; empty: zero
};

/// Errors: those of verify(Program); numbers that are missing, of the wrong number or not finite; a function
/// that is known by its name alone.
Result<void> verify(const FloatNetwork& network);

/// The function of a real number.
double evaluate(const Function& function, double x);

/// Distinct parameters: weights and constants, a tied matrix once.
std::int64_t count_parameters(const FloatNetwork& network);

}  // namespace fixgate::program
