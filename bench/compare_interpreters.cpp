// The simulators against the reference simulator, in turns in one run: prints the median of each and its ratio
// to that reference. See docs/performance.md.
#include <fmt/core.h>
#include <tbb/global_control.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <deque>
#include <functional>

#include "bench/clocks.h"
#include "bench/measurements.h"
#include "bench/workload.h"
#include "program/verify.h"
#include "simulate/fast/simulator.h"
#include "simulate/vector/vector_simulator.h"

namespace fixgate::bench {
namespace {

constexpr std::uint64_t kSeed = 1;
constexpr std::size_t kBatch = 16;

struct Options {
  std::filesystem::path shared;
  std::string only;
  std::string simulator;
  int rounds = 9;
  double seconds = 0.3;
};

/// One simulator and what it does in a pass over some tokens.
struct Contestant {
  std::string name;
  std::size_t tokens = 0;
  std::function<void()> pass;
  std::vector<double> rates;
};

/// One fixed-point network, ready for all contestants.
class Race {
 public:
  Race(std::string name, program::FixedNetwork network, std::vector<Sequence> sequences)
      : name_(std::move(name)),
        network_(std::move(network)),
        reference_(network_),
        vector_(network_),
        fast_(network_) {
    for (Sequence& sequence : sequences) inputs_.push_back({std::move(sequence)});
    inputs_.resize(std::min(inputs_.size(), 4 * kBatch));
    for (const auto& one : inputs_) pointers_.push_back(&one.front());
    add_contestants();
  }

  void run(const Options& options) {
    std::erase_if(contestants_, [&](const Contestant& one) {
      return one.name.find(options.simulator) == std::string::npos;
    });
    for (int round = 0; round < options.rounds; ++round)
      for (Contestant& contestant : contestants_)
        contestant.rates.push_back(rate(contestant, options.seconds));
    for (const Contestant& contestant : contestants_) {
      std::vector<double> ratios;
      for (std::size_t round = 0; round < contestant.rates.size(); ++round)
        ratios.push_back(contestant.rates[round] / contestants_.front().rates[round]);
      fmt::print("| {} | {} | {:.1f} k | {:.2f} |\n", name_, contestant.name, 1e-3 * median(contestant.rates),
                 median(ratios));
    }
  }

 private:
  void add_contestants() {
    std::size_t all = 0;
    for (const Sequence* one : pointers_) all += one->steps();
    const std::size_t some = std::min<std::size_t>(pointers_.size(), kBatch / 4);
    std::size_t few = 0;
    for (std::size_t k = 0; k < some; ++k) few += pointers_[k]->steps();
    contestants_.push_back({"ProgramSimulator", few, [this, some] { run_reference(some); }, {}});
    contestants_.push_back({"VectorSimulator, batch 16", all, [this] { run_vector(kBatch); }, {}});
    contestants_.push_back({"VectorSimulator, one stream", all, [this] { run_vector(1); }, {}});
    contestants_.push_back({"FastSimulator, batch 16", all, [this] { run_fast(kBatch); }, {}});
    contestants_.push_back({"FastSimulator, one stream", all, [this] { run_fast(1); }, {}});
    if (!fast_.not_covered().empty()) contestants_.resize(3);
  }

  static double rate(const Contestant& contestant, double seconds) {
    if (contestant.rates.empty()) contestant.pass();  // the caches are warm then
    std::size_t passes = 0;
    double elapsed = 0;
    const double start = cpu_seconds();
    for (; elapsed < seconds; elapsed = cpu_seconds() - start, ++passes) contestant.pass();
    return static_cast<double>(passes * contestant.tokens) / elapsed;
  }

  void run_reference(std::size_t count) const {
    for (std::size_t k = 0; k < count; ++k) {
      program::Memory memory = reference_.initial_memory();
      program::ValueCounts counts = reference_.no_counts();
      if (!reference_.run(inputs_[k], memory, counts)) std::abort();
    }
  }

