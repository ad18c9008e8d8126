// The fast simulator against float peers, against itself with more threads and larger networks, and against
// the machine: prints the figures and writes them as JSON. See docs/performance.md.
#include <CLI/CLI.hpp>
#include <deque>

#include "bench/contestants.h"
#include "bench/matrix_speed.h"
#include "bench/multiply_peak.h"
#include "bench/own_speed.h"
#include "program/layer_costs.h"

namespace fixgate::bench {
namespace {

constexpr std::uint64_t kSeed = 1;
constexpr double kWallTurn = 0.05;  // seconds: short, so that a busy machine leaves some turns alone

struct Options {
  std::filesystem::path shared;
  std::filesystem::path output = "build/bench/results.json";
  std::string python;
  std::string only;
  Turns turns;
};

struct Source {
  std::string name;
  std::filesystem::path model;
  std::filesystem::path task;
  std::filesystem::path data_root;
  std::size_t sequences;
};

std::vector<Source> sources(const Options& options) {
  const std::filesystem::path examples = std::filesystem::path(FIXGATE_SOURCE_DIR) / "examples";
  std::vector<Source> all;
  for (const char* cell : {"gru", "lstm"})
    all.push_back({fmt::format("digits-{}", cell), examples / "digits" / fmt::format("digits-{}.onnx", cell),
                   examples / "digits/digits.toml", "", 576});
  for (const char* cell : {"gru", "lstm"})
    all.push_back({fmt::format("imdb-{}", cell),
                   options.shared / "models" / fmt::format("imdb-{}.onnx", cell), examples / "imdb/imdb.toml",
                   options.shared, 256});
  return all;
}

/// One workload with all that is measured on it.
class Comparison {
 public:
  Comparison(const Options& options, Workload workload, Measurements& measurements)
      : options_(options), workload_(std::move(workload)), measurements_(measurements) {}

  Result<void> run() {
    for (const int weights : {8, 4, 2}) {
      FIXGATE_ASSIGN(program::FixedNetwork network, quantised(workload_, {weights, 8}));
      networks_.push_back(std::move(network));
      simulators_.emplace_back(networks_.back());
      names_.push_back(fmt::format("{}/8", weights));
    }
    FIXGATE_CHECK(compare_threads());
    FIXGATE_CHECK(start_peers());
    FIXGATE_CHECK(compare_batches());
    return compare_streams();
  }

 private:
  Result<void> start_peers() {
    const std::filesystem::path data = options_.output.parent_path() / (workload_.name + ".bin");
    FIXGATE_CHECK(write_sequences(workload_, data));
    for (const char* peer : {"onnxruntime", "onnxruntime int8", "pytorch"}) {
      const bool unfit = std::string(peer) == "onnxruntime int8" && workload_.name.ends_with("gru");
      if (unfit) continue;  // it quantises no GRU
      if (options_.python.empty()) {
        measurements_.skip(workload_.name + " " + peer, "no --peer-python");
        continue;
      }
      auto started = peer_contestant(options_.python, peer, workload_, data);
      if (started)
        peers_.push_back(std::move(*started));
      else
        measurements_.skip(workload_.name + " " + peer, started.error().message);
    }
    return {};
  }

  // Each at its best batch; own figures of every width of weights.
  Result<void> compare_batches() {
    measurements_.section(
        "Tokens per second, each contestant at its best batch (ratio: Fixgate's figure to it)");
    std::vector<Contestant> contestants;
    for (std::size_t k = 0; k < simulators_.size(); ++k)
      contestants.push_back(own_contestant("fixgate", simulators_[k], workload_));
    for (Contestant& own : contestants) FIXGATE_CHECK(choose_batch(own, {8, 16, 32, 64, 128, 256}, 0.1));
    for (Contestant peer : peers_) {
      FIXGATE_CHECK(choose_batch(peer, {8, 16, 32, 64, 128, 256, 576}, 0.15));
      contestants.push_back(std::move(peer));
    }
    FIXGATE_ASSIGN(const Rounds rounds, take_turns(contestants, options_.turns));
    for (std::size_t own = 0; own < simulators_.size(); ++own) {
      std::vector<Contestant> some{contestants[own]};
      Rounds figures{rounds[own]};
      for (std::size_t peer = simulators_.size(); peer < contestants.size(); ++peer) {
        some.push_back(contestants[peer]);
        figures.push_back(rounds[peer]);
      }
      add_records(fmt::format("{} {}", workload_.name, names_[own]), some, figures, 0, measurements_);
    }
    const double reference =
        reference_tokens_per_second(networks_.front(), workload_.sequences, options_.turns.seconds);
    measurements_.add(
        {workload_.name + " 8/8", "reference simulator", 1, 1, reference, median(rounds[0]) / reference});
    return {};
  }

