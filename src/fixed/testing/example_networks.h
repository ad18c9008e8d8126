// Small hand-made networks, for the tests of everything that reads a FixedChain.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "fixed/fixed_chain.h"

namespace fixgate {

enum class ExampleDirection { Forward, Reverse, Both };

/// What an example network is made of: [embedding,] recurrent layers, [dense with Relu,] [select,] dense.
struct ExampleShape {
  std::string name = "example";
  CellKind kind = CellKind::Lstm;
  bool linear_before_reset = false;
  ExampleDirection direction = ExampleDirection::Forward;
  int layers = 1;  // recurrent ones
  bool tokens = false;
  bool tied = false;  // the last dense layer has the embedding's matrix; needs tokens
  bool relu = false;
  bool streaming = false;
  bool initial_states = false;
  bool has_biases = true;
  bool lookup = false;      // the gates' tables
  bool any_format = false;  // widths and binary points vary from signal to signal and from row to row
  std::optional<SelectKind> select = std::nullopt;
  int inputs = 3;  // features, or tokens
  int hidden = 4;
  int outputs = 2;
};

/// The same shape and seed give the same network. It is verified.
FixedChain make_example(const ExampleShape& shape, std::uint64_t seed);

/// The named examples: LSTM, GRU with linear_before_reset 0 and 1, RNN, bidirectional, tied embedding,
/// streaming.
std::vector<FixedChain> example_networks();

/// Any shape with up to 2 layers of up to 4 units, any formats of up to 12 bits.
FixedChain random_network(std::uint64_t seed);

}  // namespace fixgate
