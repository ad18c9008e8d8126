// Contestants on one workload, measured in turns so that all see the same machine.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "bench/measurements.h"
#include "bench/peer_process.h"
#include "bench/workload.h"
#include "simulate/fast/simulator.h"

namespace fixgate::bench {

struct Contestant {
  std::string name;
  std::size_t batch = 0;  // sequences at a time
  int threads = 1;
  std::function<Result<double>(std::size_t batch, double seconds)> tokens_per_second;
};

struct Turns {
  int rounds = 7;
  double seconds = 0.4;  // each turn
};

/// Sets the batch at which the contestant is fastest, of `batches`. Error: it cannot run.
Result<void> choose_batch(Contestant& contestant, const std::vector<std::size_t>& batches, double seconds);

/// By contestant: its figure in each round; in every round each has its turn.
using Rounds = std::vector<std::vector<double>>;
Result<Rounds> take_turns(const std::vector<Contestant>& contestants, const Turns& turns);

/// The medians: of the figures, and of `own`'s figure over theirs in the same round.
void add_records(const std::string& workload, const std::vector<Contestant>& contestants,
                 const Rounds& rounds, std::size_t own, Measurements& measurements);

/// `simulator` and `workload` outlive the contestant.
Contestant own_contestant(const std::string& name, const FastSimulator& simulator, const Workload& workload);

/// A peer that has loaded the workload, in a process that lives as long as the contestant. `data`: see
/// write_sequences.
Result<Contestant> peer_contestant(const std::string& python, const std::string& peer,
                                   const Workload& workload, const std::filesystem::path& data);

}  // namespace fixgate::bench
