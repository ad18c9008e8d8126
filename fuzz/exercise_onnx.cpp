#include <utility>

#include "exercise.h"
#include "fixed/file.h"
#include "import/onnx.h"
#include "lowering/lower_to_program.h"
#include "network/fold.h"
#include "quantize/quantise_program.h"
#include "simulate/float/float_runner.h"

namespace fixgate {
namespace {

constexpr std::int64_t kMostParameters = 4096;  // more would be slow, and show nothing new
constexpr int kSteps = 3;

/// States everything, so that no calibration is needed.
FormatPlan stated_plan() {
  FormatPlan plan;
  SignalRule signals;
  signals.format = Format{true, 8, 4};
  WeightRule weights;
  weights.width = 8;
  weights.per_row = true;
  TableRule tables;
  tables.kind = TableKind::PiecewiseLinear;
  tables.placement = TablePlacement::Uniform;
  tables.segments = 8;
  plan.signals = {signals};
  plan.weights = {weights};
  plan.tables = {tables};
  return plan;
}

Sequence steps_of(const program::Value& input) {
  Sequence sequence;
  if (input.vocabulary)
    sequence.tokens.assign(kSteps, 0);
  else
    sequence.features = FloatMatrix::Constant(kSteps, input.size, 0.5F);
  return sequence;
}

/// Too few steps, or other numbers of them than the inputs have together, are refused.
void run(const program::FloatNetwork& network) {
  std::vector<Sequence> inputs;
  for (const program::ValueId id : inputs_of(network.program))
    inputs.push_back(steps_of(network.program.values[id]));
  const program::FloatRunner runner(network);
  program::FloatMemory memory = runner.initial_memory();
  const auto outputs = runner.run(inputs, memory);
  require(!outputs || outputs->size() == network.program.outputs.size(), "a lowered network has its outputs");
}

void quantise_small(const program::FloatNetwork& network) {
  const auto quantised = program::quantise(network, stated_plan(), {});
  if (!quantised) return;
  const auto read = deserialise(serialise(quantised->network));
  require(read && *read == quantised->network, "a quantised network is read as it was written");
}

}  // namespace

void exercise_onnx(std::string_view bytes) {
  auto graph = import_onnx_bytes(bytes, "/nonexistent", "fuzz.onnx");
  if (!graph || !fold_constants(*graph) || !fold_initial_states(*graph)) return;
  const lowering::Examination examined = lowering::examine(*graph);
  require(examined.lowered.has_value() == examined.refusals.empty(), "what is not lowered is refused");
  if (!examined.lowered || count_parameters(examined.lowered->network) > kMostParameters) return;
  run(examined.lowered->network);
  quantise_small(examined.lowered->network);
}

}  // namespace fixgate
