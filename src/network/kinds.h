// The words that the float and the fixed-point network share: kinds of cells, layers' details, signals.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "diagnostic/error.h"

namespace fixgate {

enum class CellKind { Lstm, Gru, Rnn };

/// Gates in ONNX's order: LSTM i, o, f, c; GRU z, r, h; RNN i.
std::vector<std::string> gate_names(CellKind kind);

/// From a sequence to one vector: the last step, or each cell's final hidden state.
enum class SelectKind { LastStep, FinalState };

/// Applied to the outputs by their reader, not by the network: docs/numerics.md, section 8.
enum class OutputFunction { None, Softmax, LogSoftmax, ArgMax };

/// The steps that the file's graph takes in one call.
struct CallSteps {
  std::int64_t count = 0;  // 0: any number
  bool repeats = false;  // the graph takes its states and gives them back: a sequence may take several calls

  friend bool operator==(const CallSteps&, const CallSteps&) = default;
};

/// Error: a graph for another number of steps, both named; one that repeats takes any multiple of its own.
Result<void> check_steps(const CallSteps& call, std::int64_t steps);

enum class SignalRole {
  Input,           // features as they enter
  Embedding,       // a token's vector as it enters the next layer
  PreActivation,   // what a gate's or dense layer's table reads
  Gate,            // what a gate's table gives (i, o, f, g; z, r, n)
  Recurrent,       // GRU: R_h h + Rb_h (linear_before_reset = 1)
  ResetHidden,     // GRU: r * h (linear_before_reset = 0)
  Cell,            // LSTM: c
  CellActivation,  // LSTM: tanh(c)
  Hidden,          // h
  Dense,           // what a dense layer hands on
  Output,          // the same, for the last layer of the network
};

/// Where the signals of one cell stand in the network's list of signals. -1: the cell has no such signal.
struct CellSignals {
  std::vector<int> pre_activation;  // by gate, in ONNX's order
  std::vector<int> gate;            // by gate: LSTM i, o, f, g; GRU z, r, n; RNN none
  int recurrent = -1;
  int reset_hidden = -1;
  int cell = -1;
  int cell_activation = -1;
  int hidden = -1;

  friend bool operator==(const CellSignals&, const CellSignals&) = default;
};

std::string to_text(CellKind kind);            // "LSTM"
std::string to_text(SelectKind kind);          // "last_step"
std::string to_text(OutputFunction function);  // "log_softmax"
std::string to_text(SignalRole role);          // "pre_activation"

/// The inverses of to_text. Error: a word that is none of the kind's.
Result<CellKind> parse_cell_kind(std::string_view text);
Result<SelectKind> parse_select_kind(std::string_view text);
Result<OutputFunction> parse_output_function(std::string_view text);
Result<SignalRole> parse_signal_role(std::string_view text);

}  // namespace fixgate
