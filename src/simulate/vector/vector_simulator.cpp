#include "simulate/vector/vector_simulator.h"

#include <algorithm>
#include <mutex>
#include <numeric>

#include "program/remembered.h"
#include "simulate/program_inputs.h"
#include "simulate/vector/layer_runner.h"

namespace fixgate::program {
namespace {

/// Memory of one run.
struct Workspace {
  ReusedBytes values;
  ReusedBytes scratch;
};

/// Workspaces that no run uses at present.
class Workspaces {
 public:
  std::unique_ptr<Workspace> take() {
    const std::lock_guard lock(mutex_);
    if (free_.empty()) return std::make_unique<Workspace>();
    std::unique_ptr<Workspace> workspace = std::move(free_.back());
    free_.pop_back();
    return workspace;
  }
  void give_back(std::unique_ptr<Workspace> workspace) {
    const std::lock_guard lock(mutex_);
    free_.push_back(std::move(workspace));
  }

 private:
  std::mutex mutex_;
  std::vector<std::unique_ptr<Workspace>> free_;
};

}  // namespace

struct VectorSimulator::Prepared {
  InputCheck check;
  ValueLayouts layouts;
  InitialRows initial_rows;
  Memory initial;
  std::vector<LayerPlan> layers;
  Workspaces workspaces;

  Prepared(const FixedNetwork& network, const fast::MachineSettings& machine)
      : check(network.program),
        layouts(layouts_of(network)),
        initial_rows(network, layouts),
        initial(initial_memory_of(network)) {
    for (const LayerId id : network.program.layers.ids())
      layers.push_back(plan_layer(network, id, layouts, machine));
  }
};

namespace {

/// A few sequences through all layers.
class BatchRun {
 public:
  BatchRun(const FixedNetwork& network, const std::vector<ValueId>& inputs, ValueStore& store,
           const Memory& initial)
      : network_(network), program_(network.program), inputs_(inputs), store_(store), initial_(initial) {}

  /// numerics.md, section 3, "Input"
  void enter(std::size_t place, std::span<const Sequence> inputs, ValueCounts& counts) const {
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      const auto size = static_cast<std::size_t>(program_.values[inputs_[i]].size);
      const ValueLayout& layout = store_.layout(inputs_[i]);
      std::uint8_t* rows = store_.row(place, inputs_[i], 0);
      const std::size_t steps = inputs[i].steps();
      for (std::size_t step = 0; step < steps; ++step)
        clear_padding(layout.storage, rows + step * layout.stride, size);
      counts.written[inputs_[i]] += static_cast<std::int64_t>(steps * size);
      if (program_.values[inputs_[i]].vocabulary) {
        for (std::size_t step = 0; step < steps; ++step)
          store_element(layout.storage, rows + step * layout.stride, 0, inputs[i].tokens[step]);
        continue;
      }
      const std::span<const float> reals(inputs[i].features.data(), steps * size);
      counts.overflows[inputs_[i]] +=
          quantise_rows(reals, size, network_.formats[inputs_[i]], rows, layout.stride);
    }
  }

  [[nodiscard]] std::vector<IntegerMatrix> outputs(std::size_t place) const {
    std::vector<IntegerMatrix> outputs;
    for (const Output& output : program_.outputs) {
      const Value& value = program_.values[output.value];
      IntegerMatrix& matrix =
          outputs.emplace_back(static_cast<int>(store_.ticks(place)[value.clock]), value.size);
      for (int tick = 0; tick < matrix.rows; ++tick)
        load_row_elements(store_.layout(output.value).storage, store_.row(place, output.value, tick),
                          matrix.row(tick));
    }
    return outputs;
  }

  /// What every state remembers after the run.
  void remember(std::size_t place, Memory& memory) const {
    for (const StateId id : program_.states.ids()) memory[id] = last_ticks(place, id, memory[id]);
  }

 private:
  [[nodiscard]] std::vector<Integers> last_ticks(std::size_t place, StateId id,
                                                 const std::vector<Integers>& before) const {
    const ValueId value = program_.states[id].value;
    std::vector<Integers> last;
    for (const Place& found : remembered_after(program_, id, store_.ticks(place))) {
      if (found.kind != Place::Kind::Tick) {
        const std::vector<Integers>& from = found.kind == Place::Kind::Before ? before : initial_[id];
        last.push_back(from[static_cast<std::size_t>(found.index) - 1]);
        continue;
      }
      last.emplace_back(static_cast<std::size_t>(program_.values[value].size));
      load_row_elements(store_.layout(value).storage, store_.row(place, value, found.index), last.back());
    }
    return last;
  }

  const FixedNetwork& network_;
  const Program& program_;
  const std::vector<ValueId>& inputs_;
  ValueStore& store_;
  const Memory& initial_;
};

/// Those of about the same length stand together.
std::vector<std::size_t> by_length(const std::vector<TickCounts>& ticks) {
  std::vector<std::size_t> order(ticks.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, std::ranges::greater{},
                           [&](std::size_t index) { return *ticks[index].begin(); });
  return order;
}

}  // namespace

VectorSimulator::VectorSimulator(const FixedNetwork& network, const fast::MachineSettings& machine)
    : network_(network), prepared_(std::make_unique<Prepared>(network, machine)) {}

VectorSimulator::~VectorSimulator() = default;

Memory VectorSimulator::initial_memory() const {
  return prepared_->initial;
}

Result<std::vector<std::vector<IntegerMatrix>>> VectorSimulator::run(
    std::span<const std::vector<Sequence>> sequences, std::span<Memory> memories, ValueCounts& counts) const {
  const Program& program = network_.program;
  std::vector<TickCounts> ticks;
  for (const std::vector<Sequence>& inputs : sequences) {
    FIXGATE_ASSIGN(TickCounts counted, prepared_->check.count_ticks(inputs));
    ticks.push_back(std::move(counted));
  }
  std::vector<std::vector<IntegerMatrix>> outputs(sequences.size());
  const std::vector<std::size_t> order = by_length(ticks);
  std::unique_ptr<Workspace> workspace = prepared_->workspaces.take();
  for (std::size_t first = 0; first < order.size(); first += kMostPlaces) {
    const std::span<const std::size_t> some =
        std::span(order).subspan(first, std::min(kMostPlaces, order.size() - first));
    std::vector<const TickCounts*> some_ticks;
    for (const std::size_t index : some) some_ticks.push_back(&ticks[index]);
    ValueStore store(program, prepared_->layouts, prepared_->initial_rows, some_ticks, workspace->values);
    const BatchRun batch(network_, prepared_->check.inputs(), store, prepared_->initial);
    for (std::size_t place = 0; place < some.size(); ++place) {
      batch.enter(place, sequences[some[place]], counts);
      store.enter_memory(place, memories[some[place]]);
    }
    for (const LayerId id : program.layers.ids())
      LayerRunner(program, program.layers[id], prepared_->layers[id.index()], store, workspace->scratch)
          .run(counts);
    for (std::size_t place = 0; place < some.size(); ++place) {
      outputs[some[place]] = batch.outputs(place);
      batch.remember(place, memories[some[place]]);
    }
  }
  prepared_->workspaces.give_back(std::move(workspace));
  return outputs;
}

}  // namespace fixgate::program
