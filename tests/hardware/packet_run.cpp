#include "hardware/packet_run.h"

#include "data/draw.h"
#include "files/write.h"
#include "hardware/design_sources.h"
#include "hardware/stream_width.h"
#include "verification/test_sequences.h"

namespace fixgate {
namespace {

constexpr std::int64_t kPackets = 12;
constexpr std::int64_t kLongestBurst = 1024;  // of stalls, in cycles; a step takes some hundred
constexpr std::int64_t kPatience = 20 * kLongestBurst;

/// Beats that each sequence lacks.
std::vector<int> choose_cuts(const FixedNetwork& network, std::uint64_t seed) {
  const int beats = step_beats(network);
  SplitMix64 random(seed);
  std::vector<int> cuts(kPackets);
  for (std::size_t index = 1; index < cuts.size() && beats > 1; index += 2)
    cuts[index] = 1 + static_cast<int>(random.below(static_cast<std::uint64_t>(beats - 1)));
  return cuts;
}

/// The sequences that cut ones are completed to. One of them has one step.
std::vector<TestSequence> completed_sequences(const FixedNetwork& network, const std::vector<int>& cuts,
                                              std::uint64_t seed) {
  std::vector<TestSequence> sequences = random_sequences(network, kPackets, seed);
  if (!network.takes_tokens) sequences[1].sequence.features.conservativeResize(1, Eigen::NoChange);
  for (std::size_t index = 0; index < sequences.size(); ++index)
    if (cuts[index] > 0) sequences[index].sequence.features.bottomRows(1).rightCols(cuts[index]).setZero();
  return sequences;
}

Result<Simulation> build(const Accelerator& accelerator, const std::filesystem::path& folder,
                         SimulatorKind simulator) {
  SimulationSpec spec;
  spec.simulator = simulator;
  spec.top = accelerator.name;
  spec.folder = folder;
  spec.build = folder / "sim" / "packets";
  FIXGATE_ASSIGN(spec.sources, design_sources(folder));
  spec.sources.push_back(testbench_path(accelerator, folder));
  return Simulation::build(std::move(spec));
}

}  // namespace

Result<ComparisonResult> send_packets(const Accelerator& accelerator, const std::filesystem::path& folder,
                                      const PacketRun& run) {
  const std::vector<int> cuts = choose_cuts(accelerator.network, run.seed);
  FIXGATE_ASSIGN(std::vector<ExpectedSequence> expected,
                 expect_sequences(accelerator, completed_sequences(accelerator.network, cuts, run.seed)));
  for (std::size_t index = 0; index < expected.size(); ++index)
    expected[index].inputs.resize(expected[index].inputs.size() - static_cast<std::size_t>(cuts[index]));
  FIXGATE_ASSIGN(const Simulation simulation, build(accelerator, folder, run.simulator));
  SimulationRun simulated;
  simulated.beats = folder / "sim" / "packets" / "beats.txt";
  simulated.outputs = count_outputs(expected);
  simulated.patience = kPatience;
  simulated.longest_burst = kLongestBurst;
  simulated.stalls = run.stalls;
  simulated.seed = static_cast<std::uint32_t>(2 * run.seed + 1);
  FIXGATE_CHECK(write_file(simulated.beats, beats_text(accelerator, expected)));
  TraceComparison comparison(accelerator, expected, true);
  FIXGATE_CHECK(simulation.run(simulated, [&](std::string_view line) { return comparison.add_line(line); }));
  return comparison.finish();
}

}  // namespace fixgate
