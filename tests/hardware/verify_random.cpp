// verify_random: many random accelerators against the simulator. The folders of those that differ stay, and
// say how to keep them as regressions.
#include <fmt/format.h>
#include <tbb/parallel_for.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <filesystem>
#include <mutex>

#include "diagnostic/progress.h"
#include "hardware/random_case.h"

namespace fixgate {
namespace {

struct Options {
  std::uint64_t first = 1;
  std::uint64_t count = 300;
  std::string simulator = "icarus";
  std::filesystem::path folder = "build/verify-random";
};

struct Totals {
  std::atomic<std::int64_t> values = 0;
  std::atomic<std::int64_t> cycles = 0;
  std::atomic<std::int64_t> wrong = 0;
};

Result<void> run_case(std::uint64_t seed, SimulatorKind simulator, const Options& options, Totals& totals) {
  FIXGATE_ASSIGN(const RandomCase one, random_case(seed));
  const std::filesystem::path folder = options.folder / fmt::format("seed-{}", seed);
  auto result = verify_case(one, simulator, folder);
  auto right =
      result ? check(*result, in_words(one)) : tl::make_unexpected(result.error().within(in_words(one)));
  if (!right) return right;
  std::filesystem::remove_all(folder);
  totals.values += result->hidden_values + result->output_values;
  totals.cycles += result->cycles_seen;
  return {};
}

void report(std::uint64_t seed, const Error& error, const Options& options) {
  static std::mutex mutex;
  const std::scoped_lock lock(mutex);
  fmt::print(stderr, "seed {}: {}\n", seed, error.message);
  fmt::print(stderr,
             "  again: verify_random --first {0} --count 1\n"
             "  keep:  copy accelerator.json and network.fxg of {1}/seed-{0} to "
             "tests/data/regressions/hardware/NAME/\n",
             seed, options.folder.string());
}

Result<std::int64_t> run_all(const Options& options) {
  FIXGATE_ASSIGN(const SimulatorKind simulator, parse_simulator(options.simulator));
  std::filesystem::create_directories(options.folder);
  Totals totals;
  {
    Progress progress("random networks", static_cast<std::int64_t>(options.count), "networks");
    tbb::parallel_for(options.first, options.first + options.count, [&](std::uint64_t seed) {
      if (const auto done = run_case(seed, simulator, options, totals); !done) {
        ++totals.wrong;
        report(seed, done.error(), options);
      }
      progress.advance();
    });
  }
  fmt::print(
      "{} random networks (seeds {} to {}, {}): {} wrong; {} values compared, {} cycles as predicted\n",
      options.count, options.first, options.first + options.count - 1, options.simulator, totals.wrong.load(),
      totals.values.load(), totals.cycles.load());
  return totals.wrong.load();
}

}  // namespace
}  // namespace fixgate

int main(int argc, char** argv) {
  fixgate::Options options;
  CLI::App app{"Random accelerators against the simulator"};
  app.add_option("--first", options.first, "The first seed")->capture_default_str();
  app.add_option("--count", options.count, "How many seeds")->capture_default_str();
  app.add_option("--simulator", options.simulator, "icarus or verilator")->capture_default_str();
  app.add_option("--folder", options.folder, "Where the accelerators are written")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  const auto wrong = fixgate::run_all(options);
  if (!wrong) fmt::print(stderr, "verify_random: {}\n", wrong.error().message);
  return wrong && *wrong == 0 ? 0 : 1;
}
