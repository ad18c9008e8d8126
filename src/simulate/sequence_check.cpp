#include "simulate/sequence_check.h"

namespace fixgate {
namespace {

// What is not finite differs from itself, or its difference does from zero. In this form the loop has no
// branches.
bool all_finite(const FloatMatrix& features) {
  int others = 0;
  for (Eigen::Index k = 0; k < features.size(); ++k) {
    const float x = features.data()[k];
    others |= x - x == 0.0F ? 0 : 1;
  }
  return others == 0;
}

}  // namespace

Result<void> check_sequence(const Sequence& sequence, bool takes_tokens, std::int64_t inputs) {
  if (sequence.steps() == 0) return fail("a sequence of no steps");
  if (takes_tokens == sequence.tokens.empty())
    return fail("the network reads {}, the data has {}", takes_tokens ? "tokens" : "features",
                takes_tokens ? "features" : "tokens");
  if (!takes_tokens && sequence.features.cols() != inputs)
    return fail("the network reads {} features a step, the data has {}", inputs, sequence.features.cols());
  for (const std::int32_t token : sequence.tokens)
    if (token < 0 || token >= inputs)
      return fail("token {} is outside the network's vocabulary of {}", token, inputs);
  if (!all_finite(sequence.features)) return fail("a feature that is not a finite number");
  return {};
}

Result<void> check_sequence(const Sequence& sequence, const program::Program& program) {
  const std::vector<program::ValueId> inputs = inputs_of(program);
  if (inputs.size() != 1) return fail("the network reads {} inputs, the data are one", inputs.size());
  const program::Value& input = program.values[inputs.front()];
  return check_sequence(sequence, input.vocabulary.has_value(), input.vocabulary.value_or(input.size));
}

Result<void> check_vocabulary(const DataSet& data, bool takes_tokens, std::int64_t inputs) {
  if (!takes_tokens || data.symbols <= static_cast<std::size_t>(inputs)) return {};
  return fail("{}: holds {} symbols, but the network knows {} tokens: give the vocabulary of its training",
              data.vocabulary, data.symbols, inputs);
}

Result<void> check_steps(const CallSteps& call, const DataSet& data) {
  std::int64_t all = 0;
  for (const Sample& sample : data.samples) {
    const auto steps = static_cast<std::int64_t>(sample.sequence.steps());
    all += steps;
    if (data.is_stream) continue;
    if (const auto checked = check_steps(call, steps); !checked)
      return tl::make_unexpected(checked.error().within(sample.name));
  }
  return data.is_stream && all > 0 ? check_steps(call, all) : Result<void>();
}

Result<void> check_data(const program::Program& program, const DataSet& data) {
  for (const program::ValueId id : inputs_of(program)) {
    const program::Value& input = program.values[id];
    FIXGATE_CHECK(
        check_vocabulary(data, input.vocabulary.has_value(), input.vocabulary.value_or(input.size)));
    FIXGATE_CHECK(check_steps(program.clocks[input.clock].call, data));
  }
  return {};
}

}  // namespace fixgate
