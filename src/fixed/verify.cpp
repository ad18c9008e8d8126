#include "fixed/verify.h"

#include <algorithm>

#include "diagnostic/one_line.h"
#include "diagnostic/utf8.h"
#include "fixed/program_of.h"
#include "fixed/verify_layers.h"
#include "fixed/verify_parts.h"
#include "program/verify.h"

namespace fixgate {
namespace {

Result<void> check_texts(const FixedChain& network) {
  FIXGATE_CHECK(check_one_line(network.name, "network's name"));
  if (!is_utf8(network.plan)) return fail("the format plan is not UTF-8");
  std::vector<std::string> names;
  for (const FixedLayer& layer : network.layers) names.push_back(layer_name(layer));
  return check_identifiers(names, "layer");
}

Result<void> check_call(const FixedChain& network) {
  if (network.call.count < 0) return fail("{} steps a call are impossible", network.call.count);
  if (network.call.repeats && (network.call.count == 0 || !network.streaming))
    return fail("calls repeat only where the steps of a call are fixed and the states carry on");
  return {};
}

Result<void> check_parameter_counts(const FixedChain& network) {
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

}  // namespace

Result<void> verify(const FixedChain& network) {
  FIXGATE_CHECK(check_texts(network));
  FIXGATE_CHECK(check_call(network));
  FIXGATE_CHECK(check_signals(network));
  FIXGATE_CHECK(check_weights(network));
  FIXGATE_CHECK(check_tables(network));
  FIXGATE_CHECK(check_layers(network));
  FIXGATE_CHECK(check_parameter_counts(network));
  return program::verify(program_of(network));
}

}  // namespace fixgate
