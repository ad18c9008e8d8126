#include "simulate/reference/program_simulator.h"

#include "numeric/requantise.h"
#include "program/remembered.h"
#include "simulate/program_inputs.h"
#include "simulate/reference/layer_run.h"

namespace fixgate::program {

struct ProgramSimulator::Prepared {
  InputCheck check;
  std::vector<PreparedLayer> layers;
  Memory initial;
};

namespace {

/// One run over the sequences of all inputs.
class ProgramRun {
 public:
  ProgramRun(const FixedNetwork& network, const InputCheck& check, const Memory& initial, Memory& memory,
             ValueCounts& counts, ValueObserver* observer)
      : network_(network),
        check_(check),
        program_(network.program),
        initial_(initial),
        memory_(memory),
        counts_(counts),
        observer_(observer) {}

  Result<void> enter(std::span<const Sequence> inputs) {
    FIXGATE_ASSIGN(ticks_, check_.count_ticks(inputs));
    const std::vector<ValueId>& ids = check_.inputs();
    for (const Value& value : program_.values)
      values_.add(IntegerMatrix(static_cast<int>(ticks_[value.clock]), value.size));
    for (std::size_t i = 0; i < ids.size(); ++i) enter_one(ids[i], inputs[i]);
    return {};
  }

  void run(const Layer& layer, const PreparedLayer& prepared) {
    const TickReader reader(program_, layer, values_, memory_, initial_, ticks_);
    LayerRun(network_, layer, prepared, reader, values_).run(counts_, observer_);
  }

  /// What every state remembers after the run.
  [[nodiscard]] Memory remembered() const {
    Memory after;
    for (const StateId id : program_.states.ids()) after.add(last_ticks(id));
    return after;
  }

  [[nodiscard]] std::vector<IntegerMatrix> outputs() const {
    std::vector<IntegerMatrix> outputs;
    for (const Output& output : program_.outputs) outputs.push_back(values_[output.value]);
    return outputs;
  }

 private:
  // numerics.md, section 3, "Input"
  void enter_one(ValueId id, const Sequence& sequence) {
    IntegerMatrix& integers = values_[id];
    std::int64_t overflows = 0;
    for (std::size_t k = 0; k < integers.values.size(); ++k)
      integers.values[k] = program_.values[id].vocabulary
                               ? sequence.tokens[k]
                               : quantise_input(sequence.features.data()[k], network_.formats[id], overflows);
    counts_.written[id] += static_cast<std::int64_t>(integers.values.size());
    counts_.overflows[id] += overflows;
    for (int tick = 0; observer_ != nullptr && tick < integers.rows; ++tick)
      observer_->observe(id, tick, integers.row(tick));
  }

  [[nodiscard]] std::vector<Integers> last_ticks(StateId id) const {
    std::vector<Integers> last;
    for (const Place& place : remembered_after(program_, id, ticks_)) {
      if (place.kind == Place::Kind::Tick) {
        const auto row = values_[program_.states[id].value].row(static_cast<int>(place.index));
        last.emplace_back(row.begin(), row.end());
      } else {
        const Memory& from = place.kind == Place::Kind::Before ? memory_ : initial_;
        last.push_back(from[id][static_cast<std::size_t>(place.index) - 1]);
      }
    }
    return last;
  }

  const FixedNetwork& network_;
  const InputCheck& check_;
  const Program& program_;
  const Memory& initial_;
  Memory& memory_;
  ValueCounts& counts_;
  ValueObserver* observer_;
  TickCounts ticks_;
  ValueTicks values_;
};

}  // namespace

ProgramSimulator::ProgramSimulator(const FixedNetwork& network) : network_(network) {
  auto prepared = std::make_unique<Prepared>(Prepared{InputCheck(network.program), {}, {}});
  for (const Layer& layer : network.program.layers) prepared->layers.emplace_back(network, layer);
  prepared->initial = initial_memory_of(network);
  prepared_ = std::move(prepared);
}

ProgramSimulator::~ProgramSimulator() = default;

Memory ProgramSimulator::initial_memory() const {
  return prepared_->initial;
}

Result<std::vector<IntegerMatrix>> ProgramSimulator::run(std::span<const Sequence> inputs, Memory& memory,
                                                         ValueCounts& counts, ValueObserver* observer) const {
  ProgramRun run(network_, prepared_->check, prepared_->initial, memory, counts, observer);
  FIXGATE_CHECK(run.enter(inputs));
  const Program& program = network_.program;
  for (const LayerId id : program.layers.ids()) run.run(program.layers[id], prepared_->layers[id.index()]);
  memory = run.remembered();
  return run.outputs();
}

}  // namespace fixgate::program
