#include "fixed/testing/example_networks.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <random>

#include "fixed/testing/example_table.h"
#include "fixed/verify.h"

namespace fixgate {
namespace {

class Builder {
 public:
  Builder(const ExampleShape& shape, std::uint64_t seed) : shape_(shape), engine_(seed) {}

  FixedChain built() && {
    network_.name = shape_.name;
    network_.takes_tokens = shape_.tokens;
    network_.inputs = shape_.inputs;
    network_.streaming = shape_.streaming;
    network_.plan = "# made by hand: " + shape_.name + "\n";
    add_entry();
    for (int layer = 0; layer < shape_.layers; ++layer) add_recurrent(layer);
    // A Select of final states stands directly after the recurrent layer.
    const bool early = shape_.select == SelectKind::FinalState;
    if (early) add_select();
    if (shape_.relu) add_dense("middle", shape_.hidden, true, false);
    if (shape_.select && !early) add_select();
    add_dense("decoder", shape_.tied ? shape_.inputs : shape_.outputs, false, true);
    count_parameters();
    return std::move(network_);
  }

 private:
  // Not std::uniform_int_distribution, which differs from library to library.
  int draw(int low, int high) {
    return low + static_cast<int>(engine_() % static_cast<std::uint64_t>(high - low + 1));
  }
  int vary(int usual, int low, int high) { return shape_.any_format ? draw(low, high) : usual; }

  SignalFormat draw_format(bool is_signed, int width, int fraction, int low_fraction) {
    SignalFormat signal;
    signal.format = {is_signed, vary(width, 2, 12), vary(fraction, low_fraction, 10)};
    if (!shape_.any_format) return signal;
    constexpr std::array kRoundings{Rounding::Floor, Rounding::Nearest, Rounding::Convergent};
    signal.rounding = kRoundings[static_cast<std::size_t>(draw(0, 2))];
    signal.overflow = draw(0, 3) == 0 ? Overflow::Wrap : Overflow::Saturate;
    return signal;
  }

  int add_signal(std::string name, SignalRole role, const SignalFormat& format) {
    network_.signals.push_back({std::move(name), role, format});
    return static_cast<int>(network_.signals.size()) - 1;
  }
  [[nodiscard]] const SignalFormat& format(int signal) const {
    return network_.signals[static_cast<std::size_t>(signal)].format;
  }

  std::int64_t draw_integer(const Format& format) {
    return draw(static_cast<int>(format.min()), static_cast<int>(format.max()));
  }

  int add_matrix(std::string name, int rows, int columns) {
    WeightMatrix matrix{std::move(name), rows, columns, vary(8, 1, 12), {}, {}};
    for (int k = 0; k < rows * columns; ++k)
      matrix.values.push_back(static_cast<std::int32_t>(draw_integer({true, matrix.width, 0})));
    for (int row = 0; row < rows; ++row) matrix.row_fractions.push_back(draw(vary(6, -2, 6), 8));
    network_.weights.push_back(std::move(matrix));
    return static_cast<int>(network_.weights.size()) - 1;
  }

  std::vector<std::int64_t> draw_vector(int count, const Format& format) {
    std::vector<std::int64_t> values;
    for (int k = 0; k < count; ++k) values.push_back(draw_integer(format));
    return values;
  }
  BiasVector draw_bias(int rows) {
    return shape_.has_biases ? draw_vector(rows, {true, vary(12, 2, 20), 0}) : BiasVector{};
  }

  // The same table for all that read and write the same formats.
  int add_table(ExampleFunction function, int from, int to) {
    ActivationTable table = example_table(function, format(from).format, format(to));
    if (shape_.lookup && table.kind == TableKind::PiecewiseLinear) table = as_lookup(table, 1);
    const auto found = std::find(network_.tables.begin(), network_.tables.end(), table);
    const auto index = static_cast<int>(found - network_.tables.begin());
    if (found == network_.tables.end()) network_.tables.push_back(std::move(table));
    return index;
  }

  void add_entry() {
    if (!shape_.tokens) {
      signal_ = network_.input_signal = add_signal("input", SignalRole::Input, draw_format(true, 8, 6, -2));
      count_ = shape_.inputs;
      return;
    }
    FixedEmbedding layer{"embedding", -1, -1};
    count_ = shape_.tied ? cells() * shape_.hidden : 3;
    layer.weights = add_matrix("embedding.table", shape_.inputs, count_);
    layer.output_signal = signal_ =
        add_signal("embedding.out", SignalRole::Embedding, draw_format(true, 8, 6, -2));
    network_.layers.emplace_back(layer);
  }

  void add_select() { network_.layers.emplace_back(FixedSelect{"select", *shape_.select}); }

