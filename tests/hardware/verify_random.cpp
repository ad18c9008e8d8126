// verify_random: many random accelerators against the simulator. The folders of those that differ stay, and
// say how to keep them as regressions. What was right is noted at once, for --resume.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <mutex>
#include <set>
#include <vector>

#include "diagnostic/progress.h"
#include "hardware/random_case.h"
#include "parallel/for_each_index.h"

namespace fixgate {
namespace {

struct Options {
  std::uint64_t first = 1;
  std::uint64_t count = 300;
  std::string simulator = "icarus";
  std::filesystem::path folder = "build/verify-random";
  bool resumes = false;
};

struct Totals {
  std::atomic<std::int64_t> values = 0;
  std::atomic<std::int64_t> cycles = 0;
  std::atomic<std::int64_t> wrong = 0;
};

/// The seeds that were right, a line each: simulator, seed, values, cycles.
class Journal {
 public:
  Journal(const Options& options, Totals& totals)
      : path_(options.folder / "right.txt"), simulator_(options.simulator), totals_(totals) {
    if (options.resumes) read(options);
    file_.open(path_, options.resumes ? std::ios::app : std::ios::trunc);
  }

  [[nodiscard]] bool has(std::uint64_t seed) const { return seeds_.contains(seed); }

  Result<void> add(std::uint64_t seed, std::int64_t values, std::int64_t cycles) {
    totals_.values += values;
    totals_.cycles += cycles;
    const std::scoped_lock lock(mutex_);
    file_ << fmt::format("{} {} {} {}\n", simulator_, seed, values, cycles) << std::flush;
    if (!file_)
      return fail("{}: cannot be written: a later run with --resume would not know of it", path_.string());
    return {};
  }

 private:
  void read(const Options& options) {
    std::ifstream file(path_);
    std::string simulator;
    std::uint64_t seed = 0;
    std::int64_t values = 0;
    std::int64_t cycles = 0;
    while (file >> simulator >> seed >> values >> cycles) {
      const bool is_asked =
          simulator == simulator_ && seed >= options.first && seed - options.first < options.count;
      if (!is_asked || !seeds_.insert(seed).second) continue;
      totals_.values += values;
      totals_.cycles += cycles;
    }
  }

  std::filesystem::path path_;
  std::string simulator_;
  Totals& totals_;
  std::set<std::uint64_t> seeds_;  // of the run before
  std::mutex mutex_;
  std::ofstream file_;
};

Result<void> run_case(std::uint64_t seed, SimulatorKind simulator, const Options& options, Journal& journal) {
  FIXGATE_ASSIGN(const RandomCase one, random_case(seed));
  const std::filesystem::path folder = options.folder / fmt::format("seed-{}", seed);
  auto result = verify_case(one, simulator, folder);
  auto right =
      result ? check(*result, in_words(one)) : tl::make_unexpected(result.error().within(in_words(one)));
  if (!right) return right;
  std::filesystem::remove_all(folder);
  return journal.add(seed, result->hidden_values + result->output_values, result->cycles_seen);
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

std::vector<std::uint64_t> seeds_to_run(const Options& options, const Journal& journal) {
  std::vector<std::uint64_t> seeds;
  for (std::uint64_t seed = options.first; seed < options.first + options.count; ++seed)
    if (!journal.has(seed)) seeds.push_back(seed);
  if (options.resumes)
    fmt::print("{} of {} were right before\n", options.count - seeds.size(), options.count);
  return seeds;
}

Result<std::int64_t> run_all(const Options& options) {
  FIXGATE_ASSIGN(const SimulatorKind simulator, parse_simulator(options.simulator));
  std::filesystem::create_directories(options.folder);
  Totals totals;
  Journal journal(options, totals);
  const std::vector<std::uint64_t> seeds = seeds_to_run(options, journal);
  {
    Progress progress("random networks", static_cast<std::int64_t>(seeds.size()), "networks");
    parallel_for_each_index(seeds.size(), [&](std::size_t index) {
      if (const auto done = run_case(seeds[index], simulator, options, journal); !done) {
        ++totals.wrong;
        report(seeds[index], done.error(), options);
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
  app.add_flag("--resume", options.resumes, "Leave out what a run of the same program found right before");
  CLI11_PARSE(app, argc, argv);
  const auto wrong = fixgate::run_all(options);
  if (!wrong) fmt::print(stderr, "verify_random: {}\n", wrong.error().message);
  return wrong && *wrong == 0 ? 0 : 1;
}
