// What the engines of a chain carry and count, in the chain's own numbering.
#pragma once

#include <cstdint>
#include <vector>

namespace fixgate::fast {

/// Hidden and cell state of one cell.
struct CellState {
  std::vector<std::int64_t> hidden;
  std::vector<std::int64_t> cell;  // LSTM only
};

/// By layer of the chain, then by cell.
using ChainState = std::vector<std::vector<CellState>>;

/// How often a signal's values lay outside its format.
struct SignalCounts {
  std::vector<std::int64_t> overflows;  // by signal

  explicit SignalCounts(std::size_t signals) : overflows(signals) {}
};

}  // namespace fixgate::fast
