#include "program_files.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "files/read.h"
#include "program/exact_sums.h"
#include "program/text.h"
#include "quantize/table_builder.h"
#include "simulate/testing/random.h"

namespace fixgate::program {
namespace {

/// Fills in what a text without integers leaves out.
class IntegerFiller {
 public:
  IntegerFiller(FixedNetwork& network, std::uint64_t seed) : network_(network), random_(seed) {}

  void fill() {
    for (const MatrixId id : network_.program.matrices.ids()) fill_weights(network_.weights[id]);
    for (const ConstantId id : network_.program.constants.ids()) fill_constant(id);
    for (Table& table : network_.tables) fill_table(table);
  }

  void fill_initial() {
    for (const StateId id : network_.program.states.ids()) {
      const State& state = network_.program.states[id];
      const Format& format = network_.formats[state.value].format;
      const int count = network_.program.values[state.value].size * state.depth;
      for (int k = 0; k < count; ++k)
        network_.initial[id].push_back(within(format.min() / 2, format.max() / 2));
    }
  }

 private:
  std::int64_t within(std::int64_t low, std::int64_t high) { return random_.in(low, high); }

  /// A row's products with a vector of ones add up to about one.
  void fill_weights(WeightMatrix& weights) {
    const int shrink = static_cast<int>(std::lround(0.5 * std::log2(weights.columns)));
    for (int row = 0; row < weights.rows; ++row) {
      weights.row_fractions.push_back(weights.width - 2 + shrink + static_cast<int>(within(0, 1)));
      for (int column = 0; column < weights.columns; ++column)
        weights.values.push_back(
            static_cast<std::int32_t>(within(weights.code().smallest(), weights.code().largest())));
    }
  }

  void fill_constant(ConstantId id) {
    const Constant& constant = network_.program.constants[id];
    FixedConstant& integers = network_.constants[id];
    const bool is_zero = constant.name == "zero";
    const std::int64_t reach = std::int64_t{1} << integers.fraction.value_or(8);
    for (int k = 0; k < constant.size; ++k) integers.values.push_back(is_zero ? 0 : within(1, reach));
    if (constant.name == "share") integers.values.assign(1, reach / 72);
  }

  static void fill_table(Table& table) {
    if (auto* wide = std::get_if<LeadingOneTable>(&table)) {
      *wide = make_leading_one_table(wide->function, wide->input, wide->output, wide->bits);
      return;
    }
    auto& activation = std::get<ActivationTable>(table);
    const auto built =
        build_table(*parse_activation_text(activation.function), activation.input, activation.output, {});
    ASSERT_TRUE(built);
    activation = *built;
  }

  FixedNetwork& network_;
  testing_support::Random random_;
};

}  // namespace

std::string program_text(const std::string& name) {
  const auto text = read_file(std::string(FIXGATE_SOURCE_DIR) + "/tests/data/programs/" + name + ".txt");
  EXPECT_TRUE(text);
  return text.value_or("");
}

FixedNetwork random_network_of(const std::string& name, std::uint64_t seed, bool has_initial) {
  auto parsed = parse_text(program_text(name));
  EXPECT_TRUE(parsed) << parsed.error().message;
  if (!parsed) return {};
  IntegerFiller filler(*parsed, seed);
  filler.fill();
  if (has_initial) filler.fill_initial();
  return std::move(*parsed);
}

Sequence random_input(const FixedNetwork& network, int steps, std::uint64_t seed) {
  const ValueId input = inputs_of(network.program).front();
  const Format& format = network.formats[input].format;
  testing_support::Random random(seed);
  const double low = format.value(format.min());
  const double high = format.value(format.max());
  Sequence sequence;
  sequence.features = FloatMatrix::NullaryExpr(steps, network.program.values[input].size,
                                               [&] { return random.value(low, high); });
  return sequence;
}

}  // namespace fixgate::program
