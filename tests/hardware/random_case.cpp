#include "hardware/random_case.h"

#include <fmt/format.h>

#include "calibrate/program_profile.h"
#include "fixed/program_of.h"
#include "hardware/engines.h"
#include "hardware/geometry.h"
#include "hardware/schedule.h"
#include "quantize/quantise_program.h"
#include "simulate/testing/random_chain.h"
#include "simulate/testing/random_fixed_network.h"

namespace fixgate {
namespace {

using testing_support::FixedNetworkRange;
using testing_support::Random;

constexpr std::uint64_t kSeedsOfACase = 1 << 20;  // networks that a case may try
constexpr int kSequences = 3;

/// The reasons for which random networks are refused: exact sums beyond what the hardware holds, and an
/// embedding with nothing behind it that computes.
bool is_beyond_hardware(const Error& error) {
  return error.message.find("at one binary point") != std::string::npos ||
         error.message.find("no recurrent or dense layer before it") != std::string::npos;
}

Result<Accelerator> any_formats(Random& random, std::uint64_t seed, std::optional<WeightEncoding> encoding) {
  FixedNetworkRange range{true, false, random.number(1, 12), random.chance(0.5) ? 5 : 14};
  range.one_encoding = 0.4;
  range.encoding = encoding;
  std::uint64_t network_seed = seed * kSeedsOfACase;
  for (;;) {
    AcceleratorOptions options;
    if (random.chance(0.3)) options.output = AcceleratorOutput::Index;
    auto designed =
        design_accelerator(program_of(testing_support::next_fixed_network(network_seed, range)), options);
    if (designed || !is_beyond_hardware(designed.error())) return designed;
  }
}

Result<Accelerator> quantised_float(Random& random) {
  testing_support::ChainShape shape;
  shape.kind = random.pick({CellKind::Lstm, CellKind::Gru});
  shape.linear_before_reset = random.chance(0.5);
  shape.layers = random.number(1, 2);
  shape.tokens = random.chance(0.4);
  shape.dense_activation = random.chance(0.5);
  shape.initial_states = random.chance(0.3);
  if (random.chance(0.5)) shape.select = random.pick({SelectKind::LastStep, SelectKind::FinalState});
  shape.inputs = random.number(1, 12);
  shape.hidden = random.number(1, 24);
  shape.outputs = random.number(1, 12);
  const program::FloatNetwork network = testing_support::make_chain(random, shape);
  const DataSet data = testing_support::drawn_data(random, network.program, 8, 12);
  const program::FloatRunner runner(network);
  FIXGATE_ASSIGN(const program::GroupProfile profile,
                 program::calibrate(runner, program::recordings_of(data)));
  FIXGATE_ASSIGN(const FormatPlan plan, preset_plan(random.chance(0.5) ? "default" : "paper",
                                                    {random.number(2, 12), random.number(3, 12)}));
  FIXGATE_ASSIGN(program::QuantisedProgram quantised,
                 program::quantise(network, plan, {.profile = &profile}));
  return design_accelerator(std::move(quantised.network), {});
}

template <typename T>
T any_of(Random& random, const std::vector<T>& values) {
  return values[static_cast<std::size_t>(random.in(0, static_cast<std::int64_t>(values.size()) - 1))];
}

EngineGeometry random_geometry(Random& random, const EngineShape& shape) {
  for (;;) {
    EngineGeometry geometry;
    geometry.slices = any_of(random, possible_slices(shape));
    geometry.lanes = random.number(1, random.chance(0.5) ? 4 : 12);
    geometry.split = random.chance(0.6) ? 1 : 1 << random.number(1, 3);
    if (geometry.multipliers() <= most_multipliers(shape)) return geometry;
  }
}

RandomCase with_geometry(Accelerator accelerator, Random& random, std::uint64_t seed) {
  RandomCase one{seed, std::move(accelerator), {}};
  for (Engine& engine : one.accelerator.engines)
    if (engine.kind != EngineKind::Embedding)
      engine.geometry = random_geometry(random, shape_of(one.accelerator.network, engine));
  one.sequences = random_sequences(one.accelerator.network, kSequences, seed);
  return one;
}

}  // namespace

Result<RandomCase> random_case(std::uint64_t seed) {
  Random random(seed);
  FIXGATE_ASSIGN(Accelerator accelerator,
                 seed % 3 == 2 ? quantised_float(random) : any_formats(random, seed, std::nullopt));
  return with_geometry(std::move(accelerator), random, seed);
}

Result<RandomCase> encoded_case(std::uint64_t seed, WeightEncoding encoding) {
  Random random(seed);
  FIXGATE_ASSIGN(Accelerator accelerator, any_formats(random, seed, encoding));
  return with_geometry(std::move(accelerator), random, seed);
}

std::string in_words(const RandomCase& one) {
  std::string words = fmt::format("seed {}:", one.seed);
  const std::vector<const char*> kinds{"embedding", "LSTM", "GRU", "dense"};
  for (const Engine& engine : one.accelerator.engines)
    words +=
        fmt::format(" {} {}->{} ({}x{}x{})", kinds.at(static_cast<std::size_t>(engine.kind)), engine.inputs,
                    engine.outputs, engine.geometry.slices, engine.geometry.lanes, engine.geometry.split);
  return words;
}

Result<VerificationResult> verify_case(const RandomCase& one, SimulatorKind simulator,
                                       const std::filesystem::path& folder) {
  FIXGATE_CHECK(write_accelerator(one.accelerator, folder));
  VerificationOptions options;
  options.simulator = simulator;
  options.seed = one.seed;
  options.shows_progress = false;
  return verify_accelerator(one.accelerator, folder, one.sequences, options);
}

}  // namespace fixgate
