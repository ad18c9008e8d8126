// fixgate: the command line.
#include <fmt/format.h>
#include <tbb/global_control.h>

#include <cstdio>
#include <exception>
#include <memory>
#include <new>

#include "commands.h"

namespace {

constexpr int kFailure = 1;

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
  CLI11_PARSE(app, argc, argv);

  std::unique_ptr<tbb::global_control> limit;
  if (threads > 0)
    limit = std::make_unique<tbb::global_control>(tbb::global_control::max_allowed_parallelism,
                                                  static_cast<std::size_t>(threads));
  const fixgate::Result<void> result = chosen();
  if (result && std::fflush(stdout) == 0) return 0;
  fmt::print(stderr, "fixgate: {}\n", result ? "standard output cannot be written" : result.error().message);
  return kFailure;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::bad_alloc&) {
    std::fputs("fixgate: out of memory\n", stderr);
  } catch (const std::exception& error) {
    fmt::print(stderr, "fixgate: internal error: {}\n", error.what());
  }
  return kFailure;
}
