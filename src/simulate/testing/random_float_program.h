// Random programs with real numbers, and inputs for them.
#pragma once

#include <cmath>
#include <memory>
#include <utility>
#include <vector>

#include "program/float_network.h"
#include "simulate/testing/random_network.h"
#include "simulate/testing/random_program.h"

namespace fixgate::program {

/// The program with real numbers of about 1 in products; functions become bounded ones, and Relu.
inline FloatNetwork with_floats(Program program, Random& random) {
  using Kind = ActivationFunction::Kind;
  FloatNetwork network{std::move(program), {}, {}, {}};
  for (Function& function : network.program.functions)
    function = ActivationFunction{random.pick({Kind::Sigmoid, Kind::Tanh, Kind::Relu, Kind::Softsign})};
  for (const Matrix& matrix : network.program.matrices)
    network.weights.add(std::make_shared<const FloatMatrix>(testing_support::random_matrix(
        random, matrix.rows, matrix.columns, 1.5 / std::sqrt(static_cast<double>(matrix.columns)))));
  for (const Constant& constant : network.program.constants)
    network.constants.add(
        Eigen::VectorXd::NullaryExpr(constant.size, [&](auto...) { return random.real(-1, 1); }));
  for (const State& state : network.program.states) {
    const Eigen::Index size = Eigen::Index{state.depth} * network.program.values[state.value].size;
    network.initial.add(random.chance(0.5) ? FloatVector()
                                           : testing_support::random_vector(random, size, 0.5));
  }
  return network;
}

/// The first random program from `seed` on that verifies; the seed moves behind it.
inline FloatNetwork next_float_program(std::uint64_t& seed) {
  for (;;) {
    Random random(seed);
    FloatNetwork network = with_floats(RandomProgram(seed++).make().program, random);
    if (verify(network)) return network;
  }
}

/// A sequence for each input.
inline std::vector<Sequence> random_inputs(Random& random, const Program& program, int steps) {
  std::vector<Sequence> inputs;
  for (const ValueId id : inputs_of(program)) {
    const Value& value = program.values[id];
    inputs.push_back(testing_support::random_sequence(random, value.vocabulary.has_value(),
                                                      value.vocabulary.value_or(value.size), steps));
  }
  return inputs;
}

}  // namespace fixgate::program
