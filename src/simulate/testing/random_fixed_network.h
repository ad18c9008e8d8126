// Random fixed-point networks for tests: any formats, roundings, overflow modes, tables and binary points
// that verify() allows.
#pragma once

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "fixed/fixed_chain.h"
#include "fixed/verify.h"
#include "simulate/testing/random.h"

namespace fixgate::testing_support {

/// What a maker may draw.
struct FixedNetworkRange {
  bool forward_only = false;  // no reverse cells, one direction a layer
  bool has_rnn = true;
  int most_inputs = 6;
  int most_hidden = 5;
  int most_outputs = 4;      // of a dense layer
  int signal_width = 16;     // bits, most often
  double wide_signal = 0.1;  // chance of more than 16 bits
  double odd_fraction = 0.1;
  int weight_width = 16;
  double wide_weights = 0.15;
  double coded_weights = 0.2;  // ternary, binary, powers of two
  double one_encoding = 0.1;   // chance that all weights of a network share one of these
  std::optional<WeightEncoding> encoding = std::nullopt;  // of all weights
  bool is_plain = false;  // signals that saturate and do not round to even; tables that rise slowly
};

class FixedNetworkMaker {
 public:
  explicit FixedNetworkMaker(std::uint64_t seed, const FixedNetworkRange& range = {})
      : random_(seed), range_(range) {}

  /// Not yet verified: its sums may be too wide.
  FixedChain make() {
    network_.name = "random";
    network_.takes_tokens = random_.chance(0.3);
    network_.inputs = random_.number(1, range_.most_inputs);
    network_.streaming = false;
    network_.float_parameters = 1000;
    if (random_.chance(range_.one_encoding)) one_encoding_ = any_encoding();
    if (range_.encoding) one_encoding_ = range_.encoding;
    make_entry();
    const int recurrent_layers = random_.chance(0.1) ? 0 : random_.number(1, 2);
    for (int layer = 0; layer < recurrent_layers; ++layer) add_recurrent("r" + std::to_string(layer));
    if (recurrent_layers > 0) network_.float_recurrent_parameters = 500;
    const int dense_layers = random_.number(recurrent_layers == 0 ? 1 : 0, 2);
    const bool final_state = recurrent_layers > 0 && random_.chance(0.2);
    const int select_at = final_state ? 0 : random_.number(-3, dense_layers);
    for (int layer = 0; layer <= dense_layers; ++layer) {
      if (layer == select_at)
        network_.layers.emplace_back(
            FixedSelect{"select", final_state ? SelectKind::FinalState : SelectKind::LastStep});
      if (layer < dense_layers)
        add_dense("d" + std::to_string(layer), layer + 1 == dense_layers && select_at <= layer);
    }
    return std::move(network_);
  }

 private:
  // Around one, most often; anything else now and then.
  int random_fraction(int width) {
    return random_.chance(1 - range_.odd_fraction) ? width - random_.number(0, 5) : random_.number(-3, 30);
  }

  SignalFormat random_format(bool into_table) {
    SignalFormat signal;
    const double kind = random_.real(0, 1);
    signal.format.width = random_.number(1, range_.signal_width);
    if (kind < range_.wide_signal) signal.format.width = random_.number(17, 24);
    if (kind < 0.4 * range_.wide_signal && !into_table) signal.format.width = 32;
    signal.format.is_signed = random_.chance(0.75);
    signal.format.fraction = random_fraction(signal.format.width);
    signal.rounding = random_.pick({Rounding::Floor, Rounding::Nearest, Rounding::Convergent});
    signal.overflow = random_.chance(0.75) ? Overflow::Saturate : Overflow::Wrap;
    if (range_.is_plain) {
      signal.rounding = random_.pick({Rounding::Floor, Rounding::Nearest});
      signal.overflow = Overflow::Saturate;
    }
    return signal;
  }

