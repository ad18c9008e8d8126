// The fixed-point network: the integer program that simulators and generators read, and nothing else.
// What it computes is docs/numerics.md; how it is stored is docs/formats.md.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "network/kinds.h"
#include "numeric/activation_table.h"
#include "numeric/format.h"
#include "numeric/weight_matrix.h"

namespace fixgate {

/// One a row, at the accumulator's fraction of its row. Empty: no bias.
using BiasVector = std::vector<std::int64_t>;

struct FixedSignal {
  std::string name;
  SignalRole role = SignalRole::Input;
  SignalFormat format;

  friend bool operator==(const FixedSignal&, const FixedSignal&) = default;
};

/// Indices are into FixedChain::weights and FixedChain::tables.
struct FixedGate {
  std::string name;  // ONNX's letter
  int input_weights = -1;
  int recurrent_weights = -1;
  BiasVector bias = {};            // Wb + Rb; GRU's h with linear_before_reset: Wb alone, at fW[j] + fx
  BiasVector recurrent_bias = {};  // GRU's h with linear_before_reset alone: Rb, at fR[j] + fh
  int table = -1;

  friend bool operator==(const FixedGate&, const FixedGate&) = default;
};

struct FixedCell {
  bool reverse = false;
  std::vector<FixedGate> gates;  // ONNX's order
  CellSignals signals;
  int cell_table = -1;                       // LSTM: from c to t
  std::vector<std::int64_t> initial_hidden;  // [hidden], in the format of h; empty: zero
  std::vector<std::int64_t> initial_cell;    // [hidden], in the format of c; empty: zero

  friend bool operator==(const FixedCell&, const FixedCell&) = default;
};

struct FixedRecurrent {
  std::string name;
  CellKind kind = CellKind::Lstm;
  bool linear_before_reset = false;
  int input_signal = -1;  // x
  int inputs = 0;
  int hidden = 0;
  std::vector<FixedCell> cells;  // forward, reverse, or both in that order
  int output_signal = -1;        // what the layer hands on

  friend bool operator==(const FixedRecurrent&, const FixedRecurrent&) = default;
};

struct FixedEmbedding {
  std::string name;
  int weights = -1;
  int output_signal = -1;

  friend bool operator==(const FixedEmbedding&, const FixedEmbedding&) = default;
};

struct FixedDense {
  std::string name;
  int input_signal = -1;
  int weights = -1;
  BiasVector bias = {};
  int pre_signal = -1;  // -1: no activation, the accumulator goes straight to the output signal
  int table = -1;       // -1 likewise
  int output_signal = -1;

  friend bool operator==(const FixedDense&, const FixedDense&) = default;
};

struct FixedSelect {
  std::string name;
  SelectKind kind = SelectKind::LastStep;

  friend bool operator==(const FixedSelect&, const FixedSelect&) = default;
};

using FixedLayer = std::variant<FixedEmbedding, FixedRecurrent, FixedDense, FixedSelect>;

struct FixedChain {
  std::string name;
  bool takes_tokens = false;
  int inputs = 0;         // features a step, or the vocabulary's size
  int input_signal = -1;  // features only
  bool streaming = false;
  CallSteps call;  // repeats only where the steps are fixed
  OutputFunction output_function = OutputFunction::None;
  std::vector<FixedSignal> signals;  // in the order of the data flow
  std::vector<WeightMatrix> weights;
  std::vector<ActivationTable> tables;
  std::vector<FixedLayer> layers;
  std::int64_t float_parameters = 0;  // of the network it was made from
  std::int64_t float_recurrent_parameters = 0;
  std::string plan;  // the FormatPlan (TOML) that made it

  friend bool operator==(const FixedChain&, const FixedChain&) = default;
};

/// The signal that carries the network's outputs, and how many there are a step.
int output_signal(const FixedChain& network);
int output_count(const FixedChain& network);
bool outputs_every_step(const FixedChain& network);
const std::string& layer_name(const FixedLayer& layer);

/// What the names of a cell's signals and weights begin with: "<layer>." or, in a bidirectional layer,
/// "<layer>.forward." and "<layer>.reverse.".
std::string cell_prefix(const FixedRecurrent& layer, const FixedCell& cell);

}  // namespace fixgate
