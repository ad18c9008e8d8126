#include "quantize/quantise_program.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "program/format_groups.h"
#include "program/text.h"
#include "quantize/exact_matrices.h"
#include "quantize/program_constants.h"
#include "quantize/testing/chain_floats.h"
#include "quantize/testing/same_integers.h"
#include "simulate/reference/program_simulator.h"
#include "simulate/testing/random_float_program.h"
#include "simulate/testing/random_network.h"

namespace fixgate::program {
namespace {

using testing_support::Random;

std::string plan_text(Random& random) {
  const std::vector<std::string> more{
      "",
      "[[signal]]\nrange = \"min_max\"\n",
      "[[signal]]\nrole = \"cell\"\nwidth = 20\nrounding = \"convergent\"\n",
      "[[signal]]\nmatch = \"*.h\"\nformat = \"sfix9_En6\"\n",
      "[[weight]]\nmatch = \"*.W*\"\nencoding = \"ternary\"\n",
      "[[weight]]\nmatch = \"*\"\nencoding = \"power_of_two\"\nwidth = 4\n",
      "[[weight]]\nmatch = \"*\"\nbinary_point = \"per_matrix\"\n",
      "[[weight]]\nmatch = \"*\"\nwidth = 4\nmixed_rows = true\n",
      "[[table]]\nmatch = \"*\"\nkind = \"lookup\"\naddress_bits = 6\n",
  };
  return more[static_cast<std::size_t>(random.in(0, static_cast<std::int64_t>(more.size()) - 1))];
}

FormatPlan any_plan(Random& random) {
  const PresetOptions widths{random.number(2, 12), random.number(3, 14)};
  FormatPlan plan = *preset_plan(random.chance(0.7) ? "default" : "paper", widths);
  const FormatPlan more = *parse_plan("version = 1\n" + plan_text(random));
  plan.signals.insert(plan.signals.end(), more.signals.begin(), more.signals.end());
  plan.weights.insert(plan.weights.end(), more.weights.begin(), more.weights.end());
  plan.tables.insert(plan.tables.end(), more.tables.begin(), more.tables.end());
  return plan;
}

TEST(QuantiseProgram, GivesTheIntegersOfTheChain) {
  int compared = 0;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    const auto [network, data] = testing_support::random_network_with_data(random, 6, 20);
    const FormatPlan plan = any_plan(random);
    const SignalProfile profile = *calibrate(network, data);
    const auto chain = fixgate::quantise(network, plan, &profile);
    const FloatNetwork floats = testing_support::float_network_of(
        network, fixgate::quantise(network, *preset_plan("default", {}), &profile)->network);
    const GroupProfile groups = testing_support::group_profile(floats.program, profile);
    const auto made = quantise(floats, plan, {.profile = &groups});
    ASSERT_EQ(made.has_value(), chain.has_value()) << (made ? chain.error().message : made.error().message);
    if (!made) continue;
    ++compared;
    expect_same_integers(made->network, program_of(chain->network));
    ASSERT_EQ(made->resolved.signals.size(), chain->resolved.signals.size());
    for (std::size_t k = 0; k < made->resolved.signals.size(); ++k)
      EXPECT_EQ(made->resolved.signals[k].match, chain->resolved.signals[k].match);
    EXPECT_EQ(to_toml(made->resolved), to_toml(chain->resolved));
    // What the plan says in full gives the same once more.
    const auto again = quantise(floats, made->resolved, {});
    ASSERT_TRUE(again) << again.error().message;
    expect_same_integers(again->network, made->network);
  }
  EXPECT_GT(compared, 30);
}

// The program's own runner gives the chain's formats, too: values differ in their last bits at most.
TEST(QuantiseProgram, CalibratesAsTheChainDoes) {
  for (std::uint64_t seed = 1; seed <= 25; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    const auto [network, samples] = testing_support::random_network_with_data(random, 6, 20);
    DataSet data = samples;
    data.is_stream = random.chance(0.3);
    const SignalProfile profile = *fixgate::calibrate(network, data);
    const FormatPlan plan = *preset_plan(random.chance(0.5) ? "default" : "paper", {8, random.number(5, 12)});
    const auto chain = fixgate::quantise(network, plan, &profile);
    const FloatNetwork floats = testing_support::float_network_of(network, chain->network);
    const FloatRunner runner(floats);
    const auto groups = calibrate(runner, recordings_of(data));
    ASSERT_TRUE(groups) << groups.error().message;
    const GroupProfile expected = testing_support::group_profile(floats.program, profile);
    for (std::size_t k = 0; k < expected.size(); ++k) EXPECT_EQ((*groups)[k].count(), expected[k].count());
    expect_same_integers(quantise(floats, plan, {.profile = &*groups})->network, program_of(chain->network));
  }
}

TEST(QuantiseProgram, TellsOfHistogramsAsTheChainDoes) {
  Random random(3);
  const auto [network, data] = testing_support::random_network_with_data(random, 4, 10);
  const SignalProfile profile = *fixgate::calibrate(network, data);
  const FixedChain chain = fixgate::quantise(network, *preset_plan("default", {}), &profile)->network;
  const Program program = program_of(chain).program;
  EXPECT_EQ(to_json(program, testing_support::group_profile(program, profile)), fixgate::to_json(profile));
}

struct Noise {
  double signal = 0;
  double noise = 0;