  void add_dense(const std::string& name, int outputs, bool relu, bool last) {
    FixedDense layer;
    layer.name = name;
    layer.input_signal = signal_;
    layer.weights = last && shape_.tied ? 0 : add_matrix(name + ".W", outputs, count_);
    layer.bias = draw_bias(outputs);
    if (relu)
      layer.pre_signal = add_signal(name + ".pre", SignalRole::PreActivation, draw_format(true, 12, 8, 0));
    layer.output_signal = add_signal(name + ".out", last ? SignalRole::Output : SignalRole::Dense,
                                     draw_format(true, 10, 5, -2));
    if (relu) layer.table = add_table(ExampleFunction::Relu, layer.pre_signal, layer.output_signal);
    signal_ = layer.output_signal;
    count_ = outputs;
    network_.layers.emplace_back(std::move(layer));
  }

  [[nodiscard]] int cells() const { return shape_.direction == ExampleDirection::Both ? 2 : 1; }

  void add_recurrent(int position) {
    FixedRecurrent layer;
    layer.name = fmt::format("rnn{}", position);
    layer.kind = shape_.kind;
    layer.linear_before_reset = shape_.linear_before_reset;
    layer.input_signal = signal_;
    layer.inputs = count_;
    layer.hidden = shape_.hidden;
    layer.cells.resize(static_cast<std::size_t>(cells()));
    layer.cells.back().reverse = shape_.direction != ExampleDirection::Forward;
    for (FixedCell& cell : layer.cells) add_signals(layer, cell);
    signal_ = layer.output_signal =
        add_signal(layer.name + ".h", SignalRole::Hidden, draw_format(true, 8, 7, -2));
    for (FixedCell& cell : layer.cells) {
      cell.signals.hidden = signal_;
      add_gates(layer, cell);
      add_initial_states(layer, cell);
    }
    count_ = layer.hidden * cells();
    network_.layers.emplace_back(std::move(layer));
  }

  // As list_signals() of network/signals.h.
  void add_signals(const FixedRecurrent& layer, FixedCell& cell) {
    const std::string prefix = cell_prefix(layer, cell);
    CellSignals& own = cell.signals;
    for (const std::string& gate : gate_names(layer.kind))
      own.pre_activation.push_back(
          add_signal(prefix + "pre_" + gate, SignalRole::PreActivation, draw_format(true, 10, 6, 0)));
    const bool is_lstm = layer.kind == CellKind::Lstm;
    if (layer.kind == CellKind::Rnn) return;
    for (const std::string& gate :
         is_lstm ? std::vector<std::string>{"i", "o", "f"} : std::vector<std::string>{"z", "r"})
      own.gate.push_back(add_signal(prefix + gate, SignalRole::Gate, draw_format(false, 8, 8, 0)));
    own.gate.push_back(
        add_signal(prefix + (is_lstm ? "g" : "n"), SignalRole::Gate, draw_format(true, 8, 7, -2)));
    if (is_lstm) {
      own.cell = add_signal(prefix + "c", SignalRole::Cell, draw_format(true, 12, 9, 0));
      own.cell_activation = add_signal(prefix + "t", SignalRole::CellActivation, draw_format(true, 8, 7, -2));
    } else if (layer.linear_before_reset) {
      own.recurrent = add_signal(prefix + "rec", SignalRole::Recurrent, draw_format(true, 10, 6, -2));
    } else {
      own.reset_hidden = add_signal(prefix + "rh", SignalRole::ResetHidden, draw_format(true, 8, 7, -2));
    }
  }

  void add_gates(const FixedRecurrent& layer, FixedCell& cell) {
    const std::string prefix = cell_prefix(layer, cell);
    const std::vector<std::string> names = gate_names(layer.kind);
    for (std::size_t g = 0; g < names.size(); ++g) {
      const bool is_rnn = layer.kind == CellKind::Rnn;
      const bool is_candidate = g + 1 == names.size();
      FixedGate gate;
      gate.name = names[g];
      gate.input_weights = add_matrix(prefix + "W_" + gate.name, layer.hidden, layer.inputs);
      gate.recurrent_weights = add_matrix(prefix + "R_" + gate.name, layer.hidden, layer.hidden);
      gate.bias = draw_bias(layer.hidden);
      if (is_candidate && layer.linear_before_reset) gate.recurrent_bias = draw_bias(layer.hidden);
      gate.table =
          add_table(is_candidate ? ExampleFunction::Tanh : ExampleFunction::Sigmoid,
                    cell.signals.pre_activation[g], is_rnn ? cell.signals.hidden : cell.signals.gate[g]);
      cell.gates.push_back(std::move(gate));
    }
    if (layer.kind == CellKind::Lstm)
      cell.cell_table = add_table(ExampleFunction::Tanh, cell.signals.cell, cell.signals.cell_activation);
  }

