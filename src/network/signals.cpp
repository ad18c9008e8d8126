#include "network/signals.h"

#include <algorithm>

namespace fixgate {
namespace {

float magnitude(const FloatVector& values) {
  return values.size() == 0 ? 0.0F : values.cwiseAbs().maxCoeff();
}

class SignalLister {
 public:
  explicit SignalLister(const Network& network) : last_(network.layers.size() - 1) {
    if (!network.takes_tokens) current_ = list_.input = add({"input", SignalRole::Input, false, {}});
    for (const Layer& layer : network.layers) std::visit(*this, layer);
  }

  void operator()(const EmbeddingLayer& layer) {
    push({{}, -1, add({layer.name + ".out", SignalRole::Embedding, false, {}})});
  }

  void operator()(const SelectLayer&) { push({{}, -1, current_}); }

  void operator()(const DenseLayer& layer) {
    const SignalRole role = list_.layers.size() == last_ ? SignalRole::Output : SignalRole::Dense;
    LayerSignals signals;
    if (layer.has_activation)
      signals.pre_activation = add({layer.name + ".pre", SignalRole::PreActivation, false, {}});
    signals.output = add({layer.name + ".out", role, layer.has_activation, layer.activation});
    push(std::move(signals));
  }

  void operator()(const RecurrentLayer& layer) {
    LayerSignals signals;
    for (const RecurrentCell& cell : layer.cells) {
      std::string prefix = layer.name + ".";
      if (layer.cells.size() == 2) prefix += cell.reverse ? "reverse." : "forward.";
      signals.cells.push_back(list_cell(layer, cell, prefix));
    }
    float largest = 0;
    for (const RecurrentCell& cell : layer.cells) largest = std::max(largest, magnitude(cell.initial_hidden));
    const bool is_rnn = layer.kind == CellKind::Rnn;
    signals.output = add({layer.name + ".h", SignalRole::Hidden, is_rnn,
                          is_rnn ? layer.cells.front().activations[0] : ActivationFunction{}, largest});
    for (CellSignals& cell : signals.cells) cell.hidden = signals.output;
    push(std::move(signals));
  }

  [[nodiscard]] SignalList list() && { return std::move(list_); }

 private:
  int add(Signal signal) {
    list_.signals.push_back(std::move(signal));
    return static_cast<int>(list_.signals.size()) - 1;
  }

  void push(LayerSignals signals) {
    current_ = signals.output;
    list_.layers.push_back(std::move(signals));
  }

  CellSignals list_cell(const RecurrentLayer& layer, const RecurrentCell& cell, const std::string& prefix) {
    CellSignals signals;
    for (const std::string& gate : gate_names(layer.kind))
      signals.pre_activation.push_back(add({prefix + "pre_" + gate, SignalRole::PreActivation, false, {}}));
    const auto add_gate = [&](const char* name, std::size_t activation) {
      signals.gate.push_back(add({prefix + name, SignalRole::Gate, true, cell.activations[activation]}));
    };
    if (layer.kind == CellKind::Lstm) {
      for (const char* name : {"i", "o", "f"}) add_gate(name, 0);
      add_gate("g", 1);
      signals.cell = add({prefix + "c", SignalRole::Cell, false, {}, magnitude(cell.initial_cell)});
      signals.cell_activation = add({prefix + "t", SignalRole::CellActivation, true, cell.activations[2]});
    }
    if (layer.kind == CellKind::Gru) {
      for (const char* name : {"z", "r"}) add_gate(name, 0);
      add_gate("n", 1);
      if (layer.linear_before_reset)
        signals.recurrent = add({prefix + "rec", SignalRole::Recurrent, false, {}});
      else
        signals.reset_hidden = add({prefix + "rh", SignalRole::ResetHidden, false, {}});
    }
    return signals;
  }

  std::size_t last_;
  int current_ = -1;
  SignalList list_;
};

}  // namespace

SignalList list_signals(const Network& network) {
  return SignalLister(network).list();
}

}  // namespace fixgate
