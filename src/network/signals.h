// The internal signals of a network: each gets a number format of its own (docs/numerics.md, section 7).
#pragma once

#include <string>
#include <vector>

#include "network/network.h"

namespace fixgate {

struct Signal {
  std::string name;  // "<layer>.<signal>", in a bidirectional layer "<layer>.forward.<signal>"
  SignalRole role = SignalRole::Input;
  bool has_function = false;  // the signal is the output of this function
  ActivationFunction function;
  float largest_constant = 0;  // magnitude, of the constant initial states that the signal starts with
};

/// Where the signals of one layer stand.
struct LayerSignals {
  std::vector<CellSignals> cells;  // recurrent layers
  int pre_activation = -1;         // dense layers with an activation
  int output = -1;  // embedding and dense layers; a recurrent layer's h; what a Select passes on
};

struct SignalList {
  std::vector<Signal> signals;       // in the order of the data flow
  int input = -1;                    // features only
  std::vector<LayerSignals> layers;  // as Network::layers
};

SignalList list_signals(const Network& network);

}  // namespace fixgate
