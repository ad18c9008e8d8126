#include "quantize/quantize.h"

#include <gtest/gtest.h>

#include <cmath>

#include "fixed/program_of.h"
#include "fixed/verify.h"
#include "simulate/float_runner.h"
#include "simulate/reference/program_simulator.h"
#include "simulate/testing/random_network.h"

namespace fixgate {
namespace {

using testing_support::make_network;
using testing_support::NetworkShape;
using testing_support::Random;

FormatPlan plan_of(const std::string& rules) {
  auto plan = parse_plan("version = 1\n" + rules);
  EXPECT_TRUE(plan) << plan.error().message;
  return *plan;
}

struct Calibrated {
  Network network;
  DataSet data;
  SignalProfile profile;
};

Calibrated calibrated(Random& random, const NetworkShape& shape) {
  Calibrated all{make_network(random, shape), {}, {}};
  // Functions without bounds soon leave all bounds.
  all.data = testing_support::random_data(random, all.network, 12, shape.any_activations ? 4 : 40);
  auto profile = calibrate(all.network, all.data);
  EXPECT_TRUE(profile) << profile.error().message;
  all.profile = std::move(*profile);
  return all;
}

Quantised quantised(const Network& network, const FormatPlan& plan, const SignalProfile* profile) {
  auto result = quantise(network, plan, profile);
  EXPECT_TRUE(result) << result.error().message;
  return result ? *result : Quantised();
}

std::string error_of(const Network& network, const FormatPlan& plan, const SignalProfile* profile = nullptr) {
  const auto result = quantise(network, plan, profile);
  return result ? "no error" : result.error().message;
}

const FixedRecurrent& first_recurrent(const FixedChain& network) {
  for (const FixedLayer& layer : network.layers)
    if (const auto* recurrent = std::get_if<FixedRecurrent>(&layer)) return *recurrent;
  throw std::logic_error("no recurrent layer");
}

// Every signal in a format, every weight in 8 bits.
constexpr const char* kStated = R"(
[[signal]]
format = "sfix12_En8"
[[weight]]
width = 8
)";

// --- close to float in wide formats ---

double sqnr(const Calibrated& all, const program::FixedNetwork& fixed) {
  const FloatRunner runner(all.network);
  const program::ProgramSimulator simulator(fixed);
  const Format& format = fixed.formats[fixed.program.outputs.front().value].format;
  double signal = 0;
  double noise = 0;
  for (const Sample& sample : all.data.samples) {
    FloatState float_state = runner.initial_state();
    program::Memory memory = simulator.initial_memory();
    program::ValueCounts counts = simulator.no_counts();
    const FloatMatrix expected = *runner.run(sample.sequence, float_state);
    const IntegerMatrix got = simulator.run({&sample.sequence, 1}, memory, counts)->front();
    EXPECT_EQ(static_cast<Eigen::Index>(got.values.size()), expected.size());
    for (Eigen::Index k = 0; k < expected.size(); ++k) {
      const double real = expected.data()[k];
      const double difference = real - format.value(got.values[static_cast<std::size_t>(k)]);
      signal += real * real;
      noise += difference * difference;
    }
  }
  return noise == 0 ? 300 : 10 * std::log10(signal / noise);
}

FormatPlan wide_plan(int activations) {
  FormatPlan plan = *preset_plan("default", {24, activations});
  TableRule rule;
  rule.placement = TablePlacement::Uniform;
  rule.segments = 512;
  plan.tables.push_back(rule);
  return plan;
}

TEST(Quantise, InWideFormatsIsCloseToFloat) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    NetworkShape shape = testing_support::random_shape(random);
    shape.kind = static_cast<CellKind>(seed % 3);
    const Calibrated all = calibrated(random, shape);
    const Quantised result = quantised(all.network, wide_plan(seed % 2 == 0 ? 22 : 24), &all.profile);
    EXPECT_GT(sqnr(all, program_of(result.network)), 60);
  }
}

TEST(Quantise, EightBitsAreUsable) {
  for (const CellKind kind : {CellKind::Lstm, CellKind::Gru, CellKind::Rnn}) {
    Random random(5);
    NetworkShape shape;
    shape.kind = kind;
    const Calibrated all = calibrated(random, shape);
    const double eight =
        sqnr(all, program_of(quantised(all.network, *preset_plan("default", {8, 8}), &all.profile).network));
    const double twelve = sqnr(
        all, program_of(quantised(all.network, *preset_plan("default", {12, 12}), &all.profile).network));
    EXPECT_GT(eight, 20) << to_text(kind);
    EXPECT_GT(twelve, eight + 10) << to_text(kind);
  }
}

