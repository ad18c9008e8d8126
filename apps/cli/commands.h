// The subcommands of fixgate, one file each. Each adds itself to the command line and runs when it was
// chosen.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

#include "diagnostic/error.h"
#include "files/file_use.h"

namespace fixgate {

/// What main() runs once the command line is read: first it is told the files, and only if no output falls on
/// an input does the command run.
struct Command {
  std::function<FileUse()> files;
  std::function<Result<void>()> run;
};

void add_inspect(CLI::App& app, Command& chosen);
void add_quantize(CLI::App& app, Command& chosen);
void add_evaluate(CLI::App& app, Command& chosen);
void add_show(CLI::App& app, Command& chosen);
void add_sweep(CLI::App& app, Command& chosen);
void add_explore(CLI::App& app, Command& chosen);
void add_rtl(CLI::App& app, Command& chosen);
void add_verify(CLI::App& app, Command& chosen);
void add_synth(CLI::App& app, Command& chosen);

}  // namespace fixgate
