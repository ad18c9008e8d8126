#include "verification/test_sequences.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "data/draw.h"

namespace fixgate {
namespace {

constexpr std::uint64_t kLongestRandom = 24;  // steps
constexpr std::uint64_t kKeepOneOf = 4;

void cut_to(Sequence& sequence, std::int64_t steps) {
  if (sequence.tokens.empty())
    sequence.features = sequence.features.topRows(steps).eval();
  else
    sequence.tokens.resize(static_cast<std::size_t>(steps));
}

float random_feature(const Format& format, SplitMix64& random) {
  const auto count = static_cast<std::uint64_t>(format.max() - format.min()) + 1;
  return static_cast<float>(format.value(format.min() + static_cast<std::int64_t>(random.below(count))));
}

Sequence random_sequence(const FixedChain& network, SplitMix64& random) {
  Sequence sequence;
  const std::uint64_t steps = 1 + random.below(kLongestRandom);
  if (network.takes_tokens) {
    for (std::uint64_t t = 0; t < steps; ++t)
      sequence.tokens.push_back(
          static_cast<std::int32_t>(random.below(static_cast<std::uint64_t>(network.inputs))));
    return sequence;
  }
  const Format& format = network.signals[static_cast<std::size_t>(network.input_signal)].format.format;
  sequence.features.resize(static_cast<Eigen::Index>(steps), network.inputs);
  for (float& feature : sequence.features.reshaped<Eigen::RowMajor>())
    feature = random_feature(format, random);
  return sequence;
}

}  // namespace

std::vector<TestSequence> first_sequences(const DataSet& data, const TestLimits& limits) {
  constexpr auto kAll = std::numeric_limits<std::int64_t>::max();
  std::int64_t steps_left = limits.steps.value_or(kAll);
  std::int64_t sequences_left = limits.sequences.value_or(kAll);
  std::vector<TestSequence> chosen;
  for (const Sample& sample : data.samples) {
    if (sequences_left-- == 0 || steps_left == 0) break;
    TestSequence& sequence =
        chosen.emplace_back(TestSequence{sample.sequence, data.is_stream && !chosen.empty(), sample.name});
    const auto steps = static_cast<std::int64_t>(sample.sequence.steps());
    if (steps > steps_left) cut_to(sequence.sequence, steps_left);
    steps_left -= std::min(steps, steps_left);
  }
  return chosen;
}

std::vector<TestSequence> random_sequences(const FixedChain& network, std::int64_t count,
                                           std::uint64_t seed) {
  SplitMix64 random(seed);
  std::vector<TestSequence> sequences;
  for (std::int64_t index = 0; index < count; ++index) {
    const bool keeps_state = index > 0 && random.below(kKeepOneOf) == 0;
    sequences.push_back(
        {random_sequence(network, random), keeps_state, fmt::format("random sequence {}", index)});
  }
  return sequences;
}

std::int64_t count_steps(const std::vector<TestSequence>& sequences) {
  std::int64_t steps = 0;
  for (const TestSequence& sequence : sequences)
    steps += static_cast<std::int64_t>(sequence.sequence.steps());
  return steps;
}

}  // namespace fixgate
