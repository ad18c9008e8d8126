#include "hardware/packet_run.h"

#include "data/draw.h"
#include "hardware/accelerator_files.h"
#include "hardware/checked_design.h"
#include "hardware/stream_width.h"
#include "tools/work_folder.h"
#include "verification/test_sequences.h"

namespace fixgate {
namespace {

constexpr std::int64_t kPackets = 12;
constexpr std::int64_t kLongestBurst = 1024;  // of stalls, in cycles; a step takes some hundred
constexpr std::int64_t kPatience = 20 * kLongestBurst;

/// Beats that each sequence lacks.
std::vector<int> choose_cuts(const FixedChain& network, std::uint64_t seed) {
  const int beats = step_beats(network);
  SplitMix64 random(seed);
  std::vector<int> cuts(kPackets);
  for (std::size_t index = 1; index < cuts.size() && beats > 1; index += 2)
    cuts[index] = 1 + static_cast<int>(random.below(static_cast<std::uint64_t>(beats - 1)));
  return cuts;
}

/// The sequences that cut ones are completed to. One of them has one step.
std::vector<TestSequence> completed_sequences(const FixedChain& network, const std::vector<int>& cuts,
                                              std::uint64_t seed) {
  std::vector<TestSequence> sequences = random_sequences(network, kPackets, seed);
  if (!network.takes_tokens) sequences[1].sequence.features.conservativeResize(1, Eigen::NoChange);
  for (std::size_t index = 0; index < sequences.size(); ++index)
    if (cuts[index] > 0) sequences[index].sequence.features.bottomRows(1).rightCols(cuts[index]).setZero();
  return sequences;
}

Result<Simulation> build(const std::string& top, const std::vector<FolderFile>& files,
                         const std::filesystem::path& work, SimulatorKind simulator) {
  FIXGATE_CHECK(write_files(work, files));
  SimulationSpec spec;
  spec.simulator = simulator;
  spec.top = top;
  spec.folder = work;
  spec.sources = source_paths(files, top);
  spec.sources.push_back(testbench_path(top));
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
  FIXGATE_ASSIGN(const Design design, design_as_it_is(accelerator, folder));
  FIXGATE_ASSIGN(const OwnFolder work, make_work_folder());
  FIXGATE_ASSIGN(const Simulation simulation,
                 build(accelerator.name, design.files, work.path(), run.simulator));
  SimulationRun simulated;
  simulated.beats = beats_text(accelerator, expected);
  simulated.outputs = count_outputs(expected);
  simulated.patience = kPatience;
  simulated.longest_burst = kLongestBurst;
  simulated.stalls = run.stalls;
  simulated.seed = static_cast<std::uint32_t>(2 * run.seed + 1);
  TraceComparison comparison(accelerator, expected, true);
  FIXGATE_CHECK(simulation.run(simulated, [&](std::string_view line) { return comparison.add_line(line); }));
  return comparison.finish();
}

}  // namespace fixgate
