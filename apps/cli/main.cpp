// fixgate: the command line.
#include <fmt/format.h>
#include <tbb/global_control.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <iostream>
#include <memory>
#include <new>
#include <system_error>

#include "commands.h"
#include "diagnostic/printable.h"

namespace {

constexpr int kFailure = static_cast<int>(fixgate::ExitCode::Failure);

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

/// Prints the help or version that was asked for, or says what is wrong; the exit code.
int finish_parsing(const CLI::App& app, const CLI::ParseError& error) {
  if (error.get_exit_code() != 0) {
    fmt::print(stderr, "fixgate: {}\n", usage_error(app, error));
    return kFailure;
  }
  app.exit(error);
  if (std::cout.flush()) return 0;
  fmt::print(stderr, "fixgate: standard output cannot be written\n");
  return kFailure;
}

int run(int argc, char** argv) {
  CLI::App app{"Fixgate: trained LSTM and GRU networks (ONNX) to fixed-point designs, without retraining"};
  app.set_version_flag("--version", FIXGATE_VERSION);
  app.require_subcommand(1);
  int threads = 0;
  app.add_option("--threads", threads, "Threads to use; 0: all cores. Results do not depend on it")
      ->check(CLI::Range(0, 1024));
  app.fallthrough();
  fixgate::Command chosen;
  fixgate::add_inspect(app, chosen);
  fixgate::add_quantize(app, chosen);
  fixgate::add_evaluate(app, chosen);
  fixgate::add_show(app, chosen);
  fixgate::add_sweep(app, chosen);
  fixgate::add_explore(app, chosen);
  fixgate::add_rtl(app, chosen);
  fixgate::add_verify(app, chosen);
  fixgate::add_synth(app, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return finish_parsing(app, error);
  }

  std::unique_ptr<tbb::global_control> limit;
  if (threads > 0)
    limit = std::make_unique<tbb::global_control>(tbb::global_control::max_allowed_parallelism,
                                                  static_cast<std::size_t>(threads));
  const fixgate::Result<fixgate::ExitCode> result = chosen();
  if (result && std::fflush(stdout) == 0) return static_cast<int>(*result);
  fmt::print(stderr, "fixgate: {}\n",
             result ? "standard output cannot be written" : fixgate::printable(result.error().message));
  return kFailure;
}

}  // namespace

int main(int argc, char** argv) {
  std::signal(SIGXFSZ, SIG_IGN);  // a file size limit then is an error of write(), as a full disk is
  try {
    return run(argc, argv);
  } catch (const std::bad_alloc&) {
    std::fputs("fixgate: out of memory\n", stderr);
  } catch (const std::filesystem::filesystem_error& error) {
    fmt::print(stderr, "fixgate: internal error: {}\n", error.what());
  } catch (const std::system_error& error) {  // of fmt::print
    fmt::print(stderr, "fixgate: standard output cannot be written: {}\n", error.code().message());
  } catch (const std::exception& error) {
    fmt::print(stderr, "fixgate: internal error: {}\n", error.what());
  }
  return kFailure;
}
