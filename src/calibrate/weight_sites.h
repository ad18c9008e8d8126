// Where a network multiplies: each weight matrix with the signals before and behind it.
#pragma once

#include <string>
#include <vector>

#include "network/network.h"
#include "network/signals.h"

namespace fixgate {

/// "<layer>." or, in a bidirectional layer, "<layer>.forward." and "<layer>.reverse.".
std::string cell_prefix(const RecurrentLayer& layer, std::size_t cell);

/// The name of every weight matrix that the layers read, in a plan's words; a tied decoder has its
/// embedding's.
struct DenseSite {
  std::string matrix;
  std::size_t layer = 0;
  int sum_signal = -1;  // what the rows' sums go into: the pre-activation, or the output
};

enum class Operand {
  Inputs,       // x
  OldHidden,    // h of the step before
  ResetHidden,  // r * h
};

/// One matrix of one gate.
struct GateSite {
  std::string matrix;
  std::size_t layer = 0;
  std::size_t cell = 0;
  std::size_t gate = 0;  // ONNX's order
  Operand operand = Operand::Inputs;
  int sum_signal = -1;  // what the row's sum goes into: the pre-activation, or rec
};

struct WeightSites {
  std::string embedding;  // the table of the first layer; empty: it is none
  std::vector<DenseSite> dense;
  std::vector<GateSite> gates;
};

WeightSites list_weight_sites(const Network& network, const SignalList& signals);

}  // namespace fixgate