// --- soundness of everything that comes out ---

TEST(Quantise, GivesVerifiedNetworksThatTheirPlanRepeats) {
  int made = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    NetworkShape shape = testing_support::random_shape(random);
    shape.any_activations = random.chance(0.3);
    const Calibrated all = calibrated(random, shape);
    const PresetOptions widths{random.number(1, 16), random.number(1, 16)};
    const auto plan = preset_plan(random.chance(0.5) ? "default" : "paper", widths);
    const auto result = quantise(all.network, *plan, &all.profile);
    ASSERT_TRUE(result) << result.error().message;
    ASSERT_TRUE(verify(result->network));
    ++made;
    const auto stated = parse_plan(result->network.plan);
    ASSERT_TRUE(stated) << stated.error().message;
    const auto again = quantise(all.network, *stated, nullptr);  // without calibration
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(again->network, result->network);
  }
  EXPECT_EQ(made, 60);
}

TEST(Quantise, DescribesTheNetwork) {
  Random random(2);
  NetworkShape shape;
  shape.tokens = true;
  Network network = make_network(random, shape);
  network.name = "named";
  network.streaming = true;
  network.output_function = OutputFunction::LogSoftmax;
  const FixedChain fixed = quantised(network, plan_of(kStated), nullptr).network;
  EXPECT_EQ(fixed.name, "named");
  EXPECT_TRUE(fixed.streaming);
  EXPECT_TRUE(fixed.takes_tokens);
  EXPECT_EQ(fixed.inputs, 3);
  EXPECT_EQ(fixed.input_signal, -1);
  EXPECT_EQ(fixed.output_function, OutputFunction::LogSoftmax);
  EXPECT_EQ(fixed.float_parameters, count_parameters(network).whole);
  EXPECT_EQ(fixed.float_recurrent_parameters, count_parameters(network).recurrent);
  EXPECT_EQ(output_count(fixed), output_count(network));
  EXPECT_EQ(outputs_every_step(fixed), outputs_every_step(network));
}

// --- biases: section 5's fraction of each row, to nearest, ties to even ---

int row_fraction(const FixedChain& fixed, int weights, int signal, std::size_t row) {
  return fixed.weights[static_cast<std::size_t>(weights)].row_fractions[row] +
         fixed.signals[static_cast<std::size_t>(signal)].format.format.fraction;
}

std::int64_t at_fraction(double bias, int fraction) {
  return std::llrint(std::ldexp(bias, fraction));
}

void expect_biases(const RecurrentLayer& layer, const FixedChain& fixed) {
  const FixedRecurrent& made = first_recurrent(fixed);
  const RecurrentCell& cell = layer.cells[0];
  const CellSignals& signals = made.cells[0].signals;
  const auto hidden = static_cast<std::size_t>(made.hidden);
  for (std::size_t g = 0; g < made.cells[0].gates.size(); ++g) {
    const FixedGate& gate = made.cells[0].gates[g];
    const bool candidate = layer.kind == CellKind::Gru && g == 2;
    const bool split = candidate && layer.linear_before_reset;
    ASSERT_EQ(gate.recurrent_bias.empty(), !split);
    for (std::size_t row = 0; row < hidden; ++row) {
      const auto at = static_cast<Eigen::Index>(g * hidden + row);
      const double input_bias = cell.input_bias[at];
      const double recurrent_bias = cell.recurrent_bias[at];
      const int x = row_fraction(fixed, gate.input_weights, made.input_signal, row);
      const int reads = candidate && !split ? signals.reset_hidden : signals.hidden;
      const int h = row_fraction(fixed, gate.recurrent_weights, reads, row);
      EXPECT_EQ(gate.bias[row], split ? at_fraction(input_bias, x)
                                      : at_fraction(input_bias + recurrent_bias, std::max(x, h)));
      if (split) {
        EXPECT_EQ(gate.recurrent_bias[row], at_fraction(recurrent_bias, h));
      }
    }
  }
}

