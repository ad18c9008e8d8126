// fixgate verify: an accelerator's RTL, or its netlist, against the reference simulator.
#include <fmt/format.h>

#include <memory>
#include <optional>

#include "commands.h"
#include "data/task.h"
#include "data/task_files.h"
#include "diagnostic/terminal.h"
#include "hardware/accelerator_file_use.h"
#include "numbers.h"
#include "synthesis/yosys.h"
#include "verification/gather.h"
#include "verification/suite.h"
#include "verification/verification.h"

namespace fixgate {
namespace {

struct Options {
  std::string accelerator;
  std::string suite;
  std::string output;
  std::string task;
  std::string data_root;
  std::string part = "test";
  std::int64_t sequences = 10;
  std::optional<std::int64_t> steps;
  std::uint64_t seed = 1;
  std::string simulator = "verilator";
  std::string stalls = "mixed";
  std::string netlist;
  std::string waveform;
  bool as_it_is = false;
  std::optional<double> time_limit;
};

Result<VerificationOptions> verification_options(const Options& options) {
  VerificationOptions chosen;
  FIXGATE_ASSIGN(chosen.simulator, parse_simulator(options.simulator));
  FIXGATE_ASSIGN(chosen.stalls, parse_stalls(options.stalls));
  chosen.seed = options.seed;
  chosen.waveform = options.waveform;
  chosen.as_it_is = options.as_it_is;
  chosen.time_limit = options.time_limit;
  if (!options.netlist.empty()) {
    FIXGATE_ASSIGN(chosen.netlist, parse_target(options.netlist));
    FIXGATE_CHECK(cell_models(*chosen.netlist));  // before any work
  }
  return chosen;
}

Result<std::vector<TestSequence>> sequences_of(const Options& options, const FixedChain& network) {
  if (options.task.empty()) return random_sequences(network, options.sequences, options.seed);
  FIXGATE_ASSIGN(const Task task, read_task(options.task));
  return gather_sequences(task, network.call, options.part, options.data_root,
                          {options.sequences, options.steps});
}

void print(const VerificationResult& result, const Options& options) {
  say("sequences    {} of {}, {} steps\n", result.sequences,
      options.task.empty() ? fmt::format("random features, seed {}", options.seed)
                           : fmt::format("{} ({})", options.task, options.part),
      result.steps);
  say("simulator    {}{}\n", result.simulator,
      options.netlist.empty() ? "" : ", netlist of " + options.netlist);
  say("stalls       {}, seed {}\n", options.stalls, options.seed);
  say("compared     {} hidden values and {} outputs: {} mismatches\n", result.hidden_values,
      result.output_values, result.mismatches);
  if (result.free_sequences == 0) return;
  say("cycles       {} predicted, {} seen over {} sequences without stalls; {} end in another cycle\n",
      result.cycles_predicted, result.cycles_seen, result.free_sequences, result.cycle_differences);
  say("utilisation  {:.2f} % of the multipliers' cycles\n", 100 * result.utilisation);
}

Result<void> verify_one(const Options& options) {
  FIXGATE_ASSIGN(const VerificationOptions chosen, verification_options(options));
  FIXGATE_ASSIGN(const Accelerator accelerator, read_accelerator(options.accelerator));
  FIXGATE_ASSIGN(const std::vector<TestSequence> sequences, sequences_of(options, accelerator.network));
  FIXGATE_ASSIGN(const VerificationResult result,
                 verify_accelerator(accelerator, options.accelerator, sequences, chosen));
  print(result, options);
  return check(result, options.accelerator);
}

Result<void> verify_suite(const Options& options) {
  if (options.as_it_is) return fail("--as-is: the accelerators of a suite are written anew; leave it out");
  if (options.output.empty()) return fail("--suite {}: needs --output, a folder", options.suite);
  FIXGATE_ASSIGN(const VerificationSuite suite, read_verification_suite(options.suite));
  FIXGATE_ASSIGN(const VerificationOptions chosen, verification_options(options));
  FIXGATE_ASSIGN(const SuiteVerification done,
                 run_verification_suite(suite, {options.data_root, options.output, chosen}));
  say("{}", to_table(done.records));
  for (const std::string& name : done.skipped) say("skipped: {} (needs --data-root)\n", name);
  say("files: {0}/results.json, {0}/accelerators/\n", options.output);
  return check(done.records);
}

FileUse files_of(const Options& options) {
  FileUse use;
  add_accelerator_files(options.accelerator, use);
  add_task_files(options.task, options.data_root, use);
  if (!options.suite.empty() && !options.output.empty())
    add_verification_files(options.suite, {options.data_root, options.output, {}}, use);
  use.writes(options.waveform, "--waveform");
  return use;
}

Result<void> verify(const Options& options) {
  if (options.accelerator.empty() == options.suite.empty())
    return fail("give either an accelerator's folder or --suite FILE");
  if (!options.data_root.empty() && options.task.empty() && options.suite.empty())
    return fail("--data-root {}: is for the paths of --task or --suite; give one of them, or leave it out",
                options.data_root);
  return options.suite.empty() ? verify_one(options) : verify_suite(options);
}

/// Which sequences; a suite says so itself.
std::vector<CLI::Option*> add_sequence_options(CLI::App& command, Options& options) {
  auto* task =
      command.add_option("-t,--task", options.task, "Task file (TOML); none: random features or tokens");
  auto* part = command
                   .add_option("--part", options.part,
                               "Of the task's data: test, validation, calibration, or all in that order")
                   ->needs(task)
                   ->capture_default_str();
  auto* sequences =
      command
          .add_option("-n,--sequences", options.sequences, "The first sequences are taken; of a text: pieces")
          ->check(positive_number())
          ->capture_default_str();
  auto* steps =
      command.add_option("--steps", options.steps, "At most so many steps of the task's data in all")
          ->needs(task)
          ->check(positive_number());
  return {task, part, sequences, steps};
}

void add_options(CLI::App& command, Options& options) {
  command.add_option("accelerator", options.accelerator, "Folder that `fixgate rtl` wrote");
  const std::vector<CLI::Option*> of_sequences = add_sequence_options(command, options);
  command.add_option("--data-root", options.data_root,
                     "Folder that the task's paths start from (default: the task file's)");
  command.add_option("--seed", options.seed, "Of the stalls and of random sequences")
      ->check(natural_number())
      ->capture_default_str();
  command.add_option("--simulator", options.simulator, "verilator or icarus")->capture_default_str();
  command.add_option("--stalls", options.stalls, "none, light, heavy, bursts or mixed")
      ->capture_default_str();
  command.add_option("--netlist", options.netlist,
                     "Synthesise for this target (ice40, xilinx7, generic) and verify the netlist");
  auto* waveform = command.add_option("--waveform", options.waveform,
                                      "Write a value change dump (VCD) of the stalled run");
  command.add_flag("--as-is", options.as_it_is,
                   "Run what the folder holds, changed or not: its files are then code that is trusted");
  command
      .add_option(
          "--time-limit", options.time_limit,
          "Seconds that each program may take (default: what the predicted cycles need at the slowest)")
      ->check(positive_number());
  auto* suite =
      command.add_option("--suite", options.suite, "Verify the networks of a suite file (TOML) instead")
          ->excludes(waveform);
  for (CLI::Option* option : of_sequences) suite->excludes(option);
  command.add_option("-o,--output", options.output, "With --suite: folder for results.json and accelerators")
      ->needs(suite);
}

}  // namespace

void add_verify(CLI::App& app, Command& chosen) {
  auto* command = app.add_subcommand(
      "verify", "An accelerator against the simulator: every hidden state, every output, every cycle");
  auto options = std::make_shared<Options>();
  add_options(*command, *options);
  command->callback([&chosen, options] {
    chosen = {[options] { return files_of(*options); }, [options] { return verify(*options); }};
  });
}

}  // namespace fixgate
