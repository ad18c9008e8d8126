#include <gtest/gtest.h>

#include <regex>

#include "hardware/accelerator.h"
#include "hardware/geometry.h"
#include "hardware/multipliers.h"
#include "hardware/random_design_test.h"
#include "hardware/verilog_text.h"

namespace fixgate {
namespace {

ExampleShape shape_named(const std::string& name) {
  ExampleShape shape;
  shape.name = name;
  return shape;
}

std::string refusal(FixedChain network, const AcceleratorOptions& options = {}) {
  const auto designed = design_accelerator(program_of(std::move(network)), options);
  return designed ? "accepted" : designed.error().message;
}

AcceleratorOptions with_lanes(std::vector<std::pair<std::string, int>> lanes) {
  AcceleratorOptions options;
  options.lanes = std::move(lanes);
  return options;
}

TEST(Design, RefusesWhatHardwareCannotDo) {
  ExampleShape rnn = shape_named("a");
  rnn.kind = CellKind::Rnn;
  EXPECT_EQ(refusal(make_example(rnn, 1)),
            "layer 'rnn0': RNN cells are not supported in hardware: use LSTM or GRU");
  ExampleShape both = shape_named("a");
  both.direction = ExampleDirection::Both;
  EXPECT_TRUE(
      refusal(make_example(both, 1)).starts_with("layer 'rnn0': bidirectional layers are not supported"));
  ExampleShape reverse = shape_named("a");
  reverse.direction = ExampleDirection::Reverse;
  EXPECT_TRUE(
      refusal(make_example(reverse, 1)).starts_with("layer 'rnn0': reverse layers are not supported"));
}

TEST(Design, RefusesNamesThatAreNoIdentifiers) {
  for (const char* name :
       {"1st", "a b!", "module", "logic", "fg_rom", "fg", "a-b", "ä", "clk_i", "rst_ni", "s_axis_tdata",
        "m_axis_tlast", "unused_first", "rnn0_data", "u_rnn0", "error_o"}) {
    AcceleratorOptions options;
    options.name = name;
    EXPECT_NE(refusal(make_example(shape_named("a"), 1), options).find("give --name"), std::string::npos)
        << name;
  }
  AcceleratorOptions long_name;
  long_name.name = std::string(129, 'a');
  EXPECT_EQ(refusal(make_example(shape_named("a"), 1), long_name),
            "a name of 129 characters: give --name one of at most 128");
}

/// Every port, signal and instance of a top module.
std::vector<std::string> names_in(const std::string& top) {
  static const std::regex port(R"((?:input|output)\s+logic\s+(?:\[\d+:0\])?\s*(\w+))");
  static const std::regex signals(R"(\n  logic (?:\[\d+:0\] )?(\w+(?:, \w+)*);)");
  static const std::regex instance(R"(\n  \) (\w+) \(\n)");
  static const std::regex word(R"(\w+)");
  std::vector<std::string> names;
  for (const std::regex* declaration : {&port, &signals, &instance})
    for (std::sregex_iterator found(top.begin(), top.end(), *declaration), end; found != end; ++found) {
      const std::string list = (*found)[1];
      for (std::sregex_iterator name(list.begin(), list.end(), word); name != end; ++name)
        names.push_back(name->str());
    }
  return names;
}

TEST(Design, RefusesEveryNameThatTheModuleDeclares) {
  for (const auto output : {AcceleratorOutput::Values, AcceleratorOutput::Index}) {
    AcceleratorOptions options;
    options.output = output;
    const FixedChain network = make_example(shape_named("a"), 1);
    const auto designed = design_accelerator(program_of(network), options);
    ASSERT_TRUE(designed) << designed.error().message;
    const std::string top = *top_text(*designed);
    const std::vector<std::string> names = names_in(top);
    // Ports, unused_first; five signals and an instance of each engine and of the input; those of the output
    // and of the index.
    EXPECT_EQ(names.size(), 12U + 1 + 6 * 3 + 1 + (output == AcceleratorOutput::Index ? 6 : 0)) << top;
    for (const std::string& name : names) {
      options.name = name;
      EXPECT_NE(refusal(network, options).find("'" + name + "'"), std::string::npos) << name;
      EXPECT_NE(refusal(network, options).find("give --name another one"), std::string::npos) << name;
    }
  }
}

TEST(Design, DeclaresNoNameTwiceWhateverLayersAreNamed) {
  for (const char* layer : {"unused", "error", "clk", "s_axis", "s_axis_t", "m_axis", "u", "u_fg_input", "fg",
                            "index", "in", "rst_ni", "error_o"}) {
    FixedChain network = make_example(shape_named("a"), 1);
    std::get<FixedRecurrent>(network.layers[0]).name = layer;
    const auto designed = design_accelerator(program_of(network), {});
    ASSERT_TRUE(designed) << designed.error().message;
    std::vector<std::string> names = names_in(*top_text(*designed));
    names.push_back(designed->name);
    std::ranges::sort(names);
    EXPECT_EQ(std::ranges::adjacent_find(names), names.end()) << layer;
  }
}

TEST(Design, MakesAModulesNameOfAnyNetworkName) {
  const std::vector<std::pair<std::string, std::string>> names{
      {"while", "net_while"},
      {"clk_i", "net_clk_i"},
      {"s_axis_tdata", "net_s_axis_tdata"},
      {"error_o", "net_error_o"},
      {"fg_rom", "net_fg_rom"},
      {"1st", "net_1st"},
      {"a/b;c", "a_b_c"},
      {"rnn0_data", "net_rnn0_data"},
      {"abc_pkg", "abc_pkg"},
      {"ä", "__"},
      {std::string(300, 'a'), std::string(124, 'a')}};
  for (const auto& [network, module] : names) {
    const auto designed = design_accelerator(program_of(make_example(shape_named(network), 1)), {});
    ASSERT_TRUE(designed) << network << ": " << designed.error().message;
    EXPECT_EQ(designed->name, module);
  }
}

TEST(Design, TakesTheNetworksNameWithUnderscores) {
  const auto designed = design_accelerator(program_of(make_example(shape_named("digits-lstm v1.2"), 1)), {});
  ASSERT_TRUE(designed);
  EXPECT_EQ(designed->name, "digits_lstm_v1_2");
}

TEST(Design, RefusesLayersWhoseNamesFallTogether) {
  FixedChain network = make_example(shape_named("a"), 1);
  std::get<FixedRecurrent>(network.layers[0]).name = "de.coder";
  std::get<FixedDense>(network.layers[1]).name = "de_coder";
  EXPECT_EQ(refusal(network),
            "layers 'de.coder' and 'de_coder' would have the same name in SystemVerilog: rename one of them");
  std::get<FixedDense>(network.layers[1]).name = "fg_in";
  EXPECT_EQ(refusal(network), "layer 'fg_in': names that begin with fg_ are the library's: rename it");
  std::get<FixedRecurrent>(network.layers[0]).name = "b_data";
  std::get<FixedDense>(network.layers[1]).name = "u_b";
  EXPECT_EQ(refusal(network),
            "layers 'b_data' and 'u_b' would have the same name in SystemVerilog: rename one of them");
  network = make_example({.name = "a", .layers = 2}, 1);
  std::get<FixedRecurrent>(network.layers[0]).name = "a";
  std::get<FixedRecurrent>(network.layers[1]).name = "a_cell";
  EXPECT_EQ(
      refusal(network),
      "layers 'a' and 'a_cell' would both declare ACellTableLatency in SystemVerilog: rename one of them");
}

TEST(Design, RefusesLanesThatMakeNoSense) {
  const FixedChain network = make_example(shape_named("a"), 1);
  EXPECT_EQ(refusal(network, with_lanes({{"", 0}})), "0 lanes make no sense: give at least 1");
  EXPECT_EQ(refusal(network, with_lanes({{"rnn0", -3}})), "-3 lanes make no sense: give at least 1");
  EXPECT_EQ(refusal(network, with_lanes({{"nobody", 3}})), "there is no layer 'nobody' that has lanes");
  EXPECT_EQ(refusal(network, with_lanes({{"decoder", 100}})),
            "100 lanes make no sense: layer 'decoder' has work for 8 at most");
  EXPECT_NE(refusal(network, with_lanes({{"", 1000}})).find("a layer has work for"), std::string::npos);
}

TEST(Design, RefusesGoalsThatExcludeEachOtherOrCannotBeReached) {
  const FixedChain network = make_example(shape_named("a"), 1);
  AcceleratorOptions options;
  options.cycles_per_step = 100;
  options.multipliers = 10;
  EXPECT_NE(refusal(network, options).find("exclude each other"), std::string::npos);
  options.multipliers.reset();
  options.cycles_per_step = 0;
  EXPECT_NE(refusal(network, options).find("at least 1"), std::string::npos);
  options.cycles_per_step = 3;
  EXPECT_NE(refusal(network, options).find("layer 'rnn0' takes at least"), std::string::npos);
  options.cycles_per_step.reset();
  options.multipliers = 1;
  EXPECT_EQ(refusal(network, options),
            "1 multipliers are too few: give at least 8, for a lane of each layer, its element-wise products "
            "and its tables");
}

TEST(Design, RefusesSumsThatAreTooWide) {
  FixedChain network = make_example(shape_named("a"), 1);
  auto& fractions = network.weights[static_cast<std::size_t>(std::get<FixedDense>(network.layers[1]).weights)]
                        .row_fractions;
  fractions[0] = 64;
  fractions[1] = -64;
  EXPECT_EQ(
      refusal(network),
      "layer 'decoder': the sums of its rows need more than 120 bits at one binary point: choose closer "
      "binary points");
}

TEST(Design, LanesOfOneLayerOverrideThoseOfAll) {
  const auto designed =
      design_accelerator(program_of(make_example(shape_named("a"), 1)), with_lanes({{"rnn0", 2}, {"", 8}}));
  ASSERT_TRUE(designed);
  EXPECT_EQ(designed->engines[0].geometry.multipliers(), 2);
  // x comes in 4 cycles: more than 2 multipliers would wait for it.
  EXPECT_EQ(designed->engines[1].geometry, (EngineGeometry{1, 2, 1}));
  EXPECT_EQ(designed->multipliers(), 4);
}

TEST(Design, SelectMakesTheRecurrentEngineEmitItsLastStep) {
  ExampleShape shape = shape_named("a");
  shape.layers = 2;
  shape.relu = true;
  shape.select = SelectKind::LastStep;
  const auto designed = design_accelerator(program_of(make_example(shape, 1)), {});
  ASSERT_TRUE(designed);
  std::vector<bool> emits;
  for (const Engine& engine : designed->engines) emits.push_back(engine.emits_last_step);
  EXPECT_EQ(emits, (std::vector<bool>{false, true, false, false}));
  // 4 gates of 4 units: 3 + 4 and 4 + 4 products a row; the dense layers come once a sequence.
  EXPECT_EQ(products_per_step(*designed), 16 * 7 + 16 * 8);
}

TEST(Design, ArgMaxGivesTheIndexUnlessValuesAreAskedFor) {
  FixedChain network = make_example(shape_named("a"), 1);
  network.output_function = OutputFunction::ArgMax;
  EXPECT_EQ(design_accelerator(program_of(network), {})->output, AcceleratorOutput::Index);
  AcceleratorOptions options;
  options.output = AcceleratorOutput::Values;
  EXPECT_EQ(design_accelerator(program_of(network), options)->output, AcceleratorOutput::Values);
}

// DSP blocks, each lane one at least.
int price(const Accelerator& accelerator) {
  std::int64_t sum = 0;
  for (const Engine& engine : accelerator.engines) {
    GeometryPrice price = dsp_price(accelerator.network, engine);
    if (engine.kind != EngineKind::Embedding) price.multiplier = std::max(1, price.multiplier);
    sum += price.of(engine.geometry);
  }
  return static_cast<int>(sum);
}

Accelerator with_one_lane_a_layer(const FixedChain& network) {
  Accelerator accelerator = *design_accelerator(program_of(network), {});
  for (Engine& engine : accelerator.engines) engine.geometry = {};
  return accelerator;
}

AcceleratorOptions with_multipliers(int multipliers) {
  AcceleratorOptions options;
  options.multipliers = multipliers;
  return options;
}

TEST(Design, TooFewMultipliersAreRefusedWithTheFewest) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const FixedChain network = RandomDesign(seed).network();
    const int least = price(with_one_lane_a_layer(network));
    EXPECT_TRUE(
        refusal(network, with_multipliers(least - 1))
            .starts_with(fmt::format("{} multipliers are too few: give at least {},", least - 1, least)));
    const auto designed = design_accelerator(program_of(network), with_multipliers(least));
    ASSERT_TRUE(designed) << designed.error().message;
    EXPECT_EQ(price(*designed), least);
  }
}