  int add_signal(const std::string& name, SignalRole role) {
    const bool into_table = role == SignalRole::PreActivation || role == SignalRole::Cell;
    network_.signals.push_back({name, role, random_format(into_table)});
    return static_cast<int>(network_.signals.size()) - 1;
  }

  [[nodiscard]] const SignalFormat& format(int signal) const {
    return network_.signals[static_cast<std::size_t>(signal)].format;
  }

  WeightEncoding any_encoding() {
    return random_.pick({WeightEncoding::Ternary, WeightEncoding::Binary, WeightEncoding::PowerOfTwo});
  }

  void set_code(WeightMatrix& matrix) {
    if (one_encoding_ || random_.chance(range_.coded_weights)) {
      matrix.encoding = one_encoding_ ? *one_encoding_ : any_encoding();
      matrix.width = fixed_width(matrix.encoding);
      if (matrix.width == 0) matrix.width = random_.number(2, 4);
      return;
    }
    matrix.width = random_.chance(1 - range_.wide_weights) ? random_.number(1, range_.weight_width)
                                                           : random_.number(17, 32);
  }

  std::int64_t random_weight(const WeightCode& code) {
    const std::int64_t any = random_.in(code.smallest(), code.largest());
    return random_.chance(0.1) ? random_.pick({code.smallest(), code.largest()})
                               : code.nearest(static_cast<double>(any));
  }

  int add_weights(const std::string& name, int rows, int columns) {
    WeightMatrix matrix;
    matrix.name = name;
    matrix.rows = rows;
    matrix.columns = columns;
    set_code(matrix);
    const WeightCode code = matrix.code();
    for (int k = 0; k < rows * columns; ++k)
      matrix.values.push_back(static_cast<std::int32_t>(random_weight(code)));
    const int fraction = code.plain_width() - 1 + random_.number(-2, 3);
    const int spread = random_.chance(0.6) ? random_.number(1, 4) : 0;
    for (int row = 0; row < rows; ++row) matrix.row_fractions.push_back(fraction + random_.number(0, spread));
    network_.weights.push_back(std::move(matrix));
    return static_cast<int>(network_.weights.size()) - 1;
  }

  BiasVector random_bias(int rows) {
    BiasVector bias;
    if (random_.chance(0.2)) return bias;
    const int bits = random_.number(1, 20);
    for (int row = 0; row < rows; ++row) bias.push_back(random_.in(-(1 << bits), 1 << bits));
    return bias;
  }

  int add_table(int input, int output) {
    ActivationTable table;
    table.function = "random";
    table.input = format(input).format;
    table.output = format(output);
    const double kind = random_.real(0, 1);
    table.kind = kind < 0.1   ? TableKind::Rectifier
                 : kind < 0.4 ? TableKind::Lookup
                              : TableKind::PiecewiseLinear;
    if (table.kind != TableKind::Rectifier && table.input.is_signed) {
      table.symmetry = random_.pick({TableSymmetry::None, TableSymmetry::Odd, TableSymmetry::Complement});
      if (table.symmetry == TableSymmetry::Complement && table.output.format.fraction < 0)
        table.symmetry = TableSymmetry::None;
    }
    if (range_.is_plain) table.kind = TableKind::PiecewiseLinear;
    if (table.kind == TableKind::Lookup) fill_entries(table);
    if (table.kind == TableKind::PiecewiseLinear && range_.is_plain) fill_slow_rise(table);
    if (table.kind == TableKind::PiecewiseLinear && !range_.is_plain) fill_segments(table);
    const auto same = std::find(network_.tables.begin(), network_.tables.end(), table);
    if (same != network_.tables.end()) return static_cast<int>(same - network_.tables.begin());
    network_.tables.push_back(std::move(table));
    return static_cast<int>(network_.tables.size()) - 1;
  }

  void fill_entries(ActivationTable& table) {
    table.drop = std::max(0, table.input.width - random_.number(1, 9));
    const Format& out = table.output.format;
    const std::int64_t reach = random_.chance(0.5) ? out.max() + 1 : 2 * (out.max() + 1);
    for (std::int64_t entry = 0; entry <= table.max_address() >> table.drop; ++entry)
      table.entries.push_back(random_.in(-reach, reach));
  }