  [[nodiscard]] double decibels() const { return noise == 0 ? 300 : 10 * std::log10(signal / noise); }
};

/// Of all outputs, the fixed-point network's against the float network's.
Noise noise_of(const FloatRunner& runner, const FixedNetwork& fixed,
               const std::vector<std::vector<Sequence>>& data) {
  const ProgramSimulator simulator(fixed);
  Noise noise;
  for (const std::vector<Sequence>& inputs : data) {
    FloatMemory real = runner.initial_memory();
    Memory memory = simulator.initial_memory();
    ValueCounts counts = simulator.no_counts();
    const auto expected = *runner.run(inputs, real);
    const auto got = *simulator.run(inputs, memory, counts);
    for (std::size_t k = 0; k < expected.size(); ++k) {
      const Format& format = fixed.formats[fixed.program.outputs[k].value].format;
      for (Eigen::Index e = 0; e < expected[k].size(); ++e) {
        const double wanted = expected[k].data()[e];
        const double error = wanted - format.value(got[k].values[static_cast<std::size_t>(e)]);
        noise.signal += wanted * wanted;
        noise.noise += error * error;
      }
    }
  }
  return noise;
}

Recordings recordings_of(const std::vector<std::vector<Sequence>>& data) {
  Recordings all;
  for (const std::vector<Sequence>& inputs : data) all.recordings.push_back({"a recording", inputs});
  return all;
}

FormatPlan wide_plan() {
  FormatPlan plan = *preset_plan("default", {16, 18});
  plan.signals.front().range = RangeMethod::MinMax;
  for (SignalRule& rule : plan.signals)
    if (rule.width) rule.width = 18;
  plan.tables.front().segments = 256;
  return plan;
}

// Every kind of statement, clock, matrix and read, several inputs and outputs, tokens.
TEST(QuantiseProgram, InWideFormatsAnyProgramIsCloseToFloat) {
  int compared = 0;
  for (std::uint64_t seed = 1; compared < 60;) {
    SCOPED_TRACE(seed);
    const FloatNetwork network = next_float_program(seed);
    Random random(seed);
    std::vector<std::vector<Sequence>> data;
    for (int k = 0; k < 4; ++k) data.push_back(random_inputs(random, network.program, random.number(2, 6)));
    const FloatRunner runner(network);
    const auto profile = calibrate(runner, recordings_of(data));
    if (!profile) continue;  // an offset reads beyond the end of a short one
    const auto made = quantise(network, wide_plan(), {.profile = &*profile});
    if (!made) {
      EXPECT_NE(made.error().message.find("more than 64; its widest product is that of"), std::string::npos)
          << made.error().message;
      continue;
    }
    ++compared;
    EXPECT_GT(noise_of(runner, made->network, data).decibels(), 45) << write_text(made->network, false);
  }
}

// --- what only programs have ---

/// The program of a text, with numbers by name: one for all elements, or all of them.
FloatNetwork network_of(const std::string& text, const std::map<std::string, std::vector<double>>& numbers) {
  const auto parsed = parse_text(text);
  EXPECT_TRUE(parsed) << parsed.error().message;
  FloatNetwork network{parsed->program, {}, {}, {}};
  const auto number = [&](const std::string& name, Eigen::Index k) {
    const std::vector<double>& all = numbers.at(name);
    return all.size() == 1 ? all.front() : all.at(static_cast<std::size_t>(k));
  };
  for (const Matrix& matrix : network.program.matrices) {
    FloatMatrix weights(matrix.rows, matrix.columns);
    for (Eigen::Index k = 0; k < weights.size(); ++k)
      weights.data()[k] = static_cast<float>(number(matrix.name, k));
    network.weights.add(std::make_shared<const FloatMatrix>(std::move(weights)));
  }
  for (const Constant& constant : network.program.constants)
    network.constants.add(Eigen::VectorXd::NullaryExpr(
        constant.size, [&](Eigen::Index k) { return number(constant.name, k); }));
  for (std::size_t k = 0; k < network.program.states.size(); ++k) network.initial.add(FloatVector());
  const auto verified = verify(network);
  EXPECT_TRUE(verified) << verified.error().message;
  return network;
}

std::vector<std::vector<Sequence>> random_recordings(const Program& program, int count, int steps) {
  Random random(7);
  std::vector<std::vector<Sequence>> data;
  for (int k = 0; k < count; ++k) data.push_back(random_inputs(random, program, steps));
  return data;
}

Result<QuantisedProgram> calibrated_and_quantised(const FloatNetwork& network, const std::string& preset,
                                                  const std::string& rules = "") {
  const auto data = random_recordings(network.program, 8, 10);
  const FloatRunner runner(network);
  const auto profile = calibrate(runner, recordings_of(data));
  EXPECT_TRUE(profile) << profile.error().message;
  FormatPlan plan = *preset_plan(preset, {8, 8});
  const FormatPlan more = *parse_plan("version = 1\n" + rules);
  plan.signals.insert(plan.signals.end(), more.signals.begin(), more.signals.end());
  plan.weights.insert(plan.weights.end(), more.weights.begin(), more.weights.end());
  return quantise(network, plan, {.profile = &*profile});
}

constexpr const char* kNormalisation = R"(network norm
clock step
table 0 Rsqrt leading_one ufix24_En16 -> ufix16_En10 nearest saturate bits 7 fraction 18
input x on step size 8 input sfix8_En4 nearest saturate
layer norm on step kind "layer normalisation"
  matrix mean 8 x 8 integer 8
  matrix gain 8 x 1 integer 8 diagonal inner 1
  constant shift 8 inner 1
  constant epsilon 1 inner 1
  constant share 1 inner 1
  matrix all 1 x 8 integer 8
  matrix spread 8 x 1 integer 8
  off 8 dense sfix8_En4 nearest saturate <- x - mean x
  square 8 dense sfix8_En4 nearest saturate <- off * off
  variance 1 dense sfix8_En4 nearest saturate <- share * (all square) + epsilon
  inverse 1 dense sfix8_En4 nearest saturate = Rsqrt(variance) table 0
  scale 8 dense sfix8_En4 nearest saturate <- spread inverse
  y 8 output sfix16_En4 nearest saturate <- (gain off) * scale + shift
output out of norm.y
)";

