#include "verification/verification.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "diagnostic/progress.h"
#include "files/write.h"
#include "hardware/design_sources.h"
#include "synthesis/netlist.h"
#include "verification/expectation.h"
#include "verification/trace_comparison.h"

namespace fixgate {
namespace {

constexpr std::int64_t kPatienceSteps = 64;  // of stalls at their worst
constexpr std::int64_t kPatienceCycles = 20000;

/// Not 0, and different for neighbouring seeds.
std::uint32_t stall_seed(std::uint64_t seed) {
  const std::uint64_t mixed = (seed + 1) * 0x9e3779b97f4a7c15;
  return static_cast<std::uint32_t>(mixed >> 32) | 1;
}

/// Long enough for every buffer to run full or empty: an engine holds two steps before and two behind it.
std::int64_t longest_burst(const Accelerator& accelerator) {
  const std::uint64_t steps = 4 * accelerator.engines.size();
  constexpr std::uint64_t kShortest = 64;
  const auto cycles = static_cast<std::uint64_t>(cycles_per_step(accelerator));
  return static_cast<std::int64_t>(std::bit_ceil(std::max(kShortest, steps * cycles)));
}

class Verifier {
 public:
  Verifier(const Accelerator& accelerator, const std::filesystem::path& folder,
           const VerificationOptions& options)
      : accelerator_(accelerator),
        folder_(folder),
        options_(options),
        build_(options.build.empty() ? folder / "sim" / "build" : options.build) {}

  Result<VerificationResult> verify(const std::vector<TestSequence>& sequences) {
    FIXGATE_ASSIGN(expected_, expect_sequences(accelerator_, sequences));
    FIXGATE_ASSIGN(const Simulation simulation, build());
    result_.simulator = simulation.version();
    result_.sequences = static_cast<std::int64_t>(sequences.size());
    result_.steps = count_steps(sequences);
    FIXGATE_CHECK(run_stalled(simulation));
    // A design that is wrong under stalls may never come to an end without.
    if (result_.mismatches == 0) FIXGATE_CHECK(run_free(simulation));
    return std::move(result_);
  }

 private:
  Result<Simulation> build() {
    SimulationSpec spec;
    spec.simulator = options_.simulator;
    spec.top = accelerator_.name;
    spec.folder = folder_;
    spec.netlist = options_.netlist.has_value();
    spec.waveform = !options_.waveform.empty();
    spec.build = build_ / build_name(spec);
    FIXGATE_ASSIGN(spec.sources, sources());
    return Simulation::build(std::move(spec));
  }

  [[nodiscard]] std::string build_name(const SimulationSpec& spec) const {
    std::string name = spec.simulator == SimulatorKind::Verilator ? "verilator" : "icarus";
    if (options_.netlist) name += "-" + to_text(*options_.netlist);
    return name + (spec.waveform ? "-waveform" : "");
  }

  Result<std::vector<std::filesystem::path>> sources() {
    const std::filesystem::path work =
        build_ / ("netlist" + (options_.netlist ? "-" + to_text(*options_.netlist) : ""));
    FIXGATE_ASSIGN(auto sources, options_.netlist
                                     ? netlist_sources(accelerator_, folder_, *options_.netlist, work)
                                     : design_sources(folder_));
    sources.push_back(testbench_path(accelerator_, folder_));
    return sources;
  }

  Result<ComparisonResult> run(const Simulation& simulation, const std::vector<ExpectedSequence>& expected,
                               SimulationRun run, const std::string& title) {
    run.beats = build_ / "beats.txt";
    run.outputs = count_outputs(expected);
    run.patience = kPatienceCycles + kPatienceSteps * predict_cycles(accelerator_, std::vector{1}).front();
    FIXGATE_CHECK(write_file(run.beats, beats_text(accelerator_, expected)));
    TraceComparison comparison(accelerator_, expected, !options_.netlist);
    std::optional<Progress> progress;
    if (options_.shows_progress)
      progress.emplace(title, static_cast<std::int64_t>(expected.size()), "sequences");
    const auto listener = [&](std::string_view line) {
      const std::size_t before = comparison.finished_sequences();
      const bool taken = comparison.add_line(line);
      if (progress && comparison.finished_sequences() > before) progress->advance();
      return taken;
    };
    FIXGATE_CHECK(simulation.run(run, listener));
    ComparisonResult result = comparison.finish();
    if (!result.ended) return fail("the simulation of {} stopped before its end", accelerator_.name);
    return result;
  }

