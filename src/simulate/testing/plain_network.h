// docs/numerics.md, sections 2, 3 and 5 to 8, written down once more from the document alone: exact fractions
// in 128 bits, nothing prepared, nothing shared with the simulator.
#pragma once

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "data/sequence.h"
#include "fixed/fixed_network.h"

namespace fixgate::plain_network {

__extension__ using Huge = __int128;

inline Huge power_of_two(int exponent) {
  assert(exponent >= 0 && exponent < 127);
  return Huge{1} << exponent;
}

inline Huge floor_divide(Huge a, Huge b) {
  const Huge quotient = a / b;
  return a % b != 0 && (a < 0) != (b < 0) ? quotient - 1 : quotient;
}

/// value * 2^-fraction
struct Exact {
  Huge value = 0;
  int fraction = 0;
};

inline Exact operator*(const Exact& a, const Exact& b) {
  return {a.value * b.value, a.fraction + b.fraction};
}
inline Exact operator+(const Exact& a, const Exact& b) {
  const int fraction = std::max(a.fraction, b.fraction);
  return {a.value * power_of_two(fraction - a.fraction) + b.value * power_of_two(fraction - b.fraction),
          fraction};
}
inline Exact operator-(const Exact& a) {
  return {-a.value, a.fraction};
}

// Section 3, step 1
inline Huge round_to(const Exact& v, int fraction, Rounding rounding) {
  const int s = v.fraction - fraction;
  if (s <= 0) return v.value * power_of_two(-s);
  const Huge divisor = power_of_two(s);
  if (rounding == Rounding::Floor) return floor_divide(v.value, divisor);
  if (rounding == Rounding::Nearest) return floor_divide(v.value + power_of_two(s - 1), divisor);
  const Huge below = floor_divide(v.value, divisor);
  const Huge to_below = v.value - below * divisor;
  const Huge to_above = divisor - to_below;
  if (to_below != to_above) return to_below < to_above ? below : below + 1;
  return below % 2 == 0 ? below : below + 1;
}

// Section 3, step 2
inline std::int64_t fit(Huge r, const SignalFormat& signal, std::int64_t& overflows) {
  const Huge count = power_of_two(signal.format.width);
  const Huge lowest = signal.format.is_signed ? -count / 2 : 0;
  const Huge highest = lowest + count - 1;
  if (lowest <= r && r <= highest) return static_cast<std::int64_t>(r);
  ++overflows;
  if (signal.overflow == Overflow::Saturate) return static_cast<std::int64_t>(r < lowest ? lowest : highest);
  return static_cast<std::int64_t>(r - count * floor_divide(r - lowest, count));
}

// Section 3, "Input". A float is m * 2^e with a whole m of 24 bits.
inline std::int64_t input_integer(float x, const SignalFormat& signal, std::int64_t& overflows) {
  int exponent = 0;
  const auto whole = static_cast<std::int64_t>(std::ldexp(std::frexp(x, &exponent), 24));
  exponent -= 24;
  // From 2^60 on it is a multiple of 2^32 far outside any range; from 2^-60 on below any tie.
  const int shift = std::clamp(exponent + signal.format.fraction, -60, 60);
  const Exact scaled = shift >= 0 ? Exact{whole * power_of_two(shift), 0} : Exact{whole, -shift};
  return fit(round_to(scaled, 0, signal.rounding), signal, overflows);
}

// Section 6
inline std::int64_t table_value(const ActivationTable& table, std::int64_t q, std::int64_t& overflows) {
  const int fin = table.input.fraction;
  const int fout = table.output.format.fraction;
  if (table.kind == TableKind::Rectifier)
    return fit(round_to({q > 0 ? q : 0, fin}, fout, table.output.rounding), table.output, overflows);
  const int n = table.input.width;
  const std::int64_t half = std::int64_t{1} << (n - 1);
  const bool mirrored = table.symmetry != TableSymmetry::None;
  const std::int64_t a =
      mirrored ? std::min(q < 0 ? -q : q, half - 1) : q + (table.input.is_signed ? half : 0);
  Huge r = 0;
  if (table.kind == TableKind::Lookup) {
    r = table.entries.at(static_cast<std::size_t>(floor_divide(a, power_of_two(table.drop))));
  } else {
    Segment chosen;
    for (const Segment& segment : table.segments)
      if (segment.start <= a) chosen = segment;
    const Huge y = chosen.offset + Huge{chosen.slope} * (a - chosen.start);
    r = round_to({y, fin + table.slope_fraction}, fout, table.output.rounding);
  }
  if (q < 0 && table.symmetry == TableSymmetry::Odd) r = -r;
  if (q < 0 && table.symmetry == TableSymmetry::Complement) r = power_of_two(fout) - r;
  return fit(r, table.output, overflows);
}

/// The integers of one vector, at one fraction.
struct Vector {
  std::vector<std::int64_t> q;
  int fraction = 0;