  void add_initial_states(const FixedRecurrent& layer, FixedCell& cell) {
    if (!shape_.initial_states) return;
    cell.initial_hidden = draw_vector(layer.hidden, format(cell.signals.hidden).format);
    if (layer.kind == CellKind::Lstm)
      cell.initial_cell = draw_vector(layer.hidden, format(cell.signals.cell).format);
  }

  // As if the float biases were the fixed ones: enough for ratios of footprints.
  void count_parameters() {
    for (const WeightMatrix& matrix : network_.weights)
      network_.float_parameters += static_cast<std::int64_t>(matrix.values.size());
    for (const FixedLayer& layer : network_.layers)
      if (const auto* recurrent = std::get_if<FixedRecurrent>(&layer))
        for (const FixedCell& cell : recurrent->cells)
          network_.float_recurrent_parameters += static_cast<std::int64_t>(cell.gates.size()) *
                                                 recurrent->hidden * (recurrent->inputs + recurrent->hidden);
  }

  const ExampleShape& shape_;
  std::mt19937_64 engine_;
  FixedChain network_;
  int signal_ = -1;
  int count_ = 0;
};

}  // namespace

FixedChain make_example(const ExampleShape& shape, std::uint64_t seed) {
  FixedChain network = Builder(shape, seed).built();
  if (const auto verified = verify(network); !verified) {
    std::fprintf(stderr, "example '%s', seed %llu: %s\n", shape.name.c_str(),
                 static_cast<unsigned long long>(seed), verified.error().message.c_str());
    std::abort();
  }
  return network;
}

std::vector<FixedChain> example_networks() {
  std::vector<ExampleShape> shapes(8);
  shapes[0] = {.name = "tiny_lstm", .initial_states = true};
  shapes[1] = {.name = "tiny_gru_reset_before", .kind = CellKind::Gru, .select = SelectKind::LastStep};
  shapes[2] = {
      .name = "tiny_gru_reset_after", .kind = CellKind::Gru, .linear_before_reset = true, .lookup = true};
  shapes[3] = {.name = "tiny_rnn", .kind = CellKind::Rnn, .has_biases = false, .any_format = true};
  shapes[4] = {.name = "tiny_bidirectional",
               .direction = ExampleDirection::Both,
               .layers = 2,
               .relu = true,
               .select = SelectKind::FinalState,
               .inputs = 2,
               .hidden = 2};
  shapes[5] = {.name = "tiny_tied",
               .kind = CellKind::Gru,
               .linear_before_reset = true,
               .tokens = true,
               .tied = true,
               .inputs = 5};
  shapes[6] = {.name = "tiny_streaming", .streaming = true, .any_format = true, .hidden = 3};
  shapes[7] = {.name = "tiny_reverse", .kind = CellKind::Rnn, .direction = ExampleDirection::Reverse};
  std::vector<FixedChain> networks;
  for (const ExampleShape& shape : shapes) networks.push_back(make_example(shape, 1));
  networks[5].output_function = OutputFunction::LogSoftmax;
  return networks;
}

FixedChain random_network(std::uint64_t seed) {
  std::mt19937_64 engine(seed);
  const auto draw = [&](std::uint64_t count) { return static_cast<int>(engine() % count); };
  constexpr std::array kKinds{CellKind::Lstm, CellKind::Gru, CellKind::Rnn};
  constexpr std::array kDirections{ExampleDirection::Forward, ExampleDirection::Reverse,
                                   ExampleDirection::Both};
  ExampleShape shape;
  shape.name = fmt::format("random_{}", seed);
  shape.kind = kKinds[static_cast<std::size_t>(draw(3))];
  shape.linear_before_reset = shape.kind == CellKind::Gru && draw(2) == 0;
  shape.streaming = draw(4) == 0;
  if (!shape.streaming) shape.direction = kDirections[static_cast<std::size_t>(draw(3))];
  shape.layers = 1 + draw(2);
  shape.tokens = draw(3) == 0;
  shape.relu = draw(3) == 0;
  shape.tied = shape.tokens && !shape.relu && draw(2) == 0;
  shape.initial_states = draw(3) == 0;
  shape.has_biases = draw(4) != 0;
  shape.lookup = draw(3) == 0;
  shape.any_format = true;
  if (const int select = draw(3); select > 0)
    shape.select = select == 1 ? SelectKind::LastStep : SelectKind::FinalState;
  shape.inputs = 1 + draw(4);
  shape.hidden = 1 + draw(4);
  shape.outputs = 1 + draw(4);
  return make_example(shape, engine());
}

}  // namespace fixgate