// A step that is a cycle shorter would cost more than is asked for.
TEST(Design, MultipliersAreBalanced) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    RandomDesign random(seed);
    const FixedChain network = random.network();
    const int asked = price(with_one_lane_a_layer(network)) + random.number(0, 60);
    const auto designed = design_accelerator(program_of(network), with_multipliers(asked));
    ASSERT_TRUE(designed) << designed.error().message;
    EXPECT_LE(price(*designed), asked);
    EXPECT_LE(count_multipliers(*designed).dsp_blocks, asked);
    std::int64_t slowest = 0;
    for (const Engine& engine : designed->engines)
      slowest = std::max<std::int64_t>(
          slowest, engine.kind == EngineKind::Embedding
                       ? engine.outputs
                       : stream_cycles_per_step(demand_of(network, engine), engine.geometry));
    AcceleratorOptions faster;
    faster.cycles_per_step = static_cast<int>(slowest - 1);
    const auto more = design_accelerator(program_of(network), faster);
    if (more) {
      EXPECT_GT(price(*more), asked) << seed;
    }
  }
}

TEST(Design, PredictedCyclesGrowByTheSlowestEngine) {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const Accelerator accelerator = RandomDesign(seed).accelerator();
    std::int64_t slowest = 0;
    bool chain = true;  // every engine works in every step
    for (const Engine& engine : accelerator.engines) {
      if (chain && engine.kind != EngineKind::Embedding)
        slowest = std::max(
            slowest, cycles_per_step(make_schedule(shape_of(accelerator.network, engine), engine.geometry),
                                     demand_of(accelerator.network, engine).latency));
      chain = chain && !engine.emits_last_step;
    }
    EXPECT_GE(cycles_per_step(accelerator), slowest) << seed;
    const auto cycles = predict_cycles(accelerator, std::vector<int>{3, 5, 1});
    EXPECT_LT(cycles[0], cycles[1]);
    EXPECT_LT(cycles[1], cycles[2]);
  }
}

}  // namespace
}  // namespace fixgate