  [[nodiscard]] Exact at(int j) const { return {q.at(static_cast<std::size_t>(j)), fraction}; }
};

struct CellState {
  Vector h;
  Vector c;
};

/// By name of signal.
struct Record {
  std::map<std::string, std::vector<std::int64_t>> written;
  std::map<std::string, std::int64_t> overflows;
};

class Interpreter {
 public:
  explicit Interpreter(const FixedNetwork& network) : network_(network) {}

  /// The vectors of the last layer, step by step.
  std::vector<Vector> run(const Sequence& sequence, Record& record) {
    record_ = &record;
    std::vector<Vector> values;
    if (!network_.takes_tokens) values = enter(sequence);
    for (std::size_t k = 0; k < network_.layers.size(); ++k) values = layer(k, sequence, values);
    return values;
  }

 private:
  const FixedSignal& signal(int index) const { return network_.signals.at(static_cast<std::size_t>(index)); }
  const WeightMatrix& weights(int index) const {
    return network_.weights.at(static_cast<std::size_t>(index));
  }

  std::int64_t note(int index, std::int64_t q, std::int64_t overflows) {
    record_->written[signal(index).name].push_back(q);
    record_->overflows[signal(index).name] += overflows;
    return q;
  }

  // signal <- exact
  std::int64_t write(int index, const Exact& exact) {
    const SignalFormat& target = signal(index).format;
    std::int64_t overflows = 0;
    const std::int64_t q = fit(round_to(exact, target.format.fraction, target.rounding), target, overflows);
    return note(index, q, overflows);
  }

  template <typename Of>
  Vector write_all(int index, int count, Of of) {
    Vector vector{{}, signal(index).format.format.fraction};
    for (int j = 0; j < count; ++j) vector.q.push_back(write(index, of(j)));
    return vector;
  }

  Vector apply(int index, int table, const Vector& from) {
    Vector vector{{}, signal(index).format.format.fraction};
    for (const std::int64_t q : from.q) {
      std::int64_t overflows = 0;
      const std::int64_t value =
          table_value(network_.tables.at(static_cast<std::size_t>(table)), q, overflows);
      vector.q.push_back(note(index, value, overflows));
    }
    return vector;
  }

  std::vector<Vector> enter(const Sequence& sequence) {
    const FixedSignal& input = signal(network_.input_signal);
    std::vector<Vector> values;
    for (Eigen::Index t = 0; t < sequence.features.rows(); ++t) {
      Vector vector{{}, input.format.format.fraction};
      for (Eigen::Index k = 0; k < sequence.features.cols(); ++k) {
        std::int64_t overflows = 0;
        const std::int64_t q = input_integer(sequence.features(t, k), input.format, overflows);
        vector.q.push_back(note(network_.input_signal, q, overflows));
      }
      values.push_back(vector);
    }
    return values;
  }

