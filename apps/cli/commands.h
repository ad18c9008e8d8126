// The subcommands of fixgate, one file each. Each adds itself to the command line and runs when it was
// chosen.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <type_traits>

#include "diagnostic/error.h"

namespace fixgate {

/// How fixgate ends. Scripts rely on the numbers.
enum class ExitCode {
  Done = 0,       // of inspect: the model converts to fixed point
  Failure = 1,    // with a message on standard error
  FloatOnly = 3,  // of inspect: the model runs in float, fixed point refuses some of it
  Refused = 4,    // of inspect: the model is refused altogether
};

/// What main() runs once the command line is read. A run that gives no exit code of its own is Done.
class Command {
 public:
  template <typename Run>
  Command& operator=(Run run) {
    if constexpr (std::is_same_v<decltype(run()), Result<void>>)
      run_ = [run]() -> Result<ExitCode> { return run().map([] { return ExitCode::Done; }); };
    else
      run_ = run;
    return *this;
  }
  [[nodiscard]] Result<ExitCode> operator()() const { return run_(); }

 private:
  std::function<Result<ExitCode>()> run_;
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
