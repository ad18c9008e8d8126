// Runs a fixed-point network over recorded arrays with one thread and one stream, pass by pass as it is asked to on
// its standard input: a line of seconds in, a line of steps a second out. bench/real_speed.py runs it in turns
// with a peer.
#include <fmt/core.h>
#include <tbb/global_control.h>

#include <CLI/CLI.hpp>
#include <iostream>

#include "bench/clocks.h"
#include "data/array_file.h"
#include "fixed/file.h"
#include "run/run_data.h"
#include "simulate/fast/simulator.h"
#include "simulate/vector/vector_simulator.h"

namespace fixgate::bench {
namespace {

struct Options {
  std::string network;
  std::string input;
  bool is_stepped = false;
};

/// The recording as it is run: whole, or a step at a time with the states carried on.
using Pieces = std::vector<std::vector<Sequence>>;

Sequence piece_of(const Sequence& whole, std::size_t step) {
  Sequence piece;
  if (!whole.tokens.empty())
    piece.tokens = {whole.tokens[step]};
  else
    piece.features = whole.features.row(static_cast<Eigen::Index>(step));
  return piece;
}

Pieces pieces_of(const std::vector<Sequence>& inputs, bool is_stepped) {
  if (!is_stepped) return {inputs};
  Pieces pieces(inputs.front().steps());
  for (std::size_t step = 0; step < pieces.size(); ++step)
    for (const Sequence& input : inputs) pieces[step].push_back(piece_of(input, step));
  return pieces;
}

/// One simulator that runs pieces; the kernels of chains where they cover the network.
class Stream {
 public:
  explicit Stream(const program::FixedNetwork& network) : vector_(network) {
    const bool is_single = inputs_of(network.program).size() == 1 && network.program.outputs.size() == 1;
    if (is_single) fast_.emplace(network);
  }

  [[nodiscard]] std::string simulator() const {
    return fast_ && fast_->not_covered().empty() ? "kernels of chains" : "vector interpreter";
  }

  Result<void> pass(const Pieces& pieces) {
    program::Memory memory = vector_.initial_memory();
    program::ValueCounts counts = vector_.no_counts();
    for (const std::vector<Sequence>& piece : pieces) FIXGATE_CHECK(run(piece, memory, counts));
    return {};
  }

 private:
  Result<void> run(const std::vector<Sequence>& piece, program::Memory& memory,
                   program::ValueCounts& counts) {
    if (simulator() == "vector interpreter")
      return vector_.run(std::span(&piece, 1), std::span(&memory, 1), counts).map([](const auto&) {});
    const Sequence* sequence = &piece.front();
    return fast_->run(std::span(&sequence, 1), std::span(&memory, 1), counts).map([](const auto&) {});
  }

  program::VectorSimulator vector_;
  std::optional<FastSimulator> fast_;
};

Result<void> answer(Stream& stream, const Pieces& pieces, std::size_t steps) {
  double seconds = 0;
  while (std::cin >> seconds) {
    std::size_t done = 0;
    const double start = cpu_seconds();
    do {
      FIXGATE_CHECK(stream.pass(pieces));
      done += steps;
    } while (cpu_seconds() - start < seconds);
    fmt::print("{}\n", static_cast<double>(done) / (cpu_seconds() - start));
    std::fflush(stdout);
  }
  return {};
}

Result<void> run(const Options& options) {
  FIXGATE_ASSIGN(const program::FixedNetwork network, read_fixed_network(options.network));
  FIXGATE_ASSIGN(const Arrays arrays, read_arrays(options.input));
  FIXGATE_ASSIGN(const RunData data, run_data_of(arrays, network.program));
  const std::vector<Sequence>& inputs = data.sequences.front();
  Stream stream(network);
  fmt::print("{}\n", stream.simulator());
  std::fflush(stdout);
  return answer(stream, pieces_of(inputs, options.is_stepped), inputs.front().steps());
}

}  // namespace
}  // namespace fixgate::bench

int main(int argc, char** argv) {
  fixgate::bench::Options options;
  CLI::App app("Steps a second of a fixed-point network, one stream and one thread");
  app.add_option("network", options.network, "Fixed-point network (.fxg)")->required();
  app.add_option("input", options.input, "Arrays of its inputs (.npz)")->required();
  app.add_flag("--stepped", options.is_stepped, "One call a step, the states carried on");
  CLI11_PARSE(app, argc, argv);
  const tbb::global_control one(tbb::global_control::max_allowed_parallelism, 1);
  if (const auto done = fixgate::bench::run(options); !done) {
    fmt::print(stderr, "stream_speed: {}\n", done.error().message);
    return 1;
  }
  return 0;
}
