#include "bench/own_speed.h"

#include <tbb/global_control.h>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <vector>

#include "bench/clocks.h"

namespace fixgate::bench {
namespace {

std::size_t count_tokens(std::span<const Sequence> sequences) {
  std::size_t tokens = 0;
  for (const Sequence& sequence : sequences) tokens += sequence.steps();
  return tokens;
}

double rate_of_passes(std::size_t tokens, double seconds, double (*clock)(),
                      const std::function<void()>& pass) {
  pass();  // the caches are warm then
  std::size_t passes = 0;
  double elapsed = 0;
  const double start = clock();
  while (elapsed < seconds) {
    pass();
    ++passes;
    elapsed = clock() - start;
  }
  return static_cast<double>(passes * tokens) / elapsed;
}

}  // namespace

double tokens_per_second(const FastSimulator& simulator, std::span<const Sequence> sequences,
                         std::size_t batch, int threads, double seconds, double (*clock)()) {
  const tbb::global_control control(tbb::global_control::max_allowed_parallelism,
                                    static_cast<std::size_t>(threads));
  std::vector<const Sequence*> pointers;
  for (const Sequence& sequence : sequences) pointers.push_back(&sequence);
  const std::size_t batches = (pointers.size() + batch - 1) / batch;
  return rate_of_passes(count_tokens(sequences), seconds, clock, [&] {
    tbb::parallel_for(std::size_t{0}, batches, [&](std::size_t index) {
      const std::size_t first = index * batch;
      program::ValueCounts counts = simulator.no_counts();
      const auto outputs =
          simulator.run({pointers.data() + first, std::min(batch, pointers.size() - first)}, counts);
      if (!outputs) std::abort();  // the sequences were checked when they were loaded
    });
  });
}

double reference_tokens_per_second(const program::FixedNetwork& network, std::span<const Sequence> sequences,
                                   double seconds) {
  const tbb::global_control control(tbb::global_control::max_allowed_parallelism, 1);
  const program::ProgramSimulator simulator(network);
  program::ValueCounts counts = simulator.no_counts();
  const auto some = sequences.first(std::min<std::size_t>(sequences.size(), 16));
  return rate_of_passes(count_tokens(some), seconds, cpu_seconds, [&] {
    for (const Sequence& sequence : some) {
      program::Memory memory = simulator.initial_memory();
      if (!simulator.run({&sequence, 1}, memory, counts)) std::abort();
    }
  });
}

}  // namespace fixgate::bench