  std::vector<Vector> layer(std::size_t index, const Sequence& sequence, const std::vector<Vector>& values) {
    const FixedLayer& any = network_.layers[index];
    if (const auto* embedding = std::get_if<FixedEmbedding>(&any)) return embed(*embedding, sequence);
    if (const auto* dense_layer = std::get_if<FixedDense>(&any)) return dense(*dense_layer, values);
    if (const auto* recurrent_layer = std::get_if<FixedRecurrent>(&any))
      return recurrent(index, *recurrent_layer, values);
    if (std::get<FixedSelect>(any).kind == SelectKind::LastStep) return {values.back()};
    return {final_state_};
  }

  // Section 8
  std::vector<Vector> embed(const FixedEmbedding& layer, const Sequence& sequence) {
    const WeightMatrix& table = weights(layer.weights);
    std::vector<Vector> values;
    for (const std::int32_t token : sequence.tokens)
      values.push_back(write_all(layer.output_signal, table.columns, [&](int k) {
        return Exact{table.values.at(static_cast<std::size_t>(token * table.columns + k)),
                     table.row_fractions.at(static_cast<std::size_t>(token))};
      }));
    return values;
  }

  std::vector<Vector> dense(const FixedDense& layer, const std::vector<Vector>& values) {
    const WeightMatrix& matrix = weights(layer.weights);
    const int target = layer.table < 0 ? layer.output_signal : layer.pre_signal;
    std::vector<Vector> outputs;
    for (const Vector& x : values) {
      const Vector sums = write_all(
          target, matrix.rows, [&](int j) { return with_bias(row_product(matrix, j, x), layer.bias, j); });
      outputs.push_back(layer.table < 0 ? sums : apply(layer.output_signal, layer.table, sums));
    }
    return outputs;
  }

  // Section 5: W[j,k] x[k], exact
  static Exact row_product(const WeightMatrix& matrix, int j, const Vector& x) {
    Exact sum{0, matrix.row_fractions.at(static_cast<std::size_t>(j)) + x.fraction};
    for (int k = 0; k < matrix.columns; ++k)
      sum.value += Huge{matrix.values.at(static_cast<std::size_t>(j * matrix.columns + k))} * x.at(k).value;
    return sum;
  }

  // The bias is an integer at the fraction of what it is added to.
  static Exact with_bias(const Exact& sum, const BiasVector& bias, int j) {
    return {sum.value + (bias.empty() ? 0 : bias.at(static_cast<std::size_t>(j))), sum.fraction};
  }

  std::vector<Vector> recurrent(std::size_t index, const FixedRecurrent& layer,
                                const std::vector<Vector>& values) {
    std::vector<Vector> outputs(values.size());
    final_state_ = {};
    for (std::size_t c = 0; c < layer.cells.size(); ++c) {
      const FixedCell& cell = layer.cells[c];
      CellState& state = state_of(index, c, layer, cell);
      for (std::size_t visited = 0; visited < values.size(); ++visited) {
        const std::size_t t = cell.reverse ? values.size() - 1 - visited : visited;
        if (layer.kind == CellKind::Lstm) lstm(layer, cell, values[t], state);
        if (layer.kind == CellKind::Gru) gru(layer, cell, values[t], state);
        if (layer.kind == CellKind::Rnn) rnn(layer, cell, values[t], state);
        append(outputs[t], state.h);
      }
      append(final_state_, state.h);
    }
    return outputs;
  }

  static void append(Vector& to, const Vector& more) {
    to.fraction = more.fraction;
    to.q.insert(to.q.end(), more.q.begin(), more.q.end());
  }

  CellState& state_of(std::size_t index, std::size_t c, const FixedRecurrent& layer, const FixedCell& cell) {
    const auto found = states_.find({index, c});
    if (found != states_.end()) return found->second;
    const auto start = [&](const std::vector<std::int64_t>& given, int s) {
      const std::vector<std::int64_t> zero(static_cast<std::size_t>(layer.hidden), 0);
      return Vector{given.empty() ? zero : given, signal(s).format.format.fraction};
    };
    CellState state{start(cell.initial_hidden, cell.signals.hidden), {}};
    if (layer.kind == CellKind::Lstm) state.c = start(cell.initial_cell, cell.signals.cell);
    return states_[{index, c}] = state;
  }