TEST(Quantise, PutsBiasesAtTheirAccumulatorsFraction) {
  for (const CellKind kind : {CellKind::Lstm, CellKind::Gru, CellKind::Rnn}) {
    for (const bool before : {false, true}) {
      SCOPED_TRACE(to_text(kind));
      Random random(8);
      NetworkShape shape;
      shape.kind = kind;
      shape.linear_before_reset = before;
      const Calibrated all = calibrated(random, shape);
      const FixedChain fixed = quantised(all.network, *preset_plan("default", {6, 9}), &all.profile).network;
      expect_biases(std::get<RecurrentLayer>(all.network.layers[0]), fixed);
      const auto& dense = std::get<DenseLayer>(all.network.layers[1]);
      const auto& made = std::get<FixedDense>(fixed.layers[1]);
      for (std::size_t row = 0; row < made.bias.size(); ++row)
        EXPECT_EQ(made.bias[row], at_fraction(dense.bias[static_cast<Eigen::Index>(row)],
                                              row_fraction(fixed, made.weights, made.input_signal, row)));
    }
  }
}

// What calibration saw of h is smaller than the constant that it starts from.
TEST(Quantise, HoldsInitialStates) {
  Random random(10);
  NetworkShape shape;
  shape.initial_states = true;
  Calibrated all{make_network(random, shape), {}, {}};
  auto& cell = std::get<RecurrentLayer>(all.network.layers[0]).cells[0];
  cell.initial_hidden[0] = 3;
  all.data = testing_support::random_data(random, all.network, 12, 40);
  all.profile = *calibrate(all.network, all.data);
  for (int width = 2; width <= 10; ++width) {
    const FormatPlan plan = *preset_plan(width % 2 == 0 ? "default" : "paper", {8, width});
    const FixedChain fixed = quantised(all.network, plan, &all.profile).network;
    const CellSignals& signals = first_recurrent(fixed).cells[0].signals;
    const Format& format = fixed.signals[static_cast<std::size_t>(signals.hidden)].format.format;
    EXPECT_NEAR(format.value(first_recurrent(fixed).cells[0].initial_hidden[0]), 3,
                std::ldexp(1, -format.fraction));
  }
}

TEST(Quantise, RefusesInitialStatesThatAStatedFormatCannotHold) {
  Random random(10);
  NetworkShape shape;
  shape.initial_states = true;
  Network network = make_network(random, shape);
  auto& cell = std::get<RecurrentLayer>(network.layers[0]).cells[0];
  cell.initial_cell[1] = -8;
  EXPECT_EQ(error_of(network, plan_of(kStated)), "no error");
  cell.initial_cell[1] = 8;
  EXPECT_EQ(
      error_of(network, plan_of(kStated)),
      "layer 'layer0': the constant initial state 8 does not fit signal 'layer0.c' (sfix12_En8): give it a "
      "format that holds it");
}

TEST(Quantise, RequantisesInitialStatesAsInputs) {
  Random random(9);
  NetworkShape shape;
  shape.initial_states = true;
  const Network network = make_network(random, shape);
  const FixedChain fixed = quantised(network, plan_of(kStated), nullptr).network;
  const RecurrentCell& cell = std::get<RecurrentLayer>(network.layers[0]).cells[0];
  const FixedCell& made = first_recurrent(fixed).cells[0];
  ASSERT_EQ(made.initial_hidden.size(), 5U);
  for (std::size_t k = 0; k < 5; ++k) {
    const auto at = static_cast<Eigen::Index>(k);
    EXPECT_EQ(made.initial_hidden[k], std::floor(static_cast<double>(cell.initial_hidden[at]) * 256 + 0.5));
    EXPECT_EQ(made.initial_cell[k], std::floor(static_cast<double>(cell.initial_cell[at]) * 256 + 0.5));
  }
  shape.initial_states = false;
  const Network zero = make_network(random, shape);
  EXPECT_TRUE(
      first_recurrent(quantised(zero, plan_of(kStated), nullptr).network).cells[0].initial_hidden.empty());
}

// --- what is shared ---

Network tied_network(Random& random) {
  NetworkShape shape;
  shape.tokens = true;
  shape.hidden = 4;
  Network network = make_network(random, shape);
  auto& dense = std::get<DenseLayer>(network.layers.back());
  dense.weights = std::get<EmbeddingLayer>(network.layers.front()).table;
  dense.bias = FloatVector::Zero(dense.weights->rows());
  return network;
}

TEST(Quantise, StoresATiedEmbeddingOnce) {
  Random random(3);
  const Network network = tied_network(random);
  const FixedChain fixed = quantised(network, plan_of(kStated), nullptr).network;
  EXPECT_EQ(std::get<FixedDense>(fixed.layers.back()).weights,
            std::get<FixedEmbedding>(fixed.layers.front()).weights);
  EXPECT_EQ(fixed.weights.size(), 9U);  // the table and an LSTM's eight
  EXPECT_EQ(error_of(network, plan_of(std::string(kStated) + "[[weight]]\nmatch = \"dense.W\"\nwidth = 3")),
            "the plan's pattern 'dense.W' matches no weight matrix of the network");
}