FloatNetwork normalisation() {
  return network_of(kNormalisation, {{"mean", {0.125}},
                                     {"gain", {1, 0.03, 2, 1, 0.5, 1.7, 1, 1}},
                                     {"shift", {0.3, -0.2, 0, 0, 0.1, 0, 0, -1}},
                                     {"epsilon", {1e-5}},
                                     {"share", {0.125}},
                                     {"all", {1}},
                                     {"spread", {1}}});
}

TEST(QuantiseProgram, QuantisesLayerNormalisation) {
  const FloatNetwork network = normalisation();
  const auto made = calibrated_and_quantised(network, "default");
  ASSERT_TRUE(made) << made.error().message;
  const FixedNetwork& fixed = made->network;
  const auto format = [&](const std::string& name) {
    for (const ValueId id : fixed.program.values.ids())
      if (fixed.program.values[id].name == name) return fixed.formats[id].format;
    return Format();
  };
  EXPECT_EQ(format("variance").width, 24);  // the argument of a leading-one table
  EXPECT_EQ(format("square").width, 24);    // goes nowhere but there
  EXPECT_EQ(format("off").width, 8);        // goes elsewhere, too
  EXPECT_EQ(format("inverse").width, 16);   // a factor of a whole vector
  EXPECT_FALSE(format("square").is_signed);
  EXPECT_FALSE(format("inverse").is_signed);
  EXPECT_TRUE(format("off").is_signed);
  const auto data = random_recordings(network.program, 8, 10);
  EXPECT_GT(noise_of(FloatRunner(network), fixed, data).decibels(), 30);
}