  void add(const ComparisonResult& result) {
    if (result_.mismatches == 0) result_.first_mismatch = result.first_mismatch;
    result_.mismatches += result.mismatches;
  }

  Result<void> run_stalled(const Simulation& simulation) {
    SimulationRun stalled;
    stalled.stalls = options_.stalls;
    stalled.longest_burst = longest_burst(accelerator_);
    stalled.seed = stall_seed(options_.seed);
    stalled.waveform = options_.waveform;
    FIXGATE_ASSIGN(const ComparisonResult result, run(simulation, expected_, stalled, "simulate, stalled"));
    result_.hidden_values = result.hidden_values;
    result_.output_values = result.output_values;
    add(result);
    return {};
  }

  Result<void> run_free(const Simulation& simulation) {
    std::vector<int> steps;
    for (const ExpectedSequence& sequence : expected_) steps.push_back(sequence.steps);
    std::vector<std::int64_t> predicted = predict_cycles(accelerator_, steps);
    const auto within = std::ranges::upper_bound(predicted, options_.most_free_cycles) - predicted.begin();
    const auto count = static_cast<std::size_t>(std::max<std::ptrdiff_t>(within, 1));
    predicted.resize(std::min(count, predicted.size()));
    expected_.resize(predicted.size());
    FIXGATE_ASSIGN(const ComparisonResult result,
                   run(simulation, expected_, SimulationRun{}, "simulate, free running"));
    add(result);
    compare_cycles(predicted, result.cycles);
    return {};
  }

  void compare_cycles(const std::vector<std::int64_t>& predicted, const std::vector<std::int64_t>& seen) {
    result_.free_sequences = static_cast<std::int64_t>(predicted.size());
    result_.cycles_predicted = predicted.back();
    result_.cycles_seen = seen.empty() ? 0 : seen.back();
    for (std::size_t index = 0; index < predicted.size(); ++index)
      if (index >= seen.size() || seen[index] != predicted[index]) ++result_.cycle_differences;
    double products = 0;
    for (const ExpectedSequence& sequence : expected_)
      products += static_cast<double>(products_per_sequence(accelerator_, sequence.steps));
    // The first input beat is in cycle 0.
    const double cycles = static_cast<double>(result_.cycles_predicted) + 1;
    result_.utilisation = products / (static_cast<double>(accelerator_.multipliers()) * cycles);
  }

  const Accelerator& accelerator_;
  std::filesystem::path folder_;
  const VerificationOptions& options_;
  std::filesystem::path build_;
  std::vector<ExpectedSequence> expected_;
  VerificationResult result_;
};

}  // namespace

Result<VerificationResult> verify_accelerator(const Accelerator& accelerator,
                                              const std::filesystem::path& folder,
                                              const std::vector<TestSequence>& sequences,
                                              const VerificationOptions& options) {
  if (sequences.empty()) return fail("there are no sequences to verify {} with", folder.string());
  return Verifier(accelerator, folder, options).verify(sequences);
}

Result<void> check(const VerificationResult& result, const std::string& name) {
  if (result.mismatches > 0)
    return fail("{}: the hardware is not what the simulator computes: {} mismatches; the first: {}", name,
                result.mismatches, result.first_mismatch);
  if (result.cycle_differences > 0)
    return fail("{}: {} of {} sequences end in another cycle than predicted; the last: {} predicted, {} seen",
                name, result.cycle_differences, result.free_sequences, result.cycles_predicted,
                result.cycles_seen);
  return {};
}

}  // namespace fixgate
