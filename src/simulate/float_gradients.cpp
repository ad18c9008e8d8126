#include "simulate/float_gradients.h"

#include <cmath>
#include <utility>

#include "simulate/float_product.h"

namespace fixgate {
namespace {

using FloatArray = Eigen::ArrayXf;
using Rows = Eigen::Map<const FloatMatrix>;

FloatArray derivatives(const ActivationFunction& function, const FloatArray& x, const FloatArray& y) {
  return x.binaryExpr(y, [&](float one, float value) { return derivative(function, one, value); });
}

/// One cell, from its last visited step to its first: numerics.md, section 7, differentiated.
class CellBackward {
 public:
  CellBackward(const RecurrentLayer& layer, std::size_t cell, const CellSignals& signals,
               const FloatTrace& trace, const FloatState::Cell& start, SignalGradients& gradients)
      : layer_(layer),
        cell_(layer.cells[cell]),
        signals_(signals),
        trace_(trace),
        start_(start),
        gradients_(gradients),
        hidden_(layer.hidden()),
        by_cell_(FloatArray::Zero(hidden_)) {}

  /// `by_hidden` [steps, hidden], in the order of visits: the derivative by h from what reads it outside the
  /// cell. Rows of h's signal begin at `first_row`. Returns the derivative by the input projection [steps,
  /// gates * hidden].
  FloatMatrix run(const FloatMatrix& by_hidden, Eigen::Index first_row) {
    first_row_ = first_row;
    const Eigen::Index steps = by_hidden.rows();
    prepare(steps);
    FloatMatrix by_projection(steps, cell_.input_weights.rows());
    FloatArray carried = FloatArray::Zero(hidden_);
    for (step_ = steps - 1; step_ >= 0; --step_) {
      const FloatArray total = by_hidden.row(step_).transpose().array() + carried;
      record(signals_.hidden, first_row_ + step_, total);
      FloatArray by_gates(by_projection.cols());
      carried = backward(total, by_gates);
      by_projection.row(step_) = by_gates.matrix().transpose();
    }
    return by_projection;
  }

 private:
  void prepare(Eigen::Index steps) {
    const auto make = [&](int signal) {
      if (signal >= 0) gradients_[static_cast<std::size_t>(signal)] = FloatMatrix::Zero(steps, hidden_);
    };
    for (const int signal : signals_.pre_activation) make(signal);
    for (const int signal : signals_.gate) make(signal);
    for (const int signal :
         {signals_.recurrent, signals_.reset_hidden, signals_.cell, signals_.cell_activation})
      make(signal);
  }

  void record(int signal, Eigen::Index row, const FloatArray& values) {
    gradients_[static_cast<std::size_t>(signal)].row(row) = values.matrix().transpose();
  }

  [[nodiscard]] FloatArray value(int signal) const {
    return trace_.rows(signal, hidden_).row(step_).transpose().array();
  }
  [[nodiscard]] FloatArray old_hidden() const {
    if (step_ == 0) return start_.hidden.array();
    return trace_.rows(signals_.hidden, hidden_).row(first_row_ + step_ - 1).transpose().array();
  }
  [[nodiscard]] FloatArray old_cell() const {
    if (step_ == 0) return start_.cell.array();
    return trace_.rows(signals_.cell, hidden_).row(step_ - 1).transpose().array();
  }

  // Through the table of a gate: from its output to its pre-activation.
  FloatArray through_gate(std::size_t gate, std::size_t function, const FloatArray& by_output) {
    record(signals_.gate[gate], step_, by_output);
    return through(signals_.pre_activation[gate], function, by_output, value(signals_.gate[gate]));
  }

  FloatArray through(int pre, std::size_t function, const FloatArray& by_output, const FloatArray& output) {
    const FloatArray by_pre = by_output * derivatives(cell_.activations[function], value(pre), output);
    record(pre, step_, by_pre);
    return by_pre;
  }

