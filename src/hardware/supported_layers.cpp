#include "hardware/supported_layers.h"

#include <algorithm>

#include "fixed/chain_of.h"
#include "hardware/identifier.h"

namespace fixgate {
namespace {

Result<void> check_layer(const FixedLayer& layer) {
  if (const auto* recurrent = std::get_if<FixedRecurrent>(&layer))
    FIXGATE_CHECK(
        check_recurrent(recurrent->kind, recurrent->cells.size(), recurrent->cells.front().reverse));
  return check_layer_name(layer_name(layer));
}

bool share_a_name(const std::string& a, const std::string& b) {
  if (constant_prefix(a) == constant_prefix(b)) return true;
  const std::vector<std::string> names = declared_names(b);
  return std::ranges::any_of(declared_names(a),
                             [&](const std::string& name) { return std::ranges::count(names, name) > 0; });
}

}  // namespace

Result<void> check_recurrent(CellKind kind, std::size_t cells, bool reverse) {
  if (kind == CellKind::Rnn) return fail("RNN cells are not supported in hardware: use LSTM or GRU");
  if (cells > 1)
    return fail(
        "bidirectional layers are not supported in hardware: the backward cell would need the whole "
        "sequence before it could begin");
  if (reverse)
    return fail(
        "reverse layers are not supported in hardware: the cell would need the whole sequence before "
        "it could begin");
  return {};
}

Result<void> check_layer_name(const std::string& name) {
  if (layer_identifier(name).starts_with("fg_"))
    return fail("names that begin with fg_ are the library's: rename it");
  return {};
}

Result<void> check_distinct(const std::vector<std::string>& names) {
  for (std::size_t a = 0; a < names.size(); ++a)
    for (std::size_t b = 0; b < a; ++b)
      if (share_a_name(layer_identifier(names[a]), layer_identifier(names[b])))
        return fail("layers '{}' and '{}' would have the same name in SystemVerilog: rename one of them",
                    names[b], names[a]);
  return {};
}

std::vector<Error> find_hardware_refusals(const program::FixedNetwork& network) {
  const auto chain = chain_of(network);
  if (!chain) return {chain.error()};
  std::vector<Error> refusals;
  std::vector<std::string> names;
  for (const FixedLayer& layer : chain->network.layers) {
    if (std::holds_alternative<FixedSelect>(layer)) continue;
    names.push_back(layer_name(layer));
    if (const auto checked = check_layer(layer); !checked)
      refusals.push_back(checked.error().within(fmt::format("layer '{}'", layer_name(layer))));
  }
  if (const auto distinct = check_distinct(names); !distinct) refusals.push_back(distinct.error());
  return refusals;
}

}  // namespace fixgate
