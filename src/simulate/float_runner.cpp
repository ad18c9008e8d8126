#include "simulate/float_runner.h"

#include <algorithm>
#include <utility>

#include "parallel/for_each_index.h"
#include "simulate/float_product.h"
#include "simulate/sequence_check.h"

namespace fixgate {
namespace {

using FloatArray = Eigen::ArrayXf;

// Steps a task of a dense layer over a long sequence; fixed, so that results do not depend on the number of
// threads.
constexpr Eigen::Index kStepsPerTask = 64;

FloatArray apply(const ActivationFunction& function, const FloatArray& x) {
  if (function.kind == ActivationFunction::Kind::Sigmoid) return (1.0F + (-x).exp()).inverse();
  if (function.kind == ActivationFunction::Kind::Tanh) return x.tanh();
  return x.unaryExpr([&](float one) { return static_cast<float>(evaluate(function, one)); });
}

void show(FloatObserver* observer, int signal, FloatArray& values) {
  if (observer != nullptr && signal >= 0) observer->observe(signal, values.data(), values.size());
}

void show(FloatObserver* observer, int signal, FloatMatrix& values) {
  if (observer != nullptr && signal >= 0) observer->observe(signal, values.data(), values.size());
}

// rows = inputs * transposed + bias, split over threads where there are many rows.
FloatMatrix project(const FloatMatrix& inputs, const FloatMatrix& transposed, const FloatVector& bias) {
  FloatMatrix outputs(inputs.rows(), transposed.cols());
  const Eigen::Index tasks = (inputs.rows() + kStepsPerTask - 1) / kStepsPerTask;
  parallel_for_each_index(static_cast<std::size_t>(tasks), [&](std::size_t task) {
    const Eigen::Index first = static_cast<Eigen::Index>(task) * kStepsPerTask;
    const Eigen::Index count = std::min(kStepsPerTask, inputs.rows() - first);
    outputs.middleRows(first, count) = product(inputs.middleRows(first, count), transposed);
    outputs.middleRows(first, count).rowwise() += bias.transpose();
  });
  return outputs;
}

/// One cell over one sequence: numerics.md, section 7, in real numbers.
class CellRun {
 public:
  CellRun(const RecurrentLayer& layer, const RecurrentCell& cell, const CellSignals& signals,
          FloatObserver* observer)
      : layer_(layer), cell_(cell), signals_(signals), observer_(observer), hidden_(layer.hidden()) {}

  void step(const FloatArray& projected, FloatState::Cell& state) {
    switch (layer_.kind) {
      case CellKind::Lstm:
        return lstm(projected, state);
      case CellKind::Gru:
        return gru(projected, state);
      case CellKind::Rnn:
        return rnn(projected, state);
    }
  }

 private:
  FloatArray gate(const FloatArray& values, int index) const {
    return values.segment(index * hidden_, hidden_);
  }

  FloatArray activate(FloatArray pre, int index, std::size_t function) const {
    const auto position = static_cast<std::size_t>(index);
    show(observer_, signals_.pre_activation[position], pre);
    FloatArray activated = apply(cell_.activations[function], pre);
    if (!signals_.gate.empty()) show(observer_, signals_.gate[position], activated);
    return activated;
  }

  void set_hidden(FloatArray hidden, FloatState::Cell& state) const {
    show(observer_, signals_.hidden, hidden);
    state.hidden = hidden.matrix();
  }

  void lstm(const FloatArray& projected, FloatState::Cell& state) const {
    const FloatArray pre =
        projected + (cell_.recurrent_weights * state.hidden).array() + cell_.recurrent_bias.array();
    const FloatArray i = activate(gate(pre, 0), 0, 0);
    const FloatArray o = activate(gate(pre, 1), 1, 0);
    const FloatArray f = activate(gate(pre, 2), 2, 0);
    const FloatArray g = activate(gate(pre, 3), 3, 1);
    FloatArray c = f * state.cell.array() + i * g;
    show(observer_, signals_.cell, c);
    FloatArray t = apply(cell_.activations[2], c);
    show(observer_, signals_.cell_activation, t);
    state.cell = c.matrix();
    set_hidden(o * t, state);
  }

  void gru(const FloatArray& projected, FloatState::Cell& state) const {
    const Eigen::Index resets = 2 * hidden_;  // rows of z and r
    const FloatArray h = state.hidden.array();
    const FloatArray recurrent =
        (cell_.recurrent_weights.topRows(resets) * state.hidden + cell_.recurrent_bias.head(resets)).array();
    const FloatArray z = activate(gate(projected, 0) + gate(recurrent, 0), 0, 0);
    const FloatArray r = activate(gate(projected, 1) + gate(recurrent, 1), 1, 0);
    const FloatArray n = activate(gate(projected, 2) + candidate_part(h, r), 2, 1);
    set_hidden(n + z * (h - n), state);
  }

  // What the hidden state adds to the candidate's pre-activation.
  FloatArray candidate_part(const FloatArray& h, const FloatArray& r) const {
    const auto weights = cell_.recurrent_weights.bottomRows(hidden_);
    const auto bias = cell_.recurrent_bias.tail(hidden_);
    if (layer_.linear_before_reset) {
      FloatArray recurrent = (weights * h.matrix() + bias).array();
      show(observer_, signals_.recurrent, recurrent);
      return r * recurrent;
    }
    FloatArray reset_hidden = r * h;
    show(observer_, signals_.reset_hidden, reset_hidden);
    return (weights * reset_hidden.matrix() + bias).array();
  }