  // Batch 1: the reciprocal is the time of a step.
  Result<void> compare_streams() {
    measurements_.section("Microseconds a step, one stream at a time (ratio: Fixgate's speed to it)",
                          Shown::Microseconds);
    std::vector<Contestant> contestants{own_contestant("fixgate", simulators_.front(), workload_)};
    contestants.insert(contestants.end(), peers_.begin(), peers_.end());
    for (Contestant& contestant : contestants) contestant.batch = 1;
    FIXGATE_ASSIGN(const Rounds rounds, take_turns(contestants, options_.turns));
    add_records(workload_.name + " 8/8, one stream", contestants, rounds, 0, measurements_);
    return {};
  }

  // By the clock on the wall: worth something only while nothing else runs on the machine.
  Result<void> compare_threads() {
    measurements_.section("Tokens per second with threads, by the clock on the wall (ratio: to one thread)");
    std::vector<Contestant> contestants;
    for (const int threads : {2, 1}) {
      contestants.push_back(
          {"fixgate", 16, threads, [this, threads](std::size_t batch, double seconds) -> Result<double> {
             return tokens_per_second(simulators_.front(), workload_.sequences, batch, threads, seconds,
                                      wall_seconds);
           }});
    }
    FIXGATE_ASSIGN(const Rounds rounds, take_turns(contestants, {options_.turns.rounds, kWallTurn}));
    std::vector<double> ratios;
    for (std::size_t round = 0; round < rounds[0].size(); ++round)
      ratios.push_back(rounds[0][round] / rounds[1][round]);
    measurements_.add({workload_.name + " 8/8, threads", "fixgate", 1, 16, median(rounds[1]), 1});
    measurements_.add(
        {workload_.name + " 8/8, threads", "fixgate", 2, 16, median(rounds[0]), median(ratios)});
    return {};
  }

