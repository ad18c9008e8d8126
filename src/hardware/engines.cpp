#include "hardware/engines.h"

#include <algorithm>

#include "fixed/chain_of.h"
#include "hardware/identifier.h"
#include "hardware/network_parts.h"
#include "hardware/supported_layers.h"

namespace fixgate {
namespace {

// One layer after the other; each adds an engine or says why it cannot.
class EngineLister {
 public:
  explicit EngineLister(const FixedChain& network) : network_(network), inputs_(network.inputs) {}

  Result<void> operator()(const FixedEmbedding& layer) {
    return add(EngineKind::Embedding, weights_of(network_, layer.weights).columns);
  }
  Result<void> operator()(const FixedDense& layer) {
    return add(EngineKind::Dense, weights_of(network_, layer.weights).rows);
  }

  Result<void> operator()(const FixedRecurrent& layer) {
    FIXGATE_CHECK(check_recurrent(layer.kind, layer.cells.size(), layer.cells.front().reverse));
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
    FIXGATE_CHECK(check_layer_name(name));
    engines_.push_back({kind, layer_, layer_identifier(name), inputs_, outputs, false, {}});
    inputs_ = outputs;
    return {};
  }

  const FixedChain& network_;
  int inputs_;
  int layer_ = 0;
  std::vector<Engine> engines_;
};

}  // namespace

Result<std::vector<Engine>> list_engines(const FixedChain& network) {
  EngineLister lister(network);
  for (std::size_t index = 0; index < network.layers.size(); ++index) {
    lister.visit(static_cast<int>(index));
    const FixedLayer& layer = network.layers[index];
    if (auto listed = std::visit(lister, layer); !listed)
      return tl::make_unexpected(listed.error().within(fmt::format("layer '{}'", layer_name(layer))));
  }
  std::vector<Engine> engines = std::move(lister).engines();
  std::vector<std::string> names;  // of instances and constants
  for (const Engine& engine : engines) names.push_back(layer_name(layer_of(network, engine)));
  FIXGATE_CHECK(check_distinct(names));
  return engines;
}

EngineShape shape_of(const FixedChain& network, const Engine& engine) {
  const auto* recurrent = std::get_if<FixedRecurrent>(&layer_of(network, engine));
  return {engine.kind, recurrent != nullptr && recurrent->linear_before_reset, engine.inputs, engine.outputs};
}

EngineDemand demand_of(const FixedChain& network, const Engine& engine) {
  return {shape_of(network, engine), engine_latency(network, layer_of(network, engine))};
}

Result<void> set_network(program::FixedNetwork network, Accelerator& accelerator) {
  auto chain = chain_of(network);
  if (!chain) return tl::make_unexpected(chain.error().within("hardware is made of chains of known layers"));
  FIXGATE_ASSIGN(accelerator.engines, list_engines(chain->network));
  accelerator.network = std::move(chain->network);
  accelerator.values = std::move(chain->values);
  accelerator.program = std::move(network);
  return {};
}

}  // namespace fixgate
