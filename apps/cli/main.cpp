// fixgate: the command line.
#include <fmt/format.h>
#include <tbb/global_control.h>

#include <algorithm>
#include <csignal>
#include <exception>
#include <filesystem>
#include <iostream>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <system_error>

#include "commands.h"
#include "diagnostic/terminal.h"
#include "tools/interruption.h"
#include "values.h"

namespace {

constexpr int kFailure = static_cast<int>(fixgate::ExitCode::Failure);
constexpr const char* kNoOutput = "standard output cannot be written";

/// One line for one mistake on the command line: an argument that nothing expects rather than what is missing
/// without it.
std::string usage_error(const CLI::App& app, const CLI::ParseError& error) {
  const std::vector<std::string> unexpected = app.remaining(true);
  std::string message = error.what();
  if (!unexpected.empty() && app.get_subcommands().empty())
    message = fmt::format("'{}' is no command", unexpected.front());
  else if (!unexpected.empty())
    message = fmt::format("'{}' was not expected", unexpected.front());
  std::ranges::replace(message, '\n', ' ');
  return message + "; see fixgate --help";
}

/// Says what is wrong; the exit code.
int refuse(const std::string& message) {
  fixgate::notice("fixgate: " + message);
  return kFailure;
}

int finish(const fixgate::Result<fixgate::ExitCode>& result) {
  if (!result) return refuse(result.error().message);
  return fixgate::finish_output() ? static_cast<int>(*result) : refuse(kNoOutput);
}

/// Prints the help or version that was asked for, or says what is wrong; the exit code.
int finish_parsing(const CLI::App& app, const CLI::ParseError& error) {
  if (error.get_exit_code() != 0) {
    const auto values = fixgate::check_values(app);
    return refuse(values ? usage_error(app, error) : values.error().message);
  }
  app.exit(error);
  return std::cout.flush() ? 0 : refuse(kNoOutput);
}

fixgate::Result<fixgate::ExitCode> run_command(const CLI::App& app, const fixgate::Command& chosen) {
  FIXGATE_CHECK(fixgate::check_values(app));
  FIXGATE_CHECK(chosen.files().check());
  auto result = chosen.run();
  fixgate::end_if_interrupted();
  return result;
}

void add_commands(CLI::App& app, fixgate::Command& chosen) {
  fixgate::add_inspect(app, chosen);
  fixgate::add_quantize(app, chosen);
  fixgate::add_run(app, chosen);
  fixgate::add_evaluate(app, chosen);
  fixgate::add_show(app, chosen);
  fixgate::add_sweep(app, chosen);
  fixgate::add_explore(app, chosen);
  fixgate::add_rtl(app, chosen);
  fixgate::add_verify(app, chosen);
  fixgate::add_synth(app, chosen);
}

int run(std::span<const char* const> arguments) {
  CLI::App app{"Fixgate: trained LSTM and GRU networks (ONNX) to fixed-point designs, without retraining"};
  app.set_version_flag("--version", FIXGATE_VERSION);
  app.require_subcommand(1);
  int threads = 0;
  app.add_option("--threads", threads, "Threads to use; 0: all cores. Results do not depend on it")
      ->check(CLI::Range(0, 1024));
  app.fallthrough();
  fixgate::Command chosen;
  add_commands(app, chosen);
  if (const auto checked = fixgate::check_arguments(arguments); !checked)
    return refuse(checked.error().message);
  try {
    app.parse(static_cast<int>(arguments.size()), arguments.data());
  } catch (const CLI::ParseError& error) {
    return finish_parsing(app, error);
  }

  std::unique_ptr<tbb::global_control> limit;
  if (threads > 0)
    limit = std::make_unique<tbb::global_control>(tbb::global_control::max_allowed_parallelism,
                                                  static_cast<std::size_t>(threads));
  return finish(run_command(app, chosen));
}

}  // namespace

int main(int argc, char** argv) {
  fixgate::hold_standard_streams();
  std::signal(SIGXFSZ, SIG_IGN);  // a file size limit then is an error of write(), as a full disk is
  try {
    return run(std::span<const char* const>(argv, static_cast<std::size_t>(argc)));
  } catch (const std::bad_alloc&) {
    return refuse("out of memory");
  } catch (const std::filesystem::filesystem_error& error) {
    return refuse(std::string("internal error: ") + error.what());
  } catch (const std::system_error& error) {  // of say()
    return refuse(std::string(kNoOutput) + ": " + error.code().message());
  } catch (const std::exception& error) {
    return refuse(std::string("internal error: ") + error.what());
  }
}
