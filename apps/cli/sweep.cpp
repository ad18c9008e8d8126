// fixgate sweep: many networks under many plans, as a table.
#include "sweep/sweep.h"

#include <fmt/format.h>

#include <memory>

#include "commands.h"
#include "diagnostic/terminal.h"
#include "sweep/suite_files.h"

namespace fixgate {
namespace {

struct Options {
  std::string suite;
  std::string data_root;
  std::string output;
};

FileUse files_of(const Options& options) {
  FileUse use;
  add_sweep_files(options.suite, {options.data_root, options.output}, use);
  return use;
}

Result<void> sweep(const Options& options) {
  FIXGATE_ASSIGN(const Suite suite, read_suite(options.suite));
  FIXGATE_ASSIGN(const SweepResult result, run_sweep(suite, {options.data_root, options.output}));
  say("{}\n", to_table(result.records));
  say("whole, recurrent: stored bits of the whole model and of the recurrent layers, in percent of 32-bit "
      "float; entropy: of the whole model, if each weight took its matrix's entropy\n");
  for (const std::string& name : result.skipped) say("skipped: {} (needs --data-root)\n", name);
  say("files: {0}/results.json, {0}/table.md, {0}/*.fxg, {0}/*.svg\n", options.output);
  return {};
}

}  // namespace

void add_sweep(CLI::App& app, Command& chosen) {
  auto* command =
      app.add_subcommand("sweep", "Quantise and evaluate every network of a suite under every plan");
  auto options = std::make_shared<Options>();
  command->add_option("suite", options->suite, "Suite file (TOML)")->required();
  command->add_option("--data-root", options->data_root,
                      "Folder of the models and data that the suite does not bring");
  command
      ->add_option("-o,--output", options->output, "Folder for results; an interrupted sweep goes on there")
      ->required();
  command->callback([&chosen, options] {
    chosen = {[options] { return files_of(*options); }, [options] { return sweep(*options); }};
  });
}

}  // namespace fixgate
