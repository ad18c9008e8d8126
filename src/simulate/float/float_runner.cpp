#include "simulate/float/float_runner.h"

#include "program/remembered.h"
#include "simulate/float/float_layer_run.h"
#include "simulate/float/float_reading.h"
#include "simulate/program_inputs.h"

namespace fixgate::program {

struct FloatRunner::Prepared {
  explicit Prepared(const FloatNetwork& network)
      : check(network.program), initial(initial_memory_of(network)) {}

  InputCheck check;
  IdVector<MatrixId, FloatMatrixProduct> matrices;
  std::vector<FloatLayer> layers;
  FloatMemory initial;
};

namespace {

FloatMatrix entered(const Value& value, const Sequence& sequence) {
  return value.vocabulary ? token_numbers(sequence) : sequence.features;
}

FloatTicks no_values(const Program& program, const TickCounts& counts) {
  FloatTicks values;
  for (const Value& value : program.values) values.add(FloatMatrix(counts[value.clock], value.size));
  return values;
}

FloatMemory memory_after(const FloatSurroundings& around, const FloatTicks& values) {
  FloatMemory after;
  for (const StateId id : around.program.states.ids()) {
    const State& state = around.program.states[id];
    FloatMatrix rows(state.depth, around.program.values[state.value].size);
    Eigen::Index back = 0;
    for (const Place& place : remembered_after(around.program, id, around.counts)) {
      if (place.kind == Place::Kind::Tick)
        rows.row(back++) = values[state.value].row(place.index);
      else
        rows.row(back++) =
            (place.kind == Place::Kind::Before ? around.before : around.initial)[id].row(place.index - 1);
    }
    after.add(std::move(rows));
  }
  return after;
}

}  // namespace

FloatRunner::FloatRunner(const FloatNetwork& network) : network_(network) {
  auto prepared = std::make_unique<Prepared>(network);
  const Program& program = network.program;
  for (const MatrixId id : program.matrices.ids())
    prepared->matrices.add(FloatMatrixProduct(program.matrices[id], *network.weights[id]));
  for (const LayerId id : program.layers.ids())
    prepared->layers.push_back(prepare(network, prepared->matrices, id));
  prepared_ = std::move(prepared);
}

FloatRunner::~FloatRunner() = default;

const FloatMemory& FloatRunner::initial_memory() const {
  return prepared_->initial;
}

Result<std::vector<FloatMatrix>> FloatRunner::run(std::span<const Sequence> inputs, FloatMemory& memory,
                                                  FloatValueObserver* observer) const {
  const Program& program = network_.program;
  FIXGATE_ASSIGN(const TickCounts counts, prepared_->check.count_ticks(inputs));
  FloatTicks values = no_values(program, counts);
  const std::vector<ValueId>& ids = prepared_->check.inputs();
  for (std::size_t k = 0; k < ids.size(); ++k) {
    values[ids[k]] = entered(program.values[ids[k]], inputs[k]);
    if (observer != nullptr && !program.values[ids[k]].vocabulary)
      observer->observe(ids[k], 0, values[ids[k]]);
  }
  const FloatSurroundings around{program, counts, memory, prepared_->initial};
  for (const FloatLayer& layer : prepared_->layers) FloatLayerRun(around, layer, values, observer).run();
  std::vector<FloatMatrix> outputs;
  for (const Output& output : program.outputs) outputs.push_back(values[output.value]);
  memory = memory_after(around, values);
  return outputs;
}

FloatMemory initial_memory_of(const FloatNetwork& network) {
  FloatMemory memory;
  for (const StateId id : network.program.states.ids()) {
    const State& state = network.program.states[id];
    const Eigen::Index size = network.program.values[state.value].size;
    const FloatVector& initial = network.initial[id];
    FloatMatrix rows = FloatMatrix::Zero(state.depth, size);
    if (initial.size() > 0) rows = Eigen::Map<const FloatMatrix>(initial.data(), state.depth, size);
    memory.add(std::move(rows));
  }
  return memory;
}

}  // namespace fixgate::program
