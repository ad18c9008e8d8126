#include "bench/contestants.h"

#include <algorithm>

#include "bench/own_speed.h"

namespace fixgate::bench {

namespace {

constexpr int kChoosingPasses = 3;  // the best of them counts: what disturbs only slows down

}  // namespace

Result<void> choose_batch(Contestant& contestant, const std::vector<std::size_t>& batches, double seconds) {
  double best = 0;
  for (int pass = 0; pass < kChoosingPasses; ++pass)
    for (const std::size_t batch : batches) {
      FIXGATE_ASSIGN(const double figure, contestant.tokens_per_second(batch, seconds));
      if (figure <= best) continue;
      best = figure;
      contestant.batch = batch;
    }
  return {};
}

Result<Rounds> take_turns(const std::vector<Contestant>& contestants, const Turns& turns) {
  Rounds rounds(contestants.size());
  for (int round = 0; round < turns.rounds; ++round)
    for (std::size_t k = 0; k < contestants.size(); ++k) {
      FIXGATE_ASSIGN(const double figure,
                     contestants[k].tokens_per_second(contestants[k].batch, turns.seconds));
      rounds[k].push_back(figure);
    }
  return rounds;
}

void add_records(const std::string& workload, const std::vector<Contestant>& contestants,
                 const Rounds& rounds, std::size_t own, Measurements& measurements) {
  for (std::size_t k = 0; k < contestants.size(); ++k) {
    std::vector<double> ratios;
    for (std::size_t round = 0; round < rounds[k].size(); ++round)
      ratios.push_back(rounds[own][round] / rounds[k][round]);
    measurements.add({workload, contestants[k].name, contestants[k].threads, contestants[k].batch,
                      median(rounds[k]), median(ratios)});
  }
}

Contestant own_contestant(const std::string& name, const FastSimulator& simulator, const Workload& workload) {
  return {name, 16, 1, [&](std::size_t batch, double seconds) -> Result<double> {
            return tokens_per_second(simulator, workload.sequences, batch, 1, seconds);
          }};
}

Result<Contestant> peer_contestant(const std::string& python, const std::string& peer,
                                   const Workload& workload, const std::filesystem::path& data) {
  const std::filesystem::path script = std::filesystem::path(FIXGATE_SOURCE_DIR) / "bench" / "peers.py";
  auto process = std::make_shared<PeerProcess>(python, script);
  nlohmann::json shape{workload.sequences.size(), workload.steps()};
  const program::Program& program = workload.network.program;
  const program::Value& input = program.values[inputs_of(program).front()];
  if (!input.vocabulary) shape.push_back(input.size);
  FIXGATE_ASSIGN(const nlohmann::json loaded, process->ask({{"load", peer},
                                                            {"model", workload.model.string()},
                                                            {"data", data.string()},
                                                            {"shape", shape},
                                                            {"time_major", workload.time_major}}));
  const std::string name = fmt::format("{} {}", peer, loaded["version"].get<std::string>());
  return Contestant{
      name, 16, 1, [process](std::size_t batch, double seconds) -> Result<double> {
        FIXGATE_ASSIGN(const nlohmann::json reply, process->ask({{"measure", batch}, {"seconds", seconds}}));
        return reply["tokens_per_second"].get<double>();
      }};
}

}  // namespace fixgate::bench