  const Options& options_;
  Workload workload_;
  Measurements& measurements_;
  std::deque<program::FixedNetwork> networks_;
  std::deque<FastSimulator> simulators_;
  std::vector<std::string> names_;
  std::vector<Contestant> peers_;
};

// Turns between the peak and the products, so that both see the same clock.
void compare_with_peak(const Options& options, Measurements& measurements) {
  measurements.section("Multiply-accumulates per second of matrix products (ratio: of the machine's peak)");
  struct Kind {
    const char* name;
    Peak (*peak)(double);
    bool bytes;
    bool vnni;
  };
  for (const Kind& kind :
       {Kind{"bytes", byte_peak_vnni, true, true}, Kind{"half words", half_peak_vnni, false, true},
        Kind{"half words, no VNNI", half_peak_pairs, false, false},
        Kind{"bytes, no VNNI", byte_peak_pairs, true, false}}) {
    for (const int gates : {3, 4}) {
      std::vector<double> peaks;
      std::vector<double> rates;
      std::vector<double> ratios;
      for (int round = 0; round < options.turns.rounds; ++round) {
        peaks.push_back(kind.peak(0.1).per_second);
        rates.push_back(products_per_second(gates, 128, 16, kind.bytes, kind.vnni, 0.1));
        ratios.push_back(rates.back() / peaks.back());
      }
      const std::string workload =
          fmt::format("products {}x128x128 {} ({})", gates, kind.name, kind.peak(0).instruction);
      if (median(peaks) == 0) {
        measurements.skip(workload, "this machine does not have the instruction");
        continue;
      }
      measurements.add({workload, "peak", 1, 0, median(peaks), 1});
      measurements.add({workload, "fixgate", 1, 16, median(rates), median(ratios)});
    }
  }
}

// Tokens per second, and in the ratio's place 10^9 multiply-accumulates per second.
Result<void> measure_sizes(const Options& options, Measurements& measurements) {
  measurements.section(
      "Tokens per second by hidden size, GRU of 64 inputs at 8/8 (ratio: 10^9 multiply-accumulates per "
      "second)");
  for (const int hidden : {32, 64, 128, 256, 512, 1024}) {
    FIXGATE_ASSIGN(const Workload workload, random_workload(hidden, 50, 32, kSeed));
    FIXGATE_ASSIGN(const program::FixedNetwork network, quantised(workload, {8, 8}));
    const FastSimulator simulator(network);
    std::vector<double> figures;
    for (int round = 0; round < options.turns.rounds; ++round)
      figures.push_back(tokens_per_second(simulator, workload.sequences, 16, 1, 0.2));
    const double rate = median(figures);
    const double products = program::count_products(workload.network.program).per_step;
    measurements.add({workload.name, "fixgate", 1, 16, rate, rate * products / 1e9});
  }
  measurements.section("Tokens per second by sequence length, GRU of 128 units at 8/8 (ratio: to the first)");
  double first = 0;
  for (const int steps : {50, 100, 200, 400, 800, 1600}) {
    FIXGATE_ASSIGN(const Workload workload, random_workload(128, steps, 32, kSeed));
    FIXGATE_ASSIGN(const program::FixedNetwork network, quantised(workload, {8, 8}));
    const FastSimulator simulator(network);
    std::vector<double> figures;
    for (int round = 0; round < options.turns.rounds; ++round)
      figures.push_back(tokens_per_second(simulator, workload.sequences, 16, 1, 0.2));
    const double rate = median(figures);
    if (first == 0) first = rate;
    measurements.add({fmt::format("GRU 128, {} steps", steps), "fixgate", 1, 16, rate, rate / first});
  }
  return {};
}

Result<void> compare(const Options& options) {
  Measurements measurements;
  std::filesystem::create_directories(options.output.parent_path());
  for (const Source& source : sources(options)) {
    if (source.name.find(options.only) == std::string::npos) continue;
    if (!std::filesystem::exists(source.model)) {
      measurements.skip(source.name, "no --shared folder with the model");
      continue;
    }
    FIXGATE_ASSIGN(Workload workload,
                   load_workload(source.name, source.model, source.task, source.data_root, source.sequences));
    FIXGATE_CHECK(Comparison(options, std::move(workload), measurements).run());
  }
  if (options.only.empty() || options.only == "machine") {
    compare_with_peak(options, measurements);
    FIXGATE_CHECK(measure_sizes(options, measurements));
  }
  FIXGATE_CHECK(measurements.write(options.output, options.turns.rounds));
  fmt::print("\nwritten {}\n", options.output.string());
  return {};
}

}  // namespace
}  // namespace fixgate::bench

int main(int argc, char** argv) {
  fixgate::bench::Options options;
  CLI::App app("Measures the fast simulator against float peers and against the machine");
  app.add_option("--shared", options.shared, "Folder with the IMDb models and data");
  app.add_option("--peer-python", options.python,
                 "Python with onnxruntime, onnx and torch (bench/make_peers)")
      ->envname("FIXGATE_PEER_PYTHON");
  app.add_option("--only", options.only, "Workloads whose name has this in it, or machine");
  app.add_option("--rounds", options.turns.rounds, "Turns of each contestant")->check(CLI::Range(5, 1000));
  app.add_option("--seconds", options.turns.seconds, "Length of a turn")->check(CLI::PositiveNumber);
  app.add_option("-o,--output", options.output, "Where the figures go")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  const auto done = fixgate::bench::compare(options);
  if (done) return 0;
  fmt::print(stderr, "compare_simulators: {}\n", done.error().message);
  return 1;
}
