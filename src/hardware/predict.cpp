// The cycles and the work of a whole chain of engines.
#include <algorithm>
#include <optional>

#include "hardware/accelerator.h"
#include "hardware/engines.h"
#include "hardware/network_parts.h"
#include "hardware/timing.h"

namespace fixgate {
namespace {

// An embedding takes a token with its last element, three cycles before that element is handed on.
constexpr int kEmbeddingLatency = 3;
// From an argmax's last element to the index.
constexpr int kArgmaxLatency = 1;

bool is_embedding(const Engine& engine) {
  return engine.kind == EngineKind::Embedding;
}

// Vectors go down the chain one after the other; the first element enters the first engine in cycle 0. What
// an engine waits for further down always belongs to a vector before.
class ChainTimer {
 public:
  explicit ChainTimer(const Accelerator& accelerator)
      : finds_index_(accelerator.output == AcceleratorOutput::Index) {
    for (const Engine& engine : accelerator.engines) {
      if (is_embedding(engine)) continue;
      const EngineDemand demand = demand_of(accelerator.network, engine);
      timers_.emplace_back(demand.shape, engine.geometry, demand.latency);
      emits_last_step_.push_back(engine.emits_last_step);
    }
    const Engine& first = accelerator.engines.front();
    always_offered_.resize(static_cast<std::size_t>(is_embedding(first) ? first.outputs : first.inputs));
    // An embedding's input is always there, so that it can offer an element in every cycle.
    if (is_embedding(first)) first_beat_ = first.outputs - 1 - kEmbeddingLatency;
  }

  /// The cycle in which the last output beat is taken, from the cycle of the first input beat on.
  Cycle play(int steps) {
    for (int step = 0; step < steps; ++step) hand_on(0, always_offered_, step + 1 == steps);
    return (finds_index_ ? last_output_ + kArgmaxLatency : last_output_) - first_beat_;
  }

 private:
  // The vector enters the engine or, behind the last one, leaves the chain; the cycle in which its last
  // element is taken.
  Cycle hand_on(std::size_t index, std::span<const Cycle> offered, bool last_step) {
    if (index == timers_.size()) {
      for (const Cycle cycle : offered) last_output_ = std::max(last_output_ + 1, cycle);
      return last_output_;
    }
    EngineTimer& timer = timers_[index];
    const Cycle taken = timer.take(offered);
    const bool emits = last_step || !emits_last_step_[index];
    timer.step(emits);
    if (emits) timer.result_taken(hand_on(index + 1, timer.offered(), last_step));
    return taken;
  }

  bool finds_index_;
  std::vector<EngineTimer> timers_;
  std::vector<bool> emits_last_step_;
  std::vector<Cycle> always_offered_;
  Cycle first_beat_ = 0;
  Cycle last_output_ = -1;
};

// Behind a Select: once a sequence.
std::int64_t products(const Accelerator& accelerator, bool once_a_sequence) {
  std::int64_t sum = 0;
  bool selected = false;
  for (const Engine& engine : accelerator.engines) {
    const EngineShape shape = is_embedding(engine) ? EngineShape{} : shape_of(accelerator.network, engine);
    std::int64_t rows = 0;
    for (const int gates : shape.gates_by_pass()) rows += std::int64_t{gates} * engine.outputs;
    const std::int64_t columns = engine.inputs + (shape.is_recurrent() ? engine.outputs : 0);
    if (!is_embedding(engine) && selected == once_a_sequence) sum += rows * columns;
    selected = selected || engine.emits_last_step;
  }
  return sum;
}

}  // namespace

std::vector<std::int64_t> predict_cycles(const Accelerator& accelerator, std::span<const int> steps) {
  ChainTimer timer(accelerator);
  std::vector<std::int64_t> cycles;
  for (const int count : steps) cycles.push_back(timer.play(count));
  return cycles;
}

int cycles_per_step(const Accelerator& accelerator) {
  // Long enough for the chain to run evenly: the difference is exact then.
  constexpr int kSteps = 64;
  const auto of = [&](int steps) { return predict_cycles(accelerator, std::vector<int>{steps}).front(); };
  return static_cast<int>((of(3 * kSteps) - of(2 * kSteps) + kSteps - 1) / kSteps);
}

std::int64_t products_per_step(const Accelerator& accelerator) {
  return products(accelerator, false);
}

std::int64_t products_per_sequence(const Accelerator& accelerator, int steps) {
  return products(accelerator, false) * steps + products(accelerator, true);
}

double utilisation(const Accelerator& accelerator, int steps) {
  const auto cycles = predict_cycles(accelerator, std::vector<int>{steps}).front() + 1;
  return static_cast<double>(products_per_sequence(accelerator, steps)) /
         (static_cast<double>(accelerator.multipliers()) * static_cast<double>(cycles));
}

}  // namespace fixgate
