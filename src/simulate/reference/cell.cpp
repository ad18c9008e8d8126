#include "simulate/reference/cell.h"

#include <algorithm>

namespace fixgate {
namespace {

std::int64_t bias_at(const BiasVector& bias, std::size_t row) {
  return bias.empty() ? 0 : bias[row];
}

/// The exact sum of two terms at their fractions, at the larger of these (section 2).
struct ExactSum {
  std::int64_t value;
  int fraction;
};
ExactSum add(std::int64_t a, int fraction_a, std::int64_t b, int fraction_b) {
  const int fraction = std::max(fraction_a, fraction_b);
  return {align(a, fraction - fraction_a) + align(b, fraction - fraction_b), fraction};
}

Integers initial(const std::vector<std::int64_t>& values, int hidden) {
  return values.empty() ? Integers(static_cast<std::size_t>(hidden)) : values;
}

// The hidden side of a gate: GRU's candidate reads r * h where the reset comes first.
const Format& recurrent_format(const FixedNetwork& network, const FixedCell& cell, std::size_t gate) {
  const bool reads_reset = gate == 2 && cell.signals.reset_hidden >= 0;
  const int signal = reads_reset ? cell.signals.reset_hidden : cell.signals.hidden;
  return network.signals[static_cast<std::size_t>(signal)].format.format;
}

}  // namespace

ReferenceCell::Gate::Gate(const FixedNetwork& network, const FixedGate& gate, const Format& x,
                          const Format& h)
    : fixed(gate),
      input(network.weights[static_cast<std::size_t>(gate.input_weights)], x),
      recurrent(network.weights[static_cast<std::size_t>(gate.recurrent_weights)], h),
      table(network.tables[static_cast<std::size_t>(gate.table)]) {}

ReferenceCell::ReferenceCell(const FixedNetwork& network, const FixedRecurrent& layer, const FixedCell& cell)
    : layer_(layer), cell_(cell) {
  const Format& x = network.signals[static_cast<std::size_t>(layer.input_signal)].format.format;
  for (std::size_t g = 0; g < cell.gates.size(); ++g)
    gates_.emplace_back(network, cell.gates[g], x, recurrent_format(network, cell, g));
  if (cell.cell_table >= 0) cell_table_.emplace(network.tables[static_cast<std::size_t>(cell.cell_table)]);
}

FixedState::Cell ReferenceCell::initial_state() const {
  FixedState::Cell state{initial(cell_.initial_hidden, layer_.hidden), {}};
  if (layer_.kind == CellKind::Lstm) state.cell = initial(cell_.initial_cell, layer_.hidden);
  return state;
}

ReferenceCell::Projection ReferenceCell::project(const IntegerMatrix& inputs) const {
  Projection projection;
  for (const Gate& gate : gates_) projection.push_back(gate.input.multiply(inputs));
  return projection;
}

void ReferenceCell::step(const Projection& projection, int t, FixedState::Cell& state,
                         SignalWriter& writer) const {
  switch (layer_.kind) {
    case CellKind::Lstm:
      return lstm(projection, t, state, writer);
    case CellKind::Gru:
      return gru(projection, t, state, writer);
    case CellKind::Rnn:
      return rnn(projection, t, state, writer);
  }
}

// pre <- acc (section 5)
Integers ReferenceCell::pre_activation(std::size_t index, std::span<const std::int64_t> projected,
                                       std::span<const std::int64_t> hidden, SignalWriter& writer) const {
  const Gate& gate = gates_[index];
  Integers recurrent(projected.size());
  gate.recurrent.multiply(hidden, recurrent);
  const auto fraction = [&](std::size_t j) {
    const int row = static_cast<int>(j);
    return std::max(gate.input.fraction(row), gate.recurrent.fraction(row));
  };
  const auto exact = [&](std::size_t j) {
    const int row = static_cast<int>(j);
    const ExactSum sum =
        add(projected[j], gate.input.fraction(row), recurrent[j], gate.recurrent.fraction(row));
    return sum.value + bias_at(gate.fixed.bias, j);
  };
  return writer.write(cell_.signals.pre_activation[index], projected.size(), exact, fraction);
}

Integers ReferenceCell::activated_gate(std::size_t index, const Projection& projection, int t,
                                       std::span<const std::int64_t> hidden, SignalWriter& writer) const {
  const Integers pre = pre_activation(index, projection[index].row(t), hidden, writer);
  return writer.apply(cell_.signals.gate[index], gates_[index].table, pre);
}

void ReferenceCell::lstm(const Projection& projection, int t, FixedState::Cell& state,
                         SignalWriter& writer) const {
  const CellSignals& s = cell_.signals;
  const Integers i = activated_gate(0, projection, t, state.hidden, writer);
  const Integers o = activated_gate(1, projection, t, state.hidden, writer);
  const Integers f = activated_gate(2, projection, t, state.hidden, writer);
  const Integers g = activated_gate(3, projection, t, state.hidden, writer);
  const auto fraction = [&](int signal) { return writer.format(signal).fraction; };

  // c' <- f * c + i * g
  const int kept = fraction(s.gate[2]) + fraction(s.cell);
  const int added = fraction(s.gate[0]) + fraction(s.gate[3]);
  const auto next_cell = [&](std::size_t j) {
    return add(f[j] * state.cell[j], kept, i[j] * g[j], added).value;
  };
  state.cell = writer.write(s.cell, i.size(), next_cell, [&](std::size_t) { return std::max(kept, added); });

  // h' <- o * T(c')
  const Integers activated = writer.apply(s.cell_activation, *cell_table_, state.cell);
  const int product = fraction(s.gate[1]) + fraction(s.cell_activation);
  state.hidden = writer.write(
      s.hidden, o.size(), [&](std::size_t j) { return o[j] * activated[j]; },
      [&](std::size_t) { return product; });
}

void ReferenceCell::gru(const Projection& projection, int t, FixedState::Cell& state,
                        SignalWriter& writer) const {
  const CellSignals& s = cell_.signals;
  const Integers& h = state.hidden;
  const Integers z = activated_gate(0, projection, t, h, writer);
  const Integers r = activated_gate(1, projection, t, h, writer);
  const auto projected = projection[2].row(t);
  const Integers pre = layer_.linear_before_reset ? linear_before_reset(projected, r, h, writer)
                                                  : reset_before_linear(projected, r, h, writer);
  const Integers n = writer.apply(s.gate[2], gates_[2].table, pre);

  // h' <- n + z * (h - n)
  const int fraction_n = writer.format(s.gate[2]).fraction;
  const int fraction_h = writer.format(s.hidden).fraction;
  const int product = writer.format(s.gate[0]).fraction + std::max(fraction_h, fraction_n);
  const auto exact = [&](std::size_t j) {
    const ExactSum difference = add(h[j], fraction_h, -n[j], fraction_n);
    return add(z[j] * difference.value, product, n[j], fraction_n).value;
  };
  state.hidden =
      writer.write(s.hidden, n.size(), exact, [&](std::size_t) { return std::max(product, fraction_n); });
}

// rec <- R h + Rb ;  pre <- (W x + Wb) + r * rec
Integers ReferenceCell::linear_before_reset(std::span<const std::int64_t> projected, const Integers& r,
                                            const Integers& hidden, SignalWriter& writer) const {
  const CellSignals& s = cell_.signals;
  const Gate& gate = gates_[2];
  Integers products(projected.size());
  gate.recurrent.multiply(hidden, products);
  const Integers recurrent = writer.write(
      s.recurrent, products.size(),
      [&](std::size_t j) { return products[j] + bias_at(gate.fixed.recurrent_bias, j); },
      [&](std::size_t j) { return gate.recurrent.fraction(static_cast<int>(j)); });

  const int reset = writer.format(s.gate[1]).fraction + writer.format(s.recurrent).fraction;
  const auto linear = [&](std::size_t j) { return gate.input.fraction(static_cast<int>(j)); };
  const auto exact = [&](std::size_t j) {
    return add(projected[j] + bias_at(gate.fixed.bias, j), linear(j), r[j] * recurrent[j], reset).value;
  };
  return writer.write(s.pre_activation[2], projected.size(), exact,
                      [&](std::size_t j) { return std::max(linear(j), reset); });
}

// rh <- r * h ;  pre <- W x + R rh + b
Integers ReferenceCell::reset_before_linear(std::span<const std::int64_t> projected, const Integers& r,
                                            const Integers& hidden, SignalWriter& writer) const {
  const CellSignals& s = cell_.signals;
  const int product = writer.format(s.gate[1]).fraction + writer.format(s.hidden).fraction;
  const Integers reset_hidden = writer.write(
      s.reset_hidden, r.size(), [&](std::size_t j) { return r[j] * hidden[j]; },
      [&](std::size_t) { return product; });
  return pre_activation(2, projected, reset_hidden, writer);
}

void ReferenceCell::rnn(const Projection& projection, int t, FixedState::Cell& state,
                        SignalWriter& writer) const {
  const Integers pre = pre_activation(0, projection[0].row(t), state.hidden, writer);
  state.hidden = writer.apply(cell_.signals.hidden, gates_[0].table, pre);
}

}  // namespace fixgate
