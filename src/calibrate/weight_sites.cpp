#include "calibrate/weight_sites.h"

namespace fixgate {
namespace {

class SiteLister {
 public:
  explicit SiteLister(const SignalList& signals) : signals_(signals) {}

  void operator()(const EmbeddingLayer& layer) {
    sites.embedding = layer.name + ".table";
    table_ = layer.table.get();
  }

  void operator()(const SelectLayer&) {}

  void operator()(const DenseLayer& layer) {
    const bool tied = table_ != nullptr && layer.weights.get() == table_;
    const LayerSignals& signals = signals_.layers[index];
    sites.dense.push_back({tied ? sites.embedding : layer.name + ".W", index,
                           layer.has_activation ? signals.pre_activation : signals.output});
  }

  void operator()(const RecurrentLayer& layer) {
    for (std::size_t cell = 0; cell < layer.cells.size(); ++cell) {
      const CellSignals& signals = signals_.layers[index].cells[cell];
      const auto gates = gate_names(layer.kind);
      for (std::size_t gate = 0; gate < gates.size(); ++gate)
        add_gate(layer, cell, gate, gates[gate], signals);
    }
  }

  WeightSites sites;
  std::size_t index = 0;

 private:
  void add_gate(const RecurrentLayer& layer, std::size_t cell, std::size_t gate, const std::string& name,
                const CellSignals& signals) {
    const std::string prefix = cell_prefix(layer, cell);
    const int pre = signals.pre_activation[gate];
    sites.gates.push_back({prefix + "W_" + name, index, cell, gate, Operand::Inputs, pre});
    const bool is_candidate = layer.kind == CellKind::Gru && gate == 2;
    const bool reads_reset = is_candidate && !layer.linear_before_reset;
    sites.gates.push_back({prefix + "R_" + name, index, cell, gate,
                           reads_reset ? Operand::ResetHidden : Operand::OldHidden,
                           is_candidate && layer.linear_before_reset ? signals.recurrent : pre});
  }

  const SignalList& signals_;
  const FloatMatrix* table_ = nullptr;
};

}  // namespace

std::string cell_prefix(const RecurrentLayer& layer, std::size_t cell) {
  if (layer.cells.size() == 1) return layer.name + ".";
  return layer.name + (layer.cells[cell].reverse ? ".reverse." : ".forward.");
}

WeightSites list_weight_sites(const Network& network, const SignalList& signals) {
  SiteLister lister(signals);
  for (lister.index = 0; lister.index < network.layers.size(); ++lister.index)
    std::visit(lister, network.layers[lister.index]);
  return std::move(lister.sites);
}

}  // namespace fixgate