  void rnn(const FloatArray& projected, FloatState::Cell& state) const {
    const FloatArray pre =
        projected + (cell_.recurrent_weights * state.hidden + cell_.recurrent_bias).array();
    set_hidden(activate(pre, 0, 0), state);
  }

  const RecurrentLayer& layer_;
  const RecurrentCell& cell_;
  const CellSignals& signals_;
  FloatObserver* observer_;
  Eigen::Index hidden_;
};

/// The whole network over one sequence; `values` is [steps, outputs of the layer before].
class NetworkRun {
 public:
  NetworkRun(const SignalList& signals, const FloatProjections& projections, FloatState& state,
             FloatObserver* observer)
      : signals_(signals), projections_(projections), state_(state), observer_(observer) {}

  void enter(const Sequence& sequence) {
    tokens_ = &sequence.tokens;
    values_ = sequence.features;
    show(observer_, signals_.input, values_);
  }

  void run(std::size_t index, const Layer& layer) {
    index_ = index;
    std::visit(*this, layer);
  }

  FloatMatrix outputs() && { return std::move(values_); }

  void operator()(const EmbeddingLayer& layer) {
    values_.resize(static_cast<Eigen::Index>(tokens_->size()), layer.table->cols());
    for (std::size_t t = 0; t < tokens_->size(); ++t)
      values_.row(static_cast<Eigen::Index>(t)) = layer.table->row((*tokens_)[t]);
    show(observer_, here().output, values_);
  }

  void operator()(const RecurrentLayer& layer) {
    const Eigen::Index hidden = layer.hidden();
    FloatMatrix outputs(values_.rows(), hidden * static_cast<Eigen::Index>(layer.cells.size()));
    for (std::size_t c = 0; c < layer.cells.size(); ++c)
      run_cell(layer, c, outputs.middleCols(static_cast<Eigen::Index>(c) * hidden, hidden));
    values_ = std::move(outputs);
    last_recurrent_ = index_;
  }

  void operator()(const DenseLayer& layer) {
    values_ = project(values_, projections_[index_][0], layer.bias);
    show(observer_, here().pre_activation, values_);
    if (layer.has_activation) {
      FloatArray flat = Eigen::Map<FloatArray>(values_.data(), values_.size());
      Eigen::Map<FloatArray>(values_.data(), values_.size()) = apply(layer.activation, flat);
    }
    show(observer_, here().output, values_);
  }

  void operator()(const SelectLayer& layer) {
    FloatMatrix selected = values_.bottomRows(1);
    if (layer.kind == SelectKind::FinalState) {
      const auto& cells = state_.layers[last_recurrent_];
      for (std::size_t c = 0; c < cells.size(); ++c)
        selected.middleCols(static_cast<Eigen::Index>(c) * cells[c].hidden.size(), cells[c].hidden.size()) =
            cells[c].hidden.transpose();
    }
    values_ = std::move(selected);
  }

 private:
  [[nodiscard]] const LayerSignals& here() const { return signals_.layers[index_]; }

  void run_cell(const RecurrentLayer& layer, std::size_t index,
                Eigen::Ref<FloatMatrix, 0, Eigen::OuterStride<>> outputs) {
    const RecurrentCell& cell = layer.cells[index];
    const FloatMatrix projected = project(values_, projections_[index_][index], cell.input_bias);
    FloatState::Cell& state = state_.layers[index_][index];
    CellRun run(layer, cell, here().cells[index], observer_);
    const Eigen::Index steps = values_.rows();
    for (Eigen::Index visited = 0; visited < steps; ++visited) {
      const Eigen::Index t = cell.reverse ? steps - 1 - visited : visited;
      run.step(projected.row(t).transpose().array(), state);
      outputs.row(t) = state.hidden.transpose();
    }
  }

  const SignalList& signals_;
  const FloatProjections& projections_;
  FloatState& state_;
  FloatObserver* observer_;
  const std::vector<std::int32_t>* tokens_ = nullptr;
  FloatMatrix values_;
  std::size_t index_ = 0;
  std::size_t last_recurrent_ = 0;
};

FloatProjections transposed_weights(const Network& network) {
  FloatProjections projections;
  for (const Layer& layer : network.layers) {
    auto& of_layer = projections.emplace_back();
    if (const auto* dense = std::get_if<DenseLayer>(&layer))
      of_layer.emplace_back(dense->weights->transpose());
    if (const auto* recurrent = std::get_if<RecurrentLayer>(&layer))
      for (const RecurrentCell& cell : recurrent->cells)
        of_layer.emplace_back(cell.input_weights.transpose());
  }
  return projections;
}

}  // namespace

FloatRunner::FloatRunner(const Network& network)
    : network_(network), signals_(list_signals(network)), projections_(transposed_weights(network)) {}

FloatState FloatRunner::initial_state() const {
  FloatState state;
  for (const Layer& layer : network_.layers) {
    auto& cells = state.layers.emplace_back();
    if (const auto* recurrent = std::get_if<RecurrentLayer>(&layer))
      for (const RecurrentCell& cell : recurrent->cells)
        cells.push_back({cell.initial_hidden, cell.initial_cell});
  }
  return state;
}

Result<FloatMatrix> FloatRunner::run(const Sequence& sequence, FloatState& state,
                                     FloatObserver* observer) const {
  FIXGATE_CHECK(check_sequence(sequence, network_.takes_tokens, network_.inputs));
  NetworkRun run(signals_, projections_, state, observer);
  run.enter(sequence);
  for (std::size_t index = 0; index < network_.layers.size(); ++index) run.run(index, network_.layers[index]);
  return std::move(run).outputs();
}

}  // namespace fixgate
