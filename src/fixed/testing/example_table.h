// Activation tables for small hand-made networks.
#pragma once

#include "numeric/activation_table.h"

namespace fixgate {

enum class ExampleFunction { Sigmoid, Tanh, Relu };

/// PLAN's approximation of the sigmoid (Amin, Curtis, Hayes-Gill 1997), or tanh(x) = 2 sigmoid(2 x) - 1 made
/// from it; a rectifier for Relu. The input is signed with 0 or more fraction bits, a sigmoid's output has 0
/// or more too.
ActivationTable example_table(ExampleFunction function, const Format& input, const SignalFormat& output);

/// A lookup table with the values that a piecewise-linear one has at multiples of 2^drop.
ActivationTable as_lookup(const ActivationTable& table, int drop);

}  // namespace fixgate
