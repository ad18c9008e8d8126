// The speed of Fixgate's simulators over a set of sequences.
#pragma once

#include <span>

#include "bench/clocks.h"
#include "data/sequence.h"
#include "program/fixed_network.h"
#include "simulate/fast/simulator.h"

namespace fixgate::bench {

/// Tokens per second of passes over all sequences, `batch` at a time over `threads` threads, for about
/// `seconds`.
double tokens_per_second(const FastSimulator& simulator, std::span<const Sequence> sequences,
                         std::size_t batch, int threads, double seconds, double (*clock)() = cpu_seconds);

/// The same for the reference simulator, one sequence at a time, one thread.
double reference_tokens_per_second(const program::FixedNetwork& network, std::span<const Sequence> sequences,
                                   double seconds);

}  // namespace fixgate::bench
