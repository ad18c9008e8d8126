#include "fixed/verify.h"

#include <algorithm>

#include "fixed/proof.h"
#include "fixed/verify_layers.h"
#include "fixed/verify_parts.h"

namespace fixgate {
namespace {

Result<void> check_texts(const FixedNetwork& network) {
  FIXGATE_CHECK(check_one_line(network.name, "network's name"));
  if (!is_utf8(network.plan)) return fail("the format plan is not UTF-8");
  std::vector<std::string> names;
  for (const FixedLayer& layer : network.layers) names.push_back(layer_name(layer));
  return check_identifiers(names, "layer");
}

Result<void> check_call(const FixedNetwork& network) {
  if (network.call.count < 0) return fail("{} steps a call are impossible", network.call.count);
  if (network.call.repeats && (network.call.count == 0 || !network.streaming))
    return fail("calls repeat only where the steps of a call are fixed and the states carry on");
  return {};
}

Result<void> check_parameter_counts(const FixedNetwork& network) {
  const bool has_recurrent =
      std::any_of(network.layers.begin(), network.layers.end(),
                  [](const FixedLayer& layer) { return std::holds_alternative<FixedRecurrent>(layer); });
  if (network.float_parameters < 1)
    return fail("{} float parameters are impossible", network.float_parameters);
  const std::int64_t recurrent = network.float_recurrent_parameters;
  if (recurrent > network.float_parameters || (has_recurrent ? recurrent < 1 : recurrent != 0))
    return fail("{} float parameters of recurrent layers out of {} are impossible", recurrent,
                network.float_parameters);
  return {};
}

Result<void> check_embedding_shifts(const FixedNetwork& network) {
  const auto* embedding = std::get_if<FixedEmbedding>(&network.layers.front());
  if (embedding == nullptr) return {};
  const WeightMatrix& matrix = network.weights[static_cast<std::size_t>(embedding->weights)];
  const FixedSignal& signal = network.signals[static_cast<std::size_t>(embedding->output_signal)];
  for (const int fraction : matrix.row_fractions)
    if (auto checked = check_shift(matrix.width, fraction, signal.format.format.fraction); !checked)
      return tl::make_unexpected(checked.error().within(fmt::format("signal '{}'", signal.name)));
  return {};
}

// The narrowest requantisation and the widest of a sum's rows bound all of them.
Result<void> check_sum_shifts(const FixedNetwork& network, const ProvenWidth& sum) {
  if (sum.max_alignment > kMaxShift)
    return fail("terms are {} bits apart, more than {}: choose closer binary points", sum.max_alignment,
                kMaxShift);
  const int fraction = network.signals[static_cast<std::size_t>(sum.signal)].format.format.fraction;
  FIXGATE_CHECK(check_shift(sum.width, sum.min_fraction, fraction));
  return check_shift(sum.width, sum.max_fraction, fraction);
}

Result<void> check_sums(const FixedNetwork& network) {
  FIXGATE_ASSIGN(const std::vector<ProvenWidth> sums, prove_widths(network));
  std::vector<std::string> names;
  for (const ProvenWidth& sum : sums) {
    names.push_back(sum.name);
    if (auto checked = check_sum_shifts(network, sum); !checked)
      return tl::make_unexpected(checked.error().within(sum.name));
  }
  return check_identifiers(names, "sum");
}

}  // namespace

Result<void> verify(const FixedNetwork& network) {
  FIXGATE_CHECK(check_texts(network));
  FIXGATE_CHECK(check_call(network));
  FIXGATE_CHECK(check_signals(network));
  FIXGATE_CHECK(check_weights(network));
  FIXGATE_CHECK(check_tables(network));
  FIXGATE_CHECK(check_layers(network));
  FIXGATE_CHECK(check_parameter_counts(network));
  FIXGATE_CHECK(check_embedding_shifts(network));
  return check_sums(network);
}

}  // namespace fixgate
