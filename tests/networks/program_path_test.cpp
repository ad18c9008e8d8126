// The stored networks of tests/data/models through programs: ONNX to program, calibrated, quantised. Where they
// are chains, too, both ways give the same integers.
#include <gtest/gtest.h>

#include <map>

#include "fixed/footprint.h"
#include "fixed/program_of.h"
#include "import/onnx.h"
#include "import/test_cases.h"
#include "lowering/lower_to_program.h"
#include "network/fold.h"
#include "quantize/calibrated.h"
#include "quantize/calibrated_program.h"
#include "simulate/testing/random_network.h"
#include "sweep/load_network.h"

namespace fixgate {
namespace {

constexpr MetricSpec kRegression{MetricKind::Rmse, Decision::Argmax};
constexpr std::uint64_t kSeed = 1;

Result<program::FloatNetwork> lowered_file(const std::filesystem::path& path) {
  FIXGATE_ASSIGN(Graph graph, import_onnx(path));
  FIXGATE_CHECK(fold_constants(graph));
  fold_initial_states(graph);
  FIXGATE_ASSIGN(auto lowered, lowering::lower_to_program(graph));
  return std::move(lowered.network);
}

/// Noise for a program's only input, of the steps that its file takes.
DataSet noise_for(const program::Program& program) {
  testing_support::Random random(kSeed);
  const program::Value& input = program.values[inputs_of(program).front()];
  const std::int64_t steps = program.clocks[input.clock].call.count;
  DataSet data;
  for (int k = 0; k < 12; ++k) {
    Sample sample;
    sample.name = "noise";
    sample.sequence =
        testing_support::random_sequence(random, input.vocabulary.has_value(),
                                         input.vocabulary.value_or(input.size), steps > 0 ? steps : 12, 1.5);
    data.samples.push_back(std::move(sample));
  }
  return data;
}

/// Things by their full names, whatever order they are in.
template <typename Things, typename Numbers>
auto by_name(const program::Program& program, const Things& things, const Numbers& numbers) {
  std::map<std::string, std::decay_t<decltype(*numbers.begin())>> named;
  for (const auto id : things.ids()) named.emplace(full_name(program, things[id]), numbers[id]);
  return named;
}

void expect_chain_integers(const program::FixedNetwork& got, const program::FixedNetwork& wanted) {
  const auto& one = got.program;
  const auto& other = wanted.program;
  EXPECT_EQ(by_name(one, one.matrices, got.weights), by_name(other, other.matrices, wanted.weights));
  EXPECT_EQ(by_name(one, one.constants, got.constants), by_name(other, other.constants, wanted.constants));
  const auto formats = by_name(one, one.values, got.formats);
  for (const auto& [name, format] : by_name(other, other.values, wanted.formats)) {
    const auto its = formats.find(name);
    EXPECT_EQ(its == formats.end() ? format : its->second, format) << name;
  }
  EXPECT_EQ(got.tables.size(), wanted.tables.size());
  EXPECT_EQ(measure_footprint(got).whole, measure_footprint(wanted).whole);
  EXPECT_EQ(measure_footprint(got).recurrent, measure_footprint(wanted).recurrent);
}

class ProgramPath : public testing::TestWithParam<std::filesystem::path> {};

TEST_P(ProgramPath, GivesTheIntegersOfTheChain) {
  const auto floats = lowered_file(GetParam());
  if (!floats || inputs_of(floats->program).size() != 1) return;  // models_test knows why
  const DataSet data = noise_for(floats->program);
  const FormatPlan plan = *preset_plan("default", {4, 8});
  auto calibrated =
      program::CalibratedProgram::make(*floats, program::recordings_of(data), kRegression, kSeed);
  ASSERT_TRUE(calibrated) << calibrated.error().message;
  const auto made = calibrated->quantise(plan);
  ASSERT_TRUE(made) << made.error().message;
  const auto network = load_network(GetParam());
  if (!network) return;
  auto chain = CalibratedNetwork::make(*network, data, kRegression, kSeed);
  ASSERT_TRUE(chain) << chain.error().message;
  if (const auto wanted = chain->quantise(plan))
    expect_chain_integers(made->network, program_of(wanted->network));
}

INSTANTIATE_TEST_SUITE_P(Networks, ProgramPath, testing::ValuesIn(test_cases::stored_models()),
                         [](const auto& model) { return test_cases::test_name(model.param); });

}  // namespace
}  // namespace fixgate