constexpr const char* kResidual = R"(network residual
clock step
input x on step size 4 input sfix8_En4 nearest saturate
layer a on step kind "dense"
  matrix W 4 x 4 integer 8
  constant b 4 inner 1
  y 4 dense sfix8_En4 nearest saturate <- W x + b + x
layer c on step kind "joined"
  z 8 dense sfix8_En4 nearest saturate = concat(x, a.y)
layer d on step kind "dense"
  matrix V 2 x 8 integer 8
  constant floor 1 inner 1
  constant off 1 inner 1
  u 2 dense sfix8_En4 nearest saturate <- V c.z + off
  v 2 output sfix8_En4 nearest saturate <- max(u, floor)
output out of d.v
)";

FloatNetwork residual() {
  return network_of(kResidual, {{"W", {0.3}}, {"b", {0.1}}, {"V", {0.2}}, {"floor", {-0.1}}, {"off", {0.7}}});
}

TEST(QuantiseProgram, GivesConstantsThatAreNoBiasesFractionsOfTheirOwn) {
  const auto made = calibrated_and_quantised(normalisation(), "default");
  ASSERT_TRUE(made) << made.error().message;
  const auto& constants = made->network.constants;
  const FixedConstant exact{{1}, 3};
  EXPECT_EQ(constants[ConstantId(2)], exact);  // a share of 1/8
  // Small ones are not lost at the fraction of a product.
  EXPECT_NEAR(std::ldexp(static_cast<double>(constants[ConstantId(1)].values[0]),
                         -*constants[ConstantId(1)].fraction),
              1e-5, 1e-7);
  const auto plain = calibrated_and_quantised(residual(), "default");
  EXPECT_FALSE(plain->network.constants[ConstantId(0)].fraction);
  EXPECT_TRUE(plain->network.constants[ConstantId(1)].fraction);  // of max()
  EXPECT_TRUE(plain->network.constants[ConstantId(2)].fraction);  // one number for two rows
}

TEST(QuantiseProgram, StoresMatricesOfOnePowerOfTwoExactly) {
  for (const char* preset : {"default", "paper"}) {
    const auto made =
        calibrated_and_quantised(normalisation(), preset, "[[weight]]\nencoding = \"ternary\"\n");
    ASSERT_TRUE(made) << made.error().message;
    const WeightMatrix& mean = made->network.weights[MatrixId(0)];
    EXPECT_EQ(mean.values, std::vector<std::int32_t>(64, 1));
    EXPECT_EQ(mean.row_fractions, std::vector<int>(8, 3));
    EXPECT_EQ(mean.width, 2);
    const WeightMatrix& gain = made->network.weights[MatrixId(1)];  // diagonal
    EXPECT_EQ(gain.encoding, WeightEncoding::Integer);
    EXPECT_EQ(gain.width, 8);
  }
  const auto named =
      calibrated_and_quantised(normalisation(), "default", "[[weight]]\nmatch = \"norm.mean\"\nwidth = 5\n");
  EXPECT_EQ(named->network.weights[MatrixId(0)].width, 5);
  EXPECT_EQ(common_power(FloatMatrix::Constant(2, 2, -0.25F)), -2);
  EXPECT_EQ(common_power(FloatMatrix::Constant(2, 2, 0.3F)), std::nullopt);
  EXPECT_EQ(common_power(FloatMatrix::Zero(2, 2)), std::nullopt);
  EXPECT_EQ(settled_matrices(normalisation()),
            (std::vector<std::string>{"norm.mean", "norm.gain", "norm.all", "norm.spread"}));
}

constexpr const char* kCounter = R"(network counter
clock step
clock end after step
input x on step size 3 input sfix8_En4 nearest saturate
layer run on step kind "sums so far"
  constant one 1 inner 1
  state sum depth 1
  state count depth 1
  sum 3 dense sfix8_En4 nearest saturate <- sum[t-1] + x
  count 1 dense sfix8_En4 nearest saturate <- count[t-1] + one
layer mean on end kind "the sum, all sums so far"
  y 3 output sfix16_En4 nearest saturate = view(run.sum[last], 0, [3], [1])
output out of mean.y
output steps of run.count
)";