  std::vector<std::int64_t> random_starts(const ActivationTable& table) {
    std::vector<std::int64_t> starts{0};
    for (int segment = random_.number(0, 8); segment > 0; --segment)
      starts.push_back(random_.in(0, table.max_address()));
    std::sort(starts.begin(), starts.end());
    starts.erase(std::unique(starts.begin(), starts.end()), starts.end());
    return starts;
  }

  // From zero, or for a sigmoid's symmetry from a half, on: at most one step of the output from one input to
  // the next.
  void fill_slow_rise(ActivationTable& table) {
    table.slope_fraction = random_.number(4, 12);
    const int fraction = table.input.fraction + table.slope_fraction;
    const double steepest = std::ldexp(1.0, std::min(fraction - table.output.format.fraction, 20));
    std::int64_t offset = table.symmetry == TableSymmetry::Complement && fraction > 0
                              ? static_cast<std::int64_t>(std::ldexp(0.5, std::min(fraction, 40)))
                              : 0;
    std::int64_t last_start = 0;
    std::int64_t slope = 0;
    for (const std::int64_t start : random_starts(table)) {
      offset += slope * (start - last_start);
      slope = std::llround(random_.real(0, 1) * steepest);
      table.segments.push_back({start, offset, slope});
      last_start = start;
    }
  }

  // Real values and slopes around one.
  void fill_segments(ActivationTable& table) {
    table.slope_fraction = random_.number(0, 12);
    const int fraction = table.input.fraction + table.slope_fraction;
    for (const std::int64_t start : random_starts(table))
      table.segments.push_back({start, std::llround(std::ldexp(random_.real(-1.5, 1.5), fraction)),
                                std::llround(std::ldexp(random_.real(-1.5, 1.5), table.slope_fraction))});
  }

  void make_entry() {
    if (!network_.takes_tokens) {
      signal_ = network_.input_signal = add_signal("input", SignalRole::Input);
      count_ = network_.inputs;
      return;
    }
    count_ = random_.number(1, 5);
    const int weights = add_weights("e.table", network_.inputs, count_);
    signal_ = add_signal("e.out", SignalRole::Embedding);
    network_.layers.emplace_back(FixedEmbedding{"e", weights, signal_});
  }

  void add_dense(const std::string& name, bool last) {
    FixedDense layer;
    layer.name = name;
    layer.input_signal = signal_;
    const bool tied = network_.takes_tokens && network_.weights[0].columns == count_ && random_.chance(0.5);
    layer.weights = tied ? 0 : add_weights(name + ".W", random_.number(1, range_.most_outputs), count_);
    const int rows = network_.weights[static_cast<std::size_t>(layer.weights)].rows;
    layer.bias = random_bias(rows);
    const bool activated = random_.chance(0.6);
    if (activated) layer.pre_signal = add_signal(name + ".pre", SignalRole::PreActivation);
    layer.output_signal = add_signal(name + ".out", last ? SignalRole::Output : SignalRole::Dense);
    if (activated) layer.table = add_table(layer.pre_signal, layer.output_signal);
    signal_ = layer.output_signal;
    count_ = rows;
    network_.layers.emplace_back(std::move(layer));
  }

  void add_recurrent(const std::string& name) {
    FixedRecurrent layer;
    layer.name = name;
    layer.kind = range_.has_rnn ? random_.pick({CellKind::Lstm, CellKind::Gru, CellKind::Rnn})
                                : random_.pick({CellKind::Lstm, CellKind::Gru});
    layer.linear_before_reset = layer.kind == CellKind::Gru && random_.chance(0.5);
    layer.input_signal = signal_;
    layer.inputs = count_;
    layer.hidden = random_.number(1, range_.most_hidden);
    layer.cells.resize(!range_.forward_only && random_.chance(0.3) ? 2 : 1);
    layer.cells.back().reverse = layer.cells.size() == 2 || (!range_.forward_only && random_.chance(0.3));
    signal_ = layer.output_signal = add_signal(name + ".h", SignalRole::Hidden);
    for (FixedCell& cell : layer.cells) fill_cell(layer, cell);
    count_ = layer.hidden * static_cast<int>(layer.cells.size());
    network_.layers.emplace_back(std::move(layer));
  }

