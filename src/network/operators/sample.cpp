#include <bit>
#include <cmath>
#include <limits>
#include <random>

#include "network/node_attributes.h"
#include "network/operators/arguments.h"
#include "network/operators/evaluations.h"

namespace fixgate::operators {
namespace {

/// The class whose share of the sum of exp(logits) holds `point`, which lies in 0..1.
std::int64_t draw(const float* logits, std::int64_t classes, double point) {
  double largest = -std::numeric_limits<double>::infinity();
  for (std::int64_t i = 0; i < classes; ++i) largest = std::max(largest, static_cast<double>(logits[i]));
  const auto weight = [&](std::int64_t i) { return std::exp(static_cast<double>(logits[i]) - largest); };
  double total = 0;
  for (std::int64_t i = 0; i < classes; ++i) total += weight(i);
  double left = point * total;
  for (std::int64_t i = 0; i + 1 < classes; ++i) {
    left -= weight(i);
    if (left < 0) return i;
  }
  return classes - 1;
}

}  // namespace

/// Draws with a generator of its own, begun from the attribute `seed` (0: none given) at each call.
Result<Outputs> multinomial(const OperatorCall& call) {
  FIXGATE_ASSIGN(const Tensor* logits, float_input(call, 0));
  FIXGATE_ASSIGN(const auto samples, attribute_or<std::int64_t>(call.node, "sample_size", 1));
  FIXGATE_ASSIGN(const float seed, attribute_or<float>(call.node, "seed", 0));
  if (logits->shape.size() != 2 || logits->shape[1] < 1)
    return fail("the input must be [batch, classes], its shape is {}", to_text(logits->shape));
  const Shape shape{logits->shape[0], samples};
  FIXGATE_CHECK(check_size(call, shape));
  std::mt19937 random(std::bit_cast<std::uint32_t>(seed));
  std::uniform_real_distribution<double> point;
  std::vector<std::int64_t> result;
  for (std::int64_t row = 0; row < shape[0]; ++row)
    for (std::int64_t i = 0; i < samples; ++i)
      result.push_back(
          draw(logits->floats().data() + row * logits->shape[1], logits->shape[1], point(random)));
  return one({shape, std::move(result)});
}

}  // namespace fixgate::operators
