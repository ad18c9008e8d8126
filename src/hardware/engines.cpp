#include "hardware/engines.h"

#include <algorithm>

#include "hardware/identifier.h"
#include "hardware/network_parts.h"

namespace fixgate {
namespace {

// One layer after the other; each adds an engine or says why it cannot.
class EngineLister {
 public:
  explicit EngineLister(const FixedNetwork& network) : network_(network), inputs_(network.inputs) {}

  Result<void> operator()(const FixedEmbedding& layer) {
    return add(EngineKind::Embedding, weights_of(network_, layer.weights).columns);
  }
  Result<void> operator()(const FixedDense& layer) {
    return add(EngineKind::Dense, weights_of(network_, layer.weights).rows);
  }

  Result<void> operator()(const FixedRecurrent& layer) {
    if (layer.kind == CellKind::Rnn) return fail("RNN cells are not supported in hardware: use LSTM or GRU");
    if (layer.cells.size() > 1)
      return fail(
          "bidirectional layers are not supported in hardware: the backward cell would need the whole "
          "sequence before it could begin");
    if (layer.cells.front().reverse)
      return fail(
          "reverse layers are not supported in hardware: the cell would need the whole sequence before "
          "it could begin");
    return add(layer.kind == CellKind::Lstm ? EngineKind::Lstm : EngineKind::Gru, layer.hidden);
  }

  // Dense layers have no memory: their last step comes of the last step alone. So the selection moves ahead,
  // to where it saves the most work.
  Result<void> operator()(const FixedSelect&) {
    const auto is_recurrent = [](const Engine& engine) {
      return engine.kind == EngineKind::Lstm || engine.kind == EngineKind::Gru;
    };
    const auto is_dense = [](const Engine& engine) { return engine.kind == EngineKind::Dense; };
    auto selects = std::find_if(engines_.rbegin(), engines_.rend(), is_recurrent);
    if (selects == engines_.rend()) selects = std::find_if(engines_.rbegin(), engines_.rend(), is_dense);
    if (selects == engines_.rend())
      return fail(
          "it selects the last step of a sequence, but there is no recurrent or dense layer before it");
    selects->emits_last_step = true;
    return {};
  }

  void visit(int layer) { layer_ = layer; }
  [[nodiscard]] std::vector<Engine> engines() && { return std::move(engines_); }

 private:
  Result<void> add(EngineKind kind, int outputs) {
    const std::string& name = layer_name(network_.layers[static_cast<std::size_t>(layer_)]);
    if (layer_identifier(name).starts_with("fg_"))
      return fail("names that begin with fg_ are the library's: rename it");
    engines_.push_back({kind, layer_, layer_identifier(name), inputs_, outputs, false, {}});
    inputs_ = outputs;
    return {};
  }

  const FixedNetwork& network_;
  int inputs_;
  int layer_ = 0;
  std::vector<Engine> engines_;
};

bool share_a_name(const std::string& a, const std::string& b) {
  if (constant_prefix(a) == constant_prefix(b)) return true;
  const std::vector<std::string> names = declared_names(b);
  return std::ranges::any_of(declared_names(a),
                             [&](const std::string& name) { return std::ranges::count(names, name) > 0; });
}

// Instances, streams and constants are named after the layers.
Result<void> check_distinct(const FixedNetwork& network, const std::vector<Engine>& engines) {
  for (std::size_t a = 0; a < engines.size(); ++a)
    for (std::size_t b = 0; b < a; ++b)
      if (share_a_name(engines[a].identifier, engines[b].identifier))
        return fail("layers '{}' and '{}' would have the same name in SystemVerilog: rename one of them",
                    layer_name(layer_of(network, engines[b])), layer_name(layer_of(network, engines[a])));
  return {};
}

}  // namespace

Result<std::vector<Engine>> list_engines(const FixedNetwork& network) {
  EngineLister lister(network);
  for (std::size_t index = 0; index < network.layers.size(); ++index) {
    lister.visit(static_cast<int>(index));
    const FixedLayer& layer = network.layers[index];
    if (auto listed = std::visit(lister, layer); !listed)
      return tl::make_unexpected(listed.error().within(fmt::format("layer '{}'", layer_name(layer))));
  }
  std::vector<Engine> engines = std::move(lister).engines();
  FIXGATE_CHECK(check_distinct(network, engines));
  return engines;
}

EngineShape shape_of(const FixedNetwork& network, const Engine& engine) {
  const auto* recurrent = std::get_if<FixedRecurrent>(&layer_of(network, engine));
  return {engine.kind, recurrent != nullptr && recurrent->linear_before_reset, engine.inputs, engine.outputs};
}

EngineDemand demand_of(const FixedNetwork& network, const Engine& engine) {
  return {shape_of(network, engine), engine_latency(network, layer_of(network, engine))};
}

}  // namespace fixgate