  Vector pre(const FixedRecurrent& layer, const FixedCell& cell, std::size_t g, const Vector& x,
             const Vector& h) {
    const FixedGate& gate = cell.gates.at(g);
    return write_all(cell.signals.pre_activation.at(g), layer.hidden, [&](int j) {
      const Exact both =
          row_product(weights(gate.input_weights), j, x) + row_product(weights(gate.recurrent_weights), j, h);
      return with_bias(both, gate.bias, j);
    });
  }

  Vector gate(const FixedRecurrent& layer, const FixedCell& cell, std::size_t g, const Vector& x,
              const Vector& h) {
    return apply(cell.signals.gate.at(g), cell.gates.at(g).table, pre(layer, cell, g, x, h));
  }

  void lstm(const FixedRecurrent& layer, const FixedCell& cell, const Vector& x, CellState& state) {
    const Vector i = gate(layer, cell, 0, x, state.h);
    const Vector o = gate(layer, cell, 1, x, state.h);
    const Vector f = gate(layer, cell, 2, x, state.h);
    const Vector g = gate(layer, cell, 3, x, state.h);
    const CellSignals& s = cell.signals;
    state.c =
        write_all(s.cell, layer.hidden, [&](int j) { return f.at(j) * state.c.at(j) + i.at(j) * g.at(j); });
    const Vector t = apply(s.cell_activation, cell.cell_table, state.c);
    state.h = write_all(s.hidden, layer.hidden, [&](int j) { return o.at(j) * t.at(j); });
  }

  void gru(const FixedRecurrent& layer, const FixedCell& cell, const Vector& x, CellState& state) {
    const Vector h = state.h;
    const Vector z = gate(layer, cell, 0, x, h);
    const Vector r = gate(layer, cell, 1, x, h);
    const Vector pre_h = layer.linear_before_reset ? linear_before_reset(layer, cell, x, r, h)
                                                   : reset_before_linear(layer, cell, x, r, h);
    const Vector n = apply(cell.signals.gate.at(2), cell.gates.at(2).table, pre_h);
    state.h = write_all(cell.signals.hidden, layer.hidden,
                        [&](int j) { return n.at(j) + z.at(j) * (h.at(j) + -n.at(j)); });
  }

  Vector linear_before_reset(const FixedRecurrent& layer, const FixedCell& cell, const Vector& x,
                             const Vector& r, const Vector& h) {
    const FixedGate& gate = cell.gates.at(2);
    const Vector rec = write_all(cell.signals.recurrent, layer.hidden, [&](int j) {
      return with_bias(row_product(weights(gate.recurrent_weights), j, h), gate.recurrent_bias, j);
    });
    return write_all(cell.signals.pre_activation.at(2), layer.hidden, [&](int j) {
      return with_bias(row_product(weights(gate.input_weights), j, x), gate.bias, j) + r.at(j) * rec.at(j);
    });
  }

  Vector reset_before_linear(const FixedRecurrent& layer, const FixedCell& cell, const Vector& x,
                             const Vector& r, const Vector& h) {
    const Vector rh =
        write_all(cell.signals.reset_hidden, layer.hidden, [&](int j) { return r.at(j) * h.at(j); });
    return pre(layer, cell, 2, x, rh);
  }

  void rnn(const FixedRecurrent& layer, const FixedCell& cell, const Vector& x, CellState& state) {
    state.h = apply(cell.signals.hidden, cell.gates.at(0).table, pre(layer, cell, 0, x, state.h));
  }

  const FixedNetwork& network_;
  Record* record_ = nullptr;
  Vector final_state_;
  std::map<std::pair<std::size_t, std::size_t>, CellState> states_;  // of layer and cell, kept between runs
};

}  // namespace fixgate::plain_network