  void run_vector(std::size_t batch) const {
    for (std::size_t first = 0; first < inputs_.size(); first += batch) {
      const std::size_t some = std::min(batch, inputs_.size() - first);
      std::vector<program::Memory> memories(some, vector_.initial_memory());
      program::ValueCounts counts = vector_.no_counts();
      if (!vector_.run(std::span(inputs_).subspan(first, some), memories, counts)) std::abort();
    }
  }

  void run_fast(std::size_t batch) const {
    for (std::size_t first = 0; first < inputs_.size(); first += batch) {
      program::ValueCounts counts = fast_.no_counts();
      const std::span<const Sequence* const> pointers(pointers_);
      if (!fast_.run(pointers.subspan(first, std::min(batch, inputs_.size() - first)), counts)) std::abort();
    }
  }

  std::string name_;
  program::FixedNetwork network_;
  program::ProgramSimulator reference_;
  program::VectorSimulator vector_;
  FastSimulator fast_;
  std::vector<std::vector<Sequence>> inputs_;
  std::vector<const Sequence*> pointers_;
  std::vector<Contestant> contestants_;
};

bool is_wanted(const std::string& name, const Options& options) {
  return name.find(options.only) != std::string::npos;
}

Result<void> race(const Workload& workload, const Widths& widths, const Options& options) {
  FIXGATE_ASSIGN(program::FixedNetwork network, quantised(workload, widths));
  Race(fmt::format("{} {}/{}", workload.name, widths.weights, widths.activations), std::move(network),
       workload.sequences)
      .run(options);
  return {};
}

/// A network of a task, `models` being the folder of <task>-<cell>.onnx.
Result<void> race_task(const std::string& task, const std::filesystem::path& models,
                       const std::filesystem::path& data_root, const Options& options) {
  const std::filesystem::path tasks = std::filesystem::path(FIXGATE_SOURCE_DIR) / "examples" / task;
  for (const char* cell : {"gru", "lstm"}) {
    const std::string name = fmt::format("{}-{}", task, cell);
    if (!is_wanted(name, options)) continue;
    FIXGATE_ASSIGN(const Workload workload,
                   load_workload(name, models / (name + ".onnx"), tasks / (task + ".toml"), data_root, 64));
    FIXGATE_CHECK(race(workload, {8, 8}, options));
  }
  return {};
}

/// Of the size of public noise suppressors, whose activations need 12 bits.
Result<void> race_large(const Options& options) {
  for (const int hidden : {400, 600}) {
    if (!is_wanted(fmt::format("GRU {}", hidden), options)) continue;
    FIXGATE_ASSIGN(const Workload workload, random_workload(hidden, 50, 32, kSeed));
    FIXGATE_CHECK(race(workload, {8, 12}, options));
  }
  return {};
}

Result<void> run(const Options& options) {
  const tbb::global_control control(tbb::global_control::max_allowed_parallelism, 1);
  fmt::print("| network | simulator | tokens per second | ratio |\n|---|---|---:|---:|\n");
  FIXGATE_CHECK(
      race_task("digits", std::filesystem::path(FIXGATE_SOURCE_DIR) / "examples/digits", "", options));
  if (!options.shared.empty())
    FIXGATE_CHECK(race_task("imdb", options.shared / "models", options.shared, options));
  return race_large(options);
}

}  // namespace
}  // namespace fixgate::bench

int main(int argc, char** argv) {
  fixgate::bench::Options options;
  CLI::App app("Measures the interpreters of programs against the reference simulator, one thread");
  app.add_option("--shared", options.shared, "Folder with the IMDb models and data");
  app.add_option("--only", options.only, "Networks whose name has this in it");
  app.add_option("--simulator", options.simulator,
                 "Simulators whose name has this in it; ratios are to the first");
  app.add_option("--rounds", options.rounds, "Turns of each simulator")->check(CLI::Range(1, 1000));
  app.add_option("--seconds", options.seconds, "Length of a turn")->check(CLI::PositiveNumber);
  CLI11_PARSE(app, argc, argv);
  const auto done = fixgate::bench::run(options);
  if (!done) fmt::print(stderr, "{}\n", done.error().message);
  return done ? 0 : 1;
}
