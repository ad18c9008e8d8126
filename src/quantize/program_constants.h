// The integers of a program's constants: biases at the fraction of their sum, others at one of their own.
#pragma once

#include <cmath>
#include <map>
#include <vector>

#include "program/fixed_network.h"
#include "program/float_network.h"

namespace fixgate::program {

/// The constants that are biases: each stands alone in one term of one sum whose terms have one factor each, a
/// product with a matrix among them, and elements of the sum that meet the same element of the constant meet
/// the same row of every matrix. In ascending order. Of a verified program.
std::vector<ConstantId> biases_of(const Program& program);

/// What the statements that read a constant make of its values.
struct ConstantLimits {
  int finest = kMaxFraction;  // finer fractions would be lost
  double reach = INFINITY;    // larger magnitudes make no difference
};

/// By constant. One that is only added to sums of statements is rounded two bits finer than their targets. One
/// that is only an operand of max and min is at their targets' fraction, and twice what the other operands and
/// the target can be is as good as any larger magnitude. `formats` by value.
IdVector<ConstantId, ConstantLimits> constant_limits(const Program& program,
                                                     const IdVector<ValueId, SignalFormat>& formats);

/// Values of a constant with a fraction of its own: the finest within its limits at which 16 signed bits hold
/// them all, less the bits that are zero in every one of them. Error: one lies beyond what 16 bits hold at any
/// fraction.
Result<FixedConstant> quantise_constant(const Eigen::VectorXd& values, const ConstantLimits& limits = {});

/// The fraction of each bias, by element: that of the sum it stands in. Biases are those constants that have no
/// fraction of their own; everything else of `network` is there. Error: a sum with a bias needs more than 64
/// bits; it is named.
Result<std::map<ConstantId, std::vector<int>>> bias_fractions(const FixedNetwork& network);

/// `network` with everything but the integers of its biases, which have no fraction and are zeros. Rounds
/// `biases` to the fractions of their sums. Errors: one needs more than 62 bits, its sum
/// more than 64; it is named.
Result<void> quantise_biases(FixedNetwork& network, const std::map<ConstantId, Eigen::VectorXd>& biases);

}  // namespace fixgate::program