  FloatArray backward(const FloatArray& by_hidden, FloatArray& by_gates) {
    switch (layer_.kind) {
      case CellKind::Lstm:
        return lstm(by_hidden, by_gates);
      case CellKind::Gru:
        return gru(by_hidden, by_gates);
      case CellKind::Rnn:
        break;
    }
    const FloatArray output =
        trace_.rows(signals_.hidden, hidden_).row(first_row_ + step_).transpose().array();
    by_gates = through(signals_.pre_activation[0], 0, by_hidden, output);
    return (cell_.recurrent_weights.transpose() * by_gates.matrix()).array();
  }

  FloatArray lstm(const FloatArray& by_hidden, FloatArray& by_gates) {
    const FloatArray i = value(signals_.gate[0]);
    const FloatArray o = value(signals_.gate[1]);
    const FloatArray f = value(signals_.gate[2]);
    const FloatArray g = value(signals_.gate[3]);
    const FloatArray t = value(signals_.cell_activation);
    const FloatArray by_activation = by_hidden * o;
    record(signals_.cell_activation, step_, by_activation);
    by_cell_ += by_activation * derivatives(cell_.activations[2], value(signals_.cell), t);
    record(signals_.cell, step_, by_cell_);
    by_gates << through_gate(0, 0, by_cell_ * g), through_gate(1, 0, by_hidden * t),
        through_gate(2, 0, by_cell_ * old_cell()), through_gate(3, 1, by_cell_ * i);
    by_cell_ *= f;
    return (cell_.recurrent_weights.transpose() * by_gates.matrix()).array();
  }

  FloatArray gru(const FloatArray& by_hidden, FloatArray& by_gates) {
    const FloatArray h = old_hidden();
    const FloatArray z = value(signals_.gate[0]);
    const FloatArray n = value(signals_.gate[2]);
    const FloatArray by_z = through_gate(0, 0, by_hidden * (h - n));
    const FloatArray by_candidate = through_gate(2, 1, by_hidden * (1 - z));
    FloatArray by_old = by_hidden * z;
    const FloatArray by_r = through_gate(1, 0, by_reset(by_candidate, h, by_old));
    by_gates << by_z, by_r, by_candidate;
    const auto resets = cell_.recurrent_weights.topRows(2 * hidden_);
    by_old += (resets.transpose() * by_gates.head(2 * hidden_).matrix()).array();
    return by_old;
  }

  // From the candidate's pre-activation to r, and to the old h by way of R_h.
  FloatArray by_reset(const FloatArray& by_candidate, const FloatArray& h, FloatArray& by_old) {
    const auto weights = cell_.recurrent_weights.bottomRows(hidden_);
    const FloatArray r = value(signals_.gate[1]);
    if (layer_.linear_before_reset) {
      const FloatArray by_recurrent = by_candidate * r;
      record(signals_.recurrent, step_, by_recurrent);
      by_old += (weights.transpose() * by_recurrent.matrix()).array();
      return by_candidate * value(signals_.recurrent);
    }
    const FloatArray by_reset_hidden = (weights.transpose() * by_candidate.matrix()).array();
    record(signals_.reset_hidden, step_, by_reset_hidden);
    by_old += by_reset_hidden * r;
    return by_reset_hidden * h;
  }

  const RecurrentLayer& layer_;
  const RecurrentCell& cell_;
  const CellSignals& signals_;
  const FloatTrace& trace_;
  const FloatState::Cell& start_;
  SignalGradients& gradients_;
  Eigen::Index hidden_;
  FloatArray by_cell_;  // LSTM: the derivative by c of the step after
  Eigen::Index first_row_ = 0;
  Eigen::Index step_ = 0;
};

/// The layers from last to first; `by_values_` is the derivative by what the layer at hand gives.
class NetworkBackward {
 public:
  NetworkBackward(const SignalList& signals, const FloatState& start, const FloatTrace& trace,
                  std::size_t steps, FloatMatrix by_outputs)
      : signals_(signals),
        start_(start),
        trace_(trace),
        steps_(static_cast<Eigen::Index>(steps)),
        by_values_(std::move(by_outputs)),
        gradients_(signals.signals.size()) {}

  void run(std::size_t index, const Layer& layer) {
    index_ = index;
    std::visit(*this, layer);
  }