// 8 bits would round each step away.
TEST(QuantiseProgram, LetsSumsGoOn) {
  FloatNetwork network = network_of(kCounter, {{"one", {1}}});
  std::vector<std::vector<Sequence>> data = random_recordings(network.program, 2, 900);
  const FloatRunner runner(network);
  const auto profile = calibrate(runner, recordings_of(data));
  ASSERT_TRUE(profile) << profile.error().message;
  const auto made = quantise(network, *preset_plan("default", {8, 8}), {.profile = &*profile});
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_GT(noise_of(runner, made->network, data).decibels(), 60);
}

TEST(QuantiseProgram, KeepsNoBitsOfConstantsThatAreLost) {
  const Eigen::VectorXd tiny = Eigen::VectorXd::Constant(1, 1e-12);
  EXPECT_EQ(quantise_constant(tiny)->fraction, 53);
  const FixedConstant nothing{{0}, 0};
  EXPECT_EQ(*quantise_constant(tiny, {20, INFINITY}), nothing);
  Eigen::VectorXd clip(2);
  clip << -1, 3e38;
  EXPECT_EQ(quantise_constant(clip).error().message, "a constant of 3e+38 is too large");
  const FixedConstant clipped{{-1, 8}, 0};
  EXPECT_EQ(*quantise_constant(clip, {10, 8}), clipped);
  // The bound of max() is as fine as the value that it bounds, and reaches no further than it has to.
  const auto made = calibrated_and_quantised(residual(), "default");
  const auto limits = constant_limits(made->network.program, made->network.formats);
  const ValueId u(3), v(4);
  EXPECT_EQ(limits[ConstantId(1)].finest,
            std::max(made->network.formats[u].format.fraction, made->network.formats[v].format.fraction));
  EXPECT_GE(limits[ConstantId(1)].reach, 2 * made->network.formats[v].format.value(127));
  EXPECT_EQ(limits[ConstantId(2)].finest, made->network.formats[u].format.fraction + 2);
}

TEST(QuantiseProgram, TakesAnyNameOfJoinedValuesForTheirFormat) {
  for (const char* name : {"x", "a.y", "c.z"}) {
    const auto made = calibrated_and_quantised(
        residual(), "default",
        std::string("[[signal]]\nmatch = \"") + name + "\"\nformat = \"sfix11_En3\"\n");
    ASSERT_TRUE(made) << name << ": " << made.error().message;
    const Format wanted{true, 11, 3};
    for (const ValueId id : {ValueId(0), ValueId(1), ValueId(2)})
      EXPECT_EQ(made->network.formats[id].format, wanted) << name;
    EXPECT_EQ(made->resolved.signals.front().match, "c.z");
  }
}

TEST(QuantiseProgram, RefusesWhatAPlanAsksForInVain) {
  const auto error = [](const std::string& rules) {
    const auto made = calibrated_and_quantised(residual(), "default", rules);
    return made ? "no error" : made.error().message;
  };
  EXPECT_EQ(error("[[signal]]\nmatch = \"a.z\"\nwidth = 8\n"),
            "the plan's pattern 'a.z' matches no signal of the network");
  EXPECT_EQ(error("[[weight]]\nmatch = \"a.V\"\nwidth = 8\n"),
            "the plan's pattern 'a.V' matches no weight matrix of the network");
  EXPECT_EQ(error("[[weight]]\nmatch = \"a.W\"\nwidth = 8\nrounding = \"compensated\"\n"),
            "weights 'a.W': rounding = \"compensated\" and correct_bias need calibration data");
  EXPECT_EQ(quantise(residual(), *preset_plan("default", {8, 8}), {}).error().message,
            "signal 'c.z': its binary point needs calibration data, or a 'format' in the plan");
}

TEST(QuantiseProgram, StoresSharedMatricesAlike) {
  FloatNetwork network = residual();
  network.program.matrices[MatrixId(1)].rows = 4;
  network.program.matrices[MatrixId(1)].columns = 4;
  network.weights[MatrixId(1)] = network.weights[MatrixId(0)];
  EXPECT_EQ(weight_names(network), std::vector<std::string>{"a.W"});
}

TEST(FormatGroups, AreNamedByWhatHoldsAllThatIsWritten) {
  const FormatGroups groups = format_groups_of(residual().program);
  std::vector<std::string> names;
  for (const FormatGroup& group : groups.groups) names.push_back(group.name);
  EXPECT_EQ(names, (std::vector<std::string>{"c.z", "d.u", "d.v"}));
  EXPECT_EQ(groups.group_of[ValueId(0)], groups.group_of[ValueId(2)]);
}

}  // namespace
}  // namespace fixgate::program
