#include <utility>

#include "exercise.h"
#include "fixed/file.h"
#include "fixed/program_of.h"
#include "import/onnx.h"
#include "network/fold.h"
#include "network/lower.h"
#include "quantize/quantize.h"
#include "simulate/float_runner.h"

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

void run(const Network& network) {
  Sequence sequence;
  if (network.takes_tokens)
    sequence.tokens.assign(kSteps, 0);
  else
    sequence.features = FloatMatrix::Constant(kSteps, network.inputs, 0.5F);
  const FloatRunner runner(network);
  FloatState state = runner.initial_state();
  const auto outputs = runner.run(sequence, state);
  require(outputs && outputs->cols() == output_count(network), "a lowered network runs");
}

void quantise_small(const Network& network) {
  const auto quantised = quantise(network, stated_plan(), nullptr);
  if (!quantised) return;
  const program::FixedNetwork fixed = program_of(quantised->network);
  const auto read = deserialise(serialise(fixed));
  require(read && *read == fixed, "a quantised network is read as it was written");
}

}  // namespace

void exercise_onnx(std::string_view bytes) {
  auto graph = import_onnx_bytes(bytes, "/nonexistent", "fuzz.onnx");
  if (!graph || !fold_constants(*graph) || !fold_initial_states(*graph)) return;
  const auto network = lower(*graph);
  require(network.has_value() == lower_what_can_be(*graph).refusals.empty(),
          "lowering and its list of refusals agree");
  if (!network || count_parameters(*network).whole > kMostParameters) return;
  run(*network);
  quantise_small(*network);
}

}  // namespace fixgate