  SignalGradients gradients() && { return std::move(gradients_); }

  void operator()(const EmbeddingLayer&) { record(here().output, by_values_); }

  void operator()(const DenseLayer& layer) {
    record(here().output, by_values_);
    if (layer.has_activation) {
      const Rows pre = trace_.rows(here().pre_activation, by_values_.cols());
      const Rows out = trace_.rows(here().output, by_values_.cols());
      for (Eigen::Index k = 0; k < by_values_.size(); ++k)
        by_values_.data()[k] *= derivative(layer.activation, pre.data()[k], out.data()[k]);
      record(here().pre_activation, by_values_);
    }
    by_values_ = product(by_values_, *layer.weights);
  }

  // The one row that was handed on becomes a row of every step; each cell's final state belongs to the step
  // that it visits last.
  void operator()(const SelectLayer& layer) {
    FloatMatrix by_steps = FloatMatrix::Zero(steps_, by_values_.cols());
    by_steps.row(steps_ - 1) = by_values_.row(0);
    if (layer.kind == SelectKind::FinalState) reverse_final_ = true;
    by_values_ = std::move(by_steps);
  }

  void operator()(const RecurrentLayer& layer) {
    const Eigen::Index hidden = layer.hidden();
    const auto cells = static_cast<Eigen::Index>(layer.cells.size());
    gradients_[static_cast<std::size_t>(here().output)] = FloatMatrix::Zero(cells * steps_, hidden);
    FloatMatrix by_inputs = FloatMatrix::Zero(steps_, layer.inputs());
    for (Eigen::Index c = 0; c < cells; ++c) {
      const auto cell = static_cast<std::size_t>(c);
      const bool reverse = layer.cells[cell].reverse;
      FloatMatrix by_hidden = by_values_.middleCols(c * hidden, hidden);
      if (reverse && !reverse_final_) by_hidden = by_hidden.colwise().reverse().eval();
      CellBackward backward(layer, cell, here().cells[cell], trace_, start_.layers[index_][cell], gradients_);
      const FloatMatrix by_projection = backward.run(by_hidden, c * steps_);
      const FloatMatrix by_visits = product(by_projection, layer.cells[cell].input_weights);
      by_inputs += reverse ? FloatMatrix(by_visits.colwise().reverse()) : by_visits;
    }
    reverse_final_ = false;
    by_values_ = std::move(by_inputs);
  }

  void enter() { record(signals_.input, by_values_); }

 private:
  [[nodiscard]] const LayerSignals& here() const { return signals_.layers[index_]; }

  void record(int signal, const FloatMatrix& values) {
    if (signal >= 0) gradients_[static_cast<std::size_t>(signal)] = values;
  }

  const SignalList& signals_;
  const FloatState& start_;
  const FloatTrace& trace_;
  Eigen::Index steps_;
  FloatMatrix by_values_;
  SignalGradients gradients_;
  std::size_t index_ = 0;
  bool reverse_final_ = false;  // the last row of a reverse cell's derivative is that of its last visit
};

}  // namespace

float derivative(const ActivationFunction& function, float x, float y) {
  if (function.kind == ActivationFunction::Kind::Sigmoid) return y * (1 - y);
  if (function.kind == ActivationFunction::Kind::Tanh) return 1 - y * y;
  constexpr double kStep = 0x1p-10;
  return static_cast<float>((evaluate(function, x + kStep) - evaluate(function, x - kStep)) / (2 * kStep));
}

FloatGradients::FloatGradients(const Network& network) : network_(network), signals_(list_signals(network)) {}

SignalGradients FloatGradients::run(const FloatState& start, const FloatTrace& trace, std::size_t steps,
                                    const FloatMatrix& by_outputs) const {
  NetworkBackward backward(signals_, start, trace, steps, by_outputs);
  for (std::size_t index = network_.layers.size(); index-- > 0;) backward.run(index, network_.layers[index]);
  if (!network_.takes_tokens) backward.enter();
  return std::move(backward).gradients();
}

}  // namespace fixgate
