#include "simulate/sequence_check.h"

namespace fixgate {

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
  if (!sequence.features.array().isFinite().all()) return fail("a feature that is not a finite number");
  return {};
}

}  // namespace fixgate
