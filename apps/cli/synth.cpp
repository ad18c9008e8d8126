// fixgate synth: what an accelerator costs on a chip.
#include <fmt/format.h>

#include <memory>

#include "commands.h"
#include "diagnostic/terminal.h"
#include "hardware/accelerator_file_use.h"
#include "numbers.h"
#include "synthesis/synthesis.h"

namespace fixgate {
namespace {

struct Options {
  std::string accelerator;
  std::string target;
  SynthesisOptions synthesis;
};

FileUse files_of(const Options& options) {
  FileUse use;
  add_accelerator_files(options.accelerator, use);
  return use;
}

Result<void> synth(Options options) {
  FIXGATE_ASSIGN(options.synthesis.target, parse_target(options.target));
  FIXGATE_ASSIGN(const Accelerator accelerator, read_accelerator(options.accelerator));
  FIXGATE_ASSIGN(const SynthesisReport report,
                 synthesise(accelerator, options.accelerator, options.synthesis));
  say("{}file: {}\n", to_table(report), report_path(report, options.accelerator).string());
  return {};
}

}  // namespace

void add_synth(CLI::App& app, Command& chosen) {
  auto* command = app.add_subcommand(
      "synth", "What an accelerator costs: LUTs, flip-flops, DSP and RAM blocks, frequency");
  auto options = std::make_shared<Options>();
  command->add_option("accelerator", options->accelerator, "Folder that `fixgate rtl` wrote")->required();
  command->add_option("--target", options->target, "ice40, ecp5, xilinx7 or generic")->required();
  command->add_option("--device", options->synthesis.device,
                      "ice40: hx8k (default), up5k, hx1k, lp8k; ecp5: 25k (default), 45k, 85k");
  command->add_option("--frequency", options->synthesis.frequency, "MHz that placement aims at")
      ->check(positive_number())
      ->capture_default_str();
  command->add_option("--seed", options->synthesis.seed, "Of placement")
      ->check(natural_number())
      ->capture_default_str();
  command->add_flag("--as-is", options->synthesis.as_it_is,
                    "Synthesise what the folder holds, changed or not: its files are then trusted");
  command->add_option("--time-limit", options->synthesis.time_limit, "Seconds that each program may take")
      ->check(positive_number())
      ->capture_default_str();
  command->callback([&chosen, options] {
    chosen = {[options] { return files_of(*options); }, [options] { return synth(*options); }};
  });
}

}  // namespace fixgate
