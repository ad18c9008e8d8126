// The subcommands of fixgate, one file each. Each adds itself to the command line and runs when it was
// chosen.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <type_traits>
#include <utility>

#include "diagnostic/error.h"
#include "files/file_use.h"

namespace fixgate {

/// How fixgate ends. Scripts rely on the numbers.
enum class ExitCode {
  Done = 0,       // of inspect: the model converts to fixed point
  Failure = 1,    // with a message on standard error
  FloatOnly = 3,  // of inspect: the model runs in float, fixed point refuses some of it
  Refused = 4,    // of inspect: the model is refused altogether
};

/// What main() runs once the command line is read: first it is told the files, and only if no output falls on
/// an input does the command run. A run that gives no exit code of its own is Done.
struct Command {
  Command() = default;
  template <typename Run>
  Command(std::function<FileUse()> of_files, Run of_run) : files(std::move(of_files)) {
    if constexpr (std::is_same_v<decltype(of_run()), Result<void>>)
      run = [of_run]() -> Result<ExitCode> { return of_run().map([] { return ExitCode::Done; }); };
    else
      run = of_run;
  }

  std::function<FileUse()> files;
  std::function<Result<ExitCode>()> run;
};

void add_inspect(CLI::App& app, Command& chosen);
void add_quantize(CLI::App& app, Command& chosen);
void add_run(CLI::App& app, Command& chosen);
void add_evaluate(CLI::App& app, Command& chosen);
void add_show(CLI::App& app, Command& chosen);
void add_sweep(CLI::App& app, Command& chosen);
void add_explore(CLI::App& app, Command& chosen);
void add_rtl(CLI::App& app, Command& chosen);
void add_verify(CLI::App& app, Command& chosen);
void add_synth(CLI::App& app, Command& chosen);

}  // namespace fixgate
