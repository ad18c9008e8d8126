#include "simulate/float/float_runner.h"

#include <gtest/gtest.h>

#include <cmath>

#include "program/verify.h"
#include "simulate/reference/program_simulator.h"
#include "simulate/testing/random_program.h"

namespace fixgate::program {
namespace {

constexpr SignalFormat kWhole{{true, 24, 0}, Rounding::Nearest, Overflow::Saturate};

/// A random program all of whose numbers are small whole ones, and whose tables are rectifiers: real and
/// fixed-point runs of it are exact, and equal where nothing saturates.
FixedNetwork whole_numbers(FixedNetwork network) {
  for (SignalFormat& format : network.formats) format = kWhole;
  for (WeightMatrix& matrix : network.weights) {
    matrix.width = 2;
    for (std::int32_t& weight : matrix.values) weight %= 2;
    std::ranges::fill(matrix.row_fractions, 0);
  }
  for (FixedConstant& constant : network.constants) {
    for (std::int64_t& value : constant.values) value %= 3;
    if (constant.fraction) constant.fraction = 0;
  }
  for (std::vector<std::int64_t>& initial : network.initial)
    for (std::int64_t& value : initial) value %= 3;
  for (Function& function : network.program.functions)
    function = ActivationFunction{ActivationFunction::Kind::Relu};
  for (Table& table : network.tables) {
    ActivationTable rectifier;
    rectifier.function = "Relu";
    rectifier.input = kWhole.format;
    rectifier.output = kWhole;
    rectifier.kind = TableKind::Rectifier;
    table = rectifier;
  }
  return network;
}

FloatNetwork real_twin(const FixedNetwork& network) {
  FloatNetwork twin{network.program, {}, {}, {}};
  for (const WeightMatrix& matrix : network.weights) {
    FloatMatrix weights(matrix.rows, matrix.columns);
    for (Eigen::Index k = 0; k < weights.size(); ++k)
      weights.data()[k] = static_cast<float>(matrix.values[static_cast<std::size_t>(k)]);
    twin.weights.add(std::make_shared<FloatMatrix>(std::move(weights)));
  }
  for (const FixedConstant& constant : network.constants) {
    Eigen::VectorXd values(static_cast<Eigen::Index>(constant.values.size()));
    for (Eigen::Index k = 0; k < values.size(); ++k)
      values[k] = static_cast<double>(constant.values[static_cast<std::size_t>(k)]);
    twin.constants.add(values);
  }
  for (const auto& initial : network.initial) {
    FloatVector values(static_cast<Eigen::Index>(initial.size()));
    for (Eigen::Index k = 0; k < values.size(); ++k)
      values[k] = static_cast<float>(initial[static_cast<std::size_t>(k)]);
    twin.initial.add(values);
  }
  return twin;
}

std::vector<Sequence> small_inputs(Random& random, const Program& program, int steps) {
  std::vector<Sequence> inputs;
  for (const ValueId id : inputs_of(program)) {
    const Value& value = program.values[id];
    Sequence sequence;
    if (!value.vocabulary) sequence.features.resize(steps, value.size);
    for (int k = 0; k < steps * value.size; ++k) {
      if (value.vocabulary)
        sequence.tokens.push_back(random.number(0, *value.vocabulary - 1));
      else
        sequence.features.data()[k] = static_cast<float>(random.number(-2, 2));
    }
    inputs.push_back(std::move(sequence));
  }
  return inputs;
}

std::int64_t overflows_of(const ValueCounts& counts) {
  std::int64_t sum = 0;
  for (const std::int64_t count : counts.overflows) sum += count;
  return sum;
}

/// Sees every value at every tick once.
class TickCounter : public FloatValueObserver {
 public:
  void observe(ValueId value, std::int64_t first_tick, Eigen::Ref<FloatMatrix> rows) override {
    EXPECT_GE(first_tick, 0);
    ticks[value.index()] += rows.rows();
  }
  std::map<std::size_t, std::int64_t> ticks;
};

struct Compared {
  int runs = 0;
  int nonzero = 0;
};

/// Runs two calls, the second from the states of the first. False: something saturated.
bool compare(const FixedNetwork& fixed, Random& random, Compared& compared) {
  const FloatNetwork real = real_twin(fixed);
  EXPECT_TRUE(verify(real)) << verify(real).error().message;
  const ProgramSimulator simulator(fixed);
  const FloatRunner runner(real);
  Memory integers = simulator.initial_memory();
  FloatMemory numbers = runner.initial_memory();
  for (int call = 0; call < 2; ++call) {
    const std::vector<Sequence> inputs = small_inputs(random, fixed.program, random.number(1, 4));
    ValueCounts counts = simulator.no_counts();
    TickCounter seen;
    const auto expected = simulator.run(inputs, integers, counts);
    const auto outputs = runner.run(inputs, numbers, &seen);
    EXPECT_EQ(expected.has_value(), outputs.has_value());
    if (!expected || overflows_of(counts) != 0) return false;
    for (std::size_t k = 0; k < expected->size(); ++k) {
      const IntegerMatrix& want = (*expected)[k];
      EXPECT_EQ((*outputs)[k].rows(), want.rows);
      for (Eigen::Index e = 0; e < (*outputs)[k].size(); ++e) {
        const std::int64_t q = want.values[static_cast<std::size_t>(e)];
        EXPECT_EQ((*outputs)[k].data()[e], static_cast<float>(q)) << "output " << k << ", element " << e;
        if (q != 0) ++compared.nonzero;
      }
    }
    for (const StateId id : fixed.program.states.ids())
      for (std::size_t back = 0; back < integers[id].size(); ++back)
        for (std::size_t e = 0; e < integers[id][back].size(); ++e)
          EXPECT_EQ(numbers[id](static_cast<Eigen::Index>(back), static_cast<Eigen::Index>(e)),
                    static_cast<float>(integers[id][back][e]));
  }
  ++compared.runs;
  return true;
}

// Every kind of statement, clock, matrix and read: with whole numbers both arithmetics are exact.
TEST(ProgramFloatRunner, ComputesWhatTheReferenceSimulatorDoesInWholeNumbers) {
  Compared compared;
  for (std::uint64_t seed = 1; compared.runs < 600; ++seed) {
    ASSERT_LT(seed, 40'000U);
    SCOPED_TRACE(fmt::format("seed {}", seed));
    const FixedNetwork network = whole_numbers(RandomProgram(seed).make());
    if (!verify(network)) continue;
    Random random(seed);
    compare(network, random, compared);
    if (HasFailure()) return;
  }
  EXPECT_GT(compared.nonzero, 10'000);
}

TEST(ProgramFloatRunner, RefusesInputsOfAnotherKind) {
  for (std::uint64_t seed = 1;; ++seed) {
    const FixedNetwork network = whole_numbers(RandomProgram(seed).make());
    if (!verify(network) || inputs_of(network.program).size() != 1) continue;
    const FloatNetwork real = real_twin(network);
    const FloatRunner runner(real);
    FloatMemory memory = runner.initial_memory();
    const auto outputs = runner.run(std::vector<Sequence>(2), memory);
    ASSERT_FALSE(outputs);
    EXPECT_NE(outputs.error().message.find("2"), std::string::npos) << outputs.error().message;
    return;
  }
}

TEST(FloatNetwork, RefusesNumbersThatDoNotFitItsProgram) {
  for (std::uint64_t seed = 1;; ++seed) {
    const FixedNetwork network = whole_numbers(RandomProgram(seed).make());
    if (!verify(network) || network.weights.empty() || network.constants.empty()) continue;
    const FloatNetwork good = real_twin(network);
    ASSERT_TRUE(verify(good)) << verify(good).error().message;
    FloatNetwork bad = good;
    bad.weights[MatrixId(0)] = std::make_shared<FloatMatrix>(FloatMatrix::Zero(1, 77));
    EXPECT_NE(verify(bad).error().message.find("1 x 77 weights"), std::string::npos);
    bad = good;
    bad.weights[MatrixId(0)] = nullptr;
    EXPECT_NE(verify(bad).error().message.find("no weights"), std::string::npos);
    bad = good;
    bad.constants[ConstantId(0)][0] = std::nan("");
    EXPECT_NE(verify(bad).error().message.find("not finite"), std::string::npos);
    bad = good;
    bad.initial.add(FloatVector());
    EXPECT_NE(verify(bad).error().message.find("not those of the program"), std::string::npos);
    return;
  }
}

}  // namespace
}  // namespace fixgate::program