TEST(Quantise, StoresAMatrixOfTwoDenseLayersOnce) {
  Random random(3);
  NetworkShape shape;
  shape.hidden = 2;
  Network network = make_network(random, shape);
  DenseLayer second = std::get<DenseLayer>(network.layers.back());
  second.name = "second";
  network.layers.emplace_back(second);
  const FixedChain fixed = quantised(network, plan_of(kStated), nullptr).network;
  EXPECT_EQ(std::get<FixedDense>(fixed.layers[1]).weights, std::get<FixedDense>(fixed.layers[2]).weights);
  EXPECT_EQ(fixed.weights.size(), 9U);
  EXPECT_EQ(fixed.float_parameters, count_parameters(network).whole);
}

TEST(Quantise, StoresEqualTablesOnce) {
  Random random(4);
  const FixedChain fixed = quantised(make_network(random, {}), plan_of(kStated), nullptr).network;
  ASSERT_EQ(fixed.tables.size(), 2U);  // one sigmoid for i, o and f; one tanh for g and c
  const FixedCell& cell = first_recurrent(fixed).cells[0];
  EXPECT_EQ(cell.gates[0].table, cell.gates[1].table);
  EXPECT_EQ(cell.gates[0].table, cell.gates[2].table);
  EXPECT_EQ(cell.gates[3].table, cell.cell_table);
}

TEST(Quantise, KeepsTablesOfDifferentOptionsApart) {
  Random random(4);
  const std::string rules = std::string(kStated) + "[[table]]\nmatch = \"layer0.f\"\nsegments = 3";
  EXPECT_EQ(quantised(make_network(random, {}), plan_of(rules), nullptr).network.tables.size(), 3U);
}

TEST(Quantise, NeedsNoTables) {
  Random random(4);
  NetworkShape shape;
  shape.layers = 0;
  const Calibrated all = calibrated(random, shape);  // one dense layer
  EXPECT_TRUE(quantised(all.network, *preset_plan("default", {}), &all.profile).network.tables.empty());
}

// --- errors ---

TEST(Quantise, RefusesUnknownNames) {
  Random random(6);
  const Network network = make_network(random, {});
  EXPECT_EQ(error_of(network, plan_of(std::string(kStated) + "[[signal]]\nmatch = \"layer0.x\"\nwidth = 8")),
            "the plan's pattern 'layer0.x' matches no signal of the network");
  EXPECT_EQ(
      error_of(network, plan_of(std::string(kStated) + "[[weight]]\nmatch = \"layer0.W_z\"\nwidth = 8")),
      "the plan's pattern 'layer0.W_z' matches no weight matrix of the network");
  EXPECT_EQ(
      error_of(network, plan_of(std::string(kStated) + "[[table]]\nmatch = \"layer0.h\"\nsegments = 8")),
      "the plan's pattern 'layer0.h' matches no signal that a table writes of the network");
}

TEST(Quantise, NamesTheSignalWhoseTableCannotBeMade) {
  Random random(6);
  const Network network = make_network(random, {});
  const std::string message = error_of(
      network,
      plan_of(std::string(kStated) + "[[signal]]\nmatch = \"layer0.pre_f\"\nformat = \"sfix25_En20\""));
  EXPECT_NE(message.find("layer 'layer0': signal 'layer0.f': the input of a table is at most 24 bits wide"),
            std::string::npos)
      << message;
}

TEST(Quantise, NamesTheAccumulatorThatIsTooWide) {
  Random random(6);
  const Network network = make_network(random, {});
  const std::string rules =
      "[[signal]]\nformat = \"sfix24_En20\"\n[[signal]]\nmatch = \"input\"\nformat = \"sfix32_En30\"\n"
      "[[weight]]\nwidth = 32";
  const std::string message = error_of(network, plan_of(rules));
  EXPECT_NE(message.find("the sum of layer0.pre_"), std::string::npos) << message;
}

TEST(Quantise, NeedsCalibrationWhereThePlanIsOpen) {
  Random random(6);
  const std::string message = error_of(make_network(random, {}), *preset_plan("default", {}));
  EXPECT_EQ(message, "signal 'input': its binary point needs calibration data, or a 'format' in the plan");
}

}  // namespace
}  // namespace fixgate
