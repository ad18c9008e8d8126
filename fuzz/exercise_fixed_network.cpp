#include "exercise.h"
#include "fixed/file.h"
#include "fixed/footprint.h"
#include "fixed/proof.h"
#include "fixed/text.h"
#include "simulate/reference/simulator.h"

namespace fixgate {
namespace {

constexpr std::int64_t kMostBits = std::int64_t{1} << 20;
constexpr int kMostInputs = 4096;
constexpr int kSteps = 3;

Sequence sequence_for(const FixedNetwork& network) {
  Sequence sequence;
  for (int step = 0; network.takes_tokens && step < kSteps; ++step)
    sequence.tokens.push_back(step % network.inputs);
  if (!network.takes_tokens) sequence.features = FloatMatrix::Constant(kSteps, network.inputs, -0.7F);
  return sequence;
}

void run(const FixedNetwork& network) {
  const ReferenceSimulator simulator(network);
  FixedState state = simulator.initial_state();
  OverflowCounts counts = simulator.no_counts();
  const auto outputs = simulator.run(sequence_for(network), state, counts);
  require(outputs && outputs->columns == output_count(network), "a verified network runs");
  const Format& format = network.signals[static_cast<std::size_t>(output_signal(network))].format.format;
  for (const std::int64_t value : outputs->values)
    require(format.contains(value), "an output fits its format");
}

}  // namespace

void exercise_fixed_network(std::string_view bytes) {
  const auto network = deserialise(bytes);
  if (!network) return;
  const auto again = deserialise(serialise(*network));
  require(again && *again == *network, "a network is read as it was written");
  require(!to_text(*network, {true}).empty(), "a verified network has a text");
  require(prove_widths(*network).has_value(), "a verified network has proven widths");
  const Footprint footprint = measure_footprint(*network);
  require(footprint.whole_bits >= footprint.recurrent_bits, "a part is not larger than the whole");
  if (footprint.whole_bits <= kMostBits && network->inputs <= kMostInputs) run(*network);
}

}  // namespace fixgate
