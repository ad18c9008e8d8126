#include "simulate/float/float_gradients.h"

#include <gtest/gtest.h>

#include <cmath>

#include "simulate/float/float_runner.h"
#include "simulate/program_inputs.h"
#include "simulate/testing/random_float_program.h"

namespace fixgate::program {
namespace {

/// Adds to one element at one tick as it arises.
class Nudge : public FloatValueObserver {
 public:
  Nudge(ValueId value, std::int64_t tick, Eigen::Index element, float by)
      : value_(value), tick_(tick), element_(element), by_(by) {}

  void observe(ValueId value, std::int64_t first_tick, Eigen::Ref<FloatMatrix> rows) override {
    const std::int64_t row = tick_ - first_tick;
    if (value == value_ && row >= 0 && row < rows.rows()) rows(row, element_) += by_;
  }

 private:
  ValueId value_;
  std::int64_t tick_;
  Eigen::Index element_;
  float by_;
};

/// A program with smooth functions and no maxima, and the scalar that is differentiated: a weighted sum.
struct Case {
  FloatNetwork network;
  std::vector<Sequence> inputs;
  FloatMemory memory;
  std::vector<FloatMatrix> weights;

  [[nodiscard]] double scalar(FloatValueObserver* observer) const {
    const FloatRunner runner(network);
    FloatMemory state = memory;
    const auto outputs = *runner.run(inputs, state, observer);
    double sum = 0;
    for (std::size_t k = 0; k < outputs.size(); ++k)
      sum += (outputs[k].cast<double>().array() * weights[k].cast<double>().array()).sum();
    return sum;
  }
};

bool has_maxima(const Program& program) {
  for (const Layer& layer : program.layers)
    for (const Statement& statement : layer.statements)
      if (std::holds_alternative<ExtremeStatement>(statement)) return true;
  return false;
}

std::optional<Case> make_case(std::uint64_t& seed) {
  Random random(seed);
  Case one{next_float_program(seed), {}, {}, {}};
  if (has_maxima(one.network.program)) return std::nullopt;
  for (Function& function : one.network.program.functions)
    function =
        ActivationFunction{random.pick({ActivationFunction::Kind::Sigmoid, ActivationFunction::Kind::Tanh})};
  one.inputs = random_inputs(random, one.network.program, random.number(3, 5));
  const FloatRunner runner(one.network);
  one.memory = runner.initial_memory();
  FloatMemory state = one.memory;
  const auto outputs = runner.run(one.inputs, state);
  if (!outputs) return std::nullopt;
  for (const FloatMatrix& output : *outputs)
    one.weights.push_back(testing_support::random_matrix(random, output.rows(), output.cols(), 1));
  return one;
}

FloatTrace traced(const Case& one) {
  const FloatRunner runner(one.network);
  FloatTrace trace =
      empty_trace(one.network.program, one.inputs, *InputCheck(one.network.program).count_ticks(one.inputs),
                  one.memory, runner.initial_memory());
  FloatMemory state = one.memory;
  TraceKeeper keeper(trace);
  EXPECT_TRUE(runner.run(one.inputs, state, &keeper));
  return trace;
}

double difference(const Case& one, ValueId value, std::int64_t tick, Eigen::Index element) {
  constexpr float kStep = 0x1p-7F;
  Nudge up(value, tick, element, kStep);
  Nudge down(value, tick, element, -kStep);
  return (one.scalar(&up) - one.scalar(&down)) / (2 * kStep);
}

struct Compared {
  int values = 0;
  int nonzero = 0;
};

void compare_values(const Case& one, const ValueGradients& gradients, Random& random, Compared& compared) {
  double largest = 1;
  for (const FloatMatrix& all : gradients.values)
    if (all.size() > 0) largest = std::max<double>(largest, all.cwiseAbs().maxCoeff());
  for (const ValueId id : one.network.program.values.ids()) {
    const FloatMatrix& all = gradients.values[id];
    if (one.network.program.values[id].vocabulary || all.size() == 0) continue;
    for (int sample = 0; sample < 3; ++sample) {
      const std::int64_t tick = random.in(0, all.rows() - 1);
      const Eigen::Index element = random.in(0, all.cols() - 1);
      const double wanted = difference(one, id, tick, element);
      EXPECT_NEAR(all(tick, element), wanted, 2e-3 * largest + 5e-3 * std::abs(wanted))
          << one.network.program.values[id].name << " at tick " << tick << ", element " << element;
      ++compared.values;
      compared.nonzero += wanted != 0 ? 1 : 0;
    }
  }
}

// Every kind of statement but maxima, every clock, matrix and read.
TEST(ProgramGradients, AreThoseOfDifferences) {
  Compared compared;
  for (std::uint64_t seed = 1; compared.nonzero < 1500;) {
    SCOPED_TRACE(seed);
    const auto one = make_case(seed);
    if (!one) continue;
    Random random(seed);
    const FloatGradients gradients(one->network);
    compare_values(*one, gradients.run(traced(*one), one->weights), random, compared);
    if (HasFailure()) return;
  }
}

// By a weight: the derivative by its products times what they were multiplied with; by a constant: its own.
TEST(ProgramGradients, OfProductsAndConstantsGiveThoseOfParameters) {
  int compared = 0;
  for (std::uint64_t seed = 1; compared < 200;) {
    SCOPED_TRACE(seed);
    auto one = make_case(seed);
    if (!one || one->network.constants.empty()) continue;
    Random random(seed);
    const FloatGradients gradients(one->network);
    const FloatTrace trace = traced(*one);
    const ValueGradients found = gradients.run(trace, one->weights);
    constexpr float kStep = 0x1p-7F;
    for (const ConstantId id : one->network.program.constants.ids()) {
      Eigen::VectorXd& numbers = one->network.constants[id];
      const Eigen::Index k = random.in(0, numbers.size() - 1);
      const double before = numbers[k];
      numbers[k] = before + kStep;
      const double above = one->scalar(nullptr);
      numbers[k] = before - kStep;
      const double wanted = (above - one->scalar(nullptr)) / (2 * kStep);
      numbers[k] = before;
      EXPECT_NEAR(found.constants[id][k], wanted, 5e-3 * (1 + std::abs(wanted)));
      ++compared;
    }
    for (std::size_t site = 0; site < gradients.sites().size(); ++site) {
      const ProductSite& its = gradients.sites()[site];
      const bool is_dense = std::holds_alternative<Dense>(one->network.program.matrices[its.matrix].shape);
      if (its.is_lookup || !is_dense || found.products[site].size() == 0) continue;
      auto weights = std::make_shared<FloatMatrix>(*one->network.weights[its.matrix]);
      const FloatMatrix by_weights = found.products[site].transpose() * gradients.operand(site, trace);
      const Eigen::Index row = random.in(0, weights->rows() - 1);
      const Eigen::Index column = random.in(0, weights->cols() - 1);
      const SharedMatrix kept = one->network.weights[its.matrix];
      one->network.weights[its.matrix] = weights;
      (*weights)(row, column) += kStep;
      const double above = one->scalar(nullptr);
      (*weights)(row, column) -= 2 * kStep;
      const double wanted = (above - one->scalar(nullptr)) / (2 * kStep);
      one->network.weights[its.matrix] = kept;
      EXPECT_NEAR(by_weights(row, column), wanted, 5e-3 * (1 + std::abs(wanted)));
      ++compared;
    }
    if (HasFailure()) return;
  }
}

TEST(ProgramGradients, KnowTheDerivativesOfWideFunctions) {
  for (const WideFunction function : {WideFunction::Reciprocal, WideFunction::SquareRoot,
                                      WideFunction::ReciprocalSquareRoot, WideFunction::Logarithm})
    for (const double x : {0.25, 1.0, 3.0}) {
      const double wanted = (evaluate(function, x + 1e-4) - evaluate(function, x - 1e-4)) / 2e-4;
      const auto y = static_cast<float>(evaluate(function, x));
      EXPECT_NEAR(derivative(Function(function), static_cast<float>(x), y), wanted,
                  1e-4 * (1 + std::abs(wanted)));
    }
  EXPECT_EQ(derivative(Function(WideFunction::SquareRoot), 0, 0), 0);
}

}  // namespace
}  // namespace fixgate::program
