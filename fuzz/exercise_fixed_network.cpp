#include "exercise.h"
#include "fixed/chain_of.h"
#include "fixed/file.h"
#include "fixed/footprint.h"
#include "fixed/text.h"
#include "program/exact_sums.h"
#include "program/text.h"
#include "program/verify.h"
#include "simulate/reference/program_simulator.h"

namespace fixgate {
namespace {

using program::FixedNetwork;

constexpr std::int64_t kMostBits = std::int64_t{1} << 20;
constexpr int kMostElements = 4096;  // of a value
constexpr int kSteps = 3;

Sequence sequence_for(const program::Value& input) {
  Sequence sequence;
  for (int step = 0; input.vocabulary && step < kSteps; ++step)
    sequence.tokens.push_back(step % *input.vocabulary);
  if (!input.vocabulary) sequence.features = FloatMatrix::Constant(kSteps, input.size, -0.7F);
  return sequence;
}

void run(const FixedNetwork& network) {
  const program::ProgramSimulator simulator(network);
  program::Memory memory = simulator.initial_memory();
  program::ValueCounts counts = simulator.no_counts();
  std::vector<Sequence> sequences;
  for (const program::ValueId input : inputs_of(network.program))
    sequences.push_back(sequence_for(network.program.values[input]));
  const auto outputs = simulator.run(sequences, memory, counts);
  if (!outputs) return;  // its clocks may want another number of steps
  for (std::size_t k = 0; k < outputs->size(); ++k) {
    const Format& format = network.formats[network.program.outputs[k].value].format;
    for (const std::int64_t value : (*outputs)[k].values)
      require(format.contains(value), "an output fits its format");
  }
}

bool is_small(const FixedNetwork& network, const Footprint& footprint) {
  for (const program::Value& value : network.program.values)
    if (value.size > kMostElements) return false;
  return footprint.whole_bits <= kMostBits;
}

}  // namespace

void exercise_network(const FixedNetwork& network) {
  const auto again = deserialise(serialise(network));
  require(again && *again == network, "a network is read as it was written");
  require(!to_text(network, {true}).empty(), "a verified network has a text");
  const auto parsed = program::parse_text(program::write_text(network, true));
  require(parsed && *parsed == network, "a network is parsed as it was printed");
  require(program::prove_sums(network).has_value(), "a verified network has proven widths");
  (void)chain_of(network);
  const Footprint footprint = measure_footprint(network);
  require(footprint.whole_bits >= footprint.recurrent_bits, "a part is not larger than the whole");
  if (is_small(network, footprint)) run(network);
}

void exercise_fixed_network(std::string_view bytes) {
  const auto network = deserialise(bytes);
  if (network) exercise_network(*network);
}

void exercise_program(std::string_view text) {
  const auto network = program::parse_text(text);
  if (network && program::verify(*network)) exercise_network(*network);
}

}  // namespace fixgate
