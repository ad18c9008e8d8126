#include "verification/verification.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "diagnostic/progress.h"
#include "hardware/accelerator_files.h"
#include "hardware/checked_design.h"
#include "synthesis/netlist.h"
#include "tools/work_folder.h"
#include "verification/expectation.h"
#include "verification/time_limit.h"
#include "verification/trace_comparison.h"
#include "verification/waveform.h"

namespace fixgate {
namespace {

constexpr std::int64_t kPatienceSteps = 64;  // of stalls at their worst
constexpr std::int64_t kPatienceCycles = 20000;
constexpr double kLongestCompilation = 2 * 3600;  // seconds

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
      : accelerator_(accelerator), folder_(folder), options_(options) {}

  Result<VerificationResult> verify(const std::vector<TestSequence>& sequences) {
    FIXGATE_ASSIGN(Design design, options_.as_it_is ? design_as_it_is(accelerator_, folder_)
                                                    : generated_design(accelerator_, folder_));
    FIXGATE_CHECK(open_waveform());
    FIXGATE_ASSIGN(expected_, expect_sequences(accelerator_, sequences));
    FIXGATE_ASSIGN(const OwnFolder work, make_work_folder());
    FIXGATE_ASSIGN(const Simulation simulation, build(design.files, work.path()));
    result_.simulator = simulation.version();
    result_.memories = std::move(design.memories);
    result_.sequences = static_cast<std::int64_t>(sequences.size());
    result_.steps = count_steps(sequences);
    FIXGATE_CHECK(run_stalled(simulation));
    // A design that is wrong under stalls may never come to an end without.
    if (result_.mismatches == 0) FIXGATE_CHECK(run_free(simulation));
    return std::move(result_);
  }

 private:
  Result<void> open_waveform() {
    if (options_.waveform.empty()) return {};
    FIXGATE_ASSIGN(auto opened, WaveformFile::open(options_.waveform));
    waveform_.emplace(std::move(opened));
    return {};
  }

  Result<Simulation> build(const std::vector<FolderFile>& files, const std::filesystem::path& work) {
    if (auto written = write_files(work, files); !written)
      return tl::make_unexpected(written.error().within(kWorkFolder));
    SimulationSpec spec;
    spec.simulator = options_.simulator;
    spec.top = accelerator_.name;
    spec.folder = work;
    spec.netlist = options_.netlist.has_value();
    spec.waveform = waveform_.has_value();
    spec.compile_time_limit = options_.time_limit.value_or(kLongestCompilation);
    spec.sources = source_paths(files, accelerator_.name);
    if (options_.netlist) {
      FIXGATE_ASSIGN(spec.sources,
                     netlist_sources({*options_.netlist, true, accelerator_.name, work, spec.sources,
                                      options_.time_limit.value_or(kLongestSynthesis)}));
    }
    spec.sources.push_back(testbench_path(accelerator_.name));
    return Simulation::build(std::move(spec));
  }

  Result<ComparisonResult> run(const Simulation& simulation, SimulationRun run, const std::string& title) {
    run.outputs = count_outputs(expected_);
    run.patience = kPatienceCycles + kPatienceSteps * predict_cycles(accelerator_, std::vector{1}).front();
    run.time_limit = options_.time_limit.value_or(
        simulation_time_limit(accelerator_, expected_, predicted_cycles().back(), simulation.spec()));
    run.beats = beats_text(accelerator_, expected_);
    TraceComparison comparison(accelerator_, expected_, !options_.netlist);
    std::optional<Progress> progress;
    if (options_.shows_progress)
      progress.emplace(title, static_cast<std::int64_t>(expected_.size()), "sequences");
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

  [[nodiscard]] std::vector<std::int64_t> predicted_cycles() const {
    std::vector<int> steps;
    for (const ExpectedSequence& sequence : expected_) steps.push_back(sequence.steps);
    return predict_cycles(accelerator_, steps);
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
    if (waveform_) stalled.waveform = [this](std::string_view bytes) { return waveform_->add(bytes); };
    FIXGATE_ASSIGN(const ComparisonResult result, run(simulation, std::move(stalled), "simulate, stalled"));
    if (waveform_) FIXGATE_CHECK(waveform_->finish());
    result_.hidden_values = result.hidden_values;
    result_.output_values = result.output_values;
    add(result);
    return {};
  }

  Result<void> run_free(const Simulation& simulation) {
    std::vector<std::int64_t> predicted = predicted_cycles();
    const auto within = std::ranges::upper_bound(predicted, options_.most_free_cycles) - predicted.begin();
    const auto count = static_cast<std::size_t>(std::max<std::ptrdiff_t>(within, 1));
    predicted.resize(std::min(count, predicted.size()));
    expected_.resize(predicted.size());
    FIXGATE_ASSIGN(const ComparisonResult result, run(simulation, SimulationRun{}, "simulate, free running"));
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
  std::optional<WaveformFile> waveform_;
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
  const std::string memories = result.memories.words == 0
                                   ? ""
                                   : fmt::format("{} memory words differ from the network's; the first: {}",
                                                 result.memories.words, result.memories.first);
  if (result.mismatches > 0)
    return fail("{}: the hardware is not what the simulator computes: {} mismatches; the first: {}{}{}", name,
                result.mismatches, result.first_mismatch, memories.empty() ? "" : "; ", memories);
  if (!memories.empty()) return fail("{}: {}", name, memories);
  if (result.cycle_differences > 0)
    return fail("{}: {} of {} sequences end in another cycle than predicted; the last: {} predicted, {} seen",
                name, result.cycle_differences, result.free_sequences, result.cycles_predicted,
                result.cycles_seen);
  return {};
}

}  // namespace fixgate