  void add_cell_signals(const FixedRecurrent& layer, const std::string& prefix, CellSignals& signals) {
    const bool is_gru = layer.kind == CellKind::Gru;
    const std::vector<std::string> names = gate_names(layer.kind);
    for (const std::string& gate : names)
      signals.pre_activation.push_back(add_signal(prefix + "pre_" + gate, SignalRole::PreActivation));
    if (layer.kind != CellKind::Rnn)
      for (const std::string& gate : names) {
        const std::string candidate = is_gru ? "n" : "g";
        signals.gate.push_back(
            add_signal(prefix + (gate == names.back() ? candidate : gate), SignalRole::Gate));
      }
    if (layer.kind == CellKind::Lstm) {
      signals.cell = add_signal(prefix + "c", SignalRole::Cell);
      signals.cell_activation = add_signal(prefix + "t", SignalRole::CellActivation);
    }
    if (is_gru && layer.linear_before_reset)
      signals.recurrent = add_signal(prefix + "rec", SignalRole::Recurrent);
    if (is_gru && !layer.linear_before_reset)
      signals.reset_hidden = add_signal(prefix + "rh", SignalRole::ResetHidden);
    signals.hidden = signal_;
  }

  void fill_cell(const FixedRecurrent& layer, FixedCell& cell) {
    const std::string prefix = cell_prefix(layer, cell);
    add_cell_signals(layer, prefix, cell.signals);
    const std::vector<std::string> names = gate_names(layer.kind);
    for (std::size_t g = 0; g < names.size(); ++g) {
      FixedGate gate;
      gate.name = names[g];
      gate.input_weights = add_weights(prefix + "W_" + gate.name, layer.hidden, layer.inputs);
      gate.recurrent_weights = add_weights(prefix + "R_" + gate.name, layer.hidden, layer.hidden);
      gate.bias = random_bias(layer.hidden);
      if (layer.linear_before_reset && g == 2) gate.recurrent_bias = random_bias(layer.hidden);
      gate.table = add_table(cell.signals.pre_activation[g],
                             layer.kind == CellKind::Rnn ? cell.signals.hidden : cell.signals.gate[g]);
      cell.gates.push_back(std::move(gate));
    }
    if (layer.kind == CellKind::Lstm)
      cell.cell_table = add_table(cell.signals.cell, cell.signals.cell_activation);
    cell.initial_hidden = random_state(layer.hidden, cell.signals.hidden);
    if (layer.kind == CellKind::Lstm) cell.initial_cell = random_state(layer.hidden, cell.signals.cell);
  }

  std::vector<std::int64_t> random_state(int count, int signal) {
    std::vector<std::int64_t> state;
    if (random_.chance(0.7)) return state;
    for (int k = 0; k < count; ++k)
      state.push_back(random_.in(format(signal).format.min(), format(signal).format.max()));
    return state;
  }

  Random random_;
  FixedNetworkRange range_;
  std::optional<WeightEncoding> one_encoding_;
  FixedChain network_;
  int signal_ = -1;  // what the layer before hands on
  int count_ = 0;
};

/// The first verified network from `seed` on; the seed moves behind it.
inline FixedChain next_fixed_network(std::uint64_t& seed, const FixedNetworkRange& range = {}) {
  for (;;) {
    FixedChain network = FixedNetworkMaker(seed++, range).make();
    if (verify(network)) return network;
  }
}

}  // namespace fixgate::testing_support
