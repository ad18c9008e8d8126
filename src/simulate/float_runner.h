// Runs a Network in float, layer by layer over a sequence: the yardstick of every evaluation, and what
// calibration watches.
#pragma once

#include <vector>

#include "data/sequence.h"
#include "diagnostic/error.h"
#include "network/network.h"
#include "network/signals.h"

namespace fixgate {

/// Hidden and cell state of every cell, carried from call to call where a stream goes on.
struct FloatState {
  struct Cell {
    FloatVector hidden;
    FloatVector cell;  // LSTM only
  };
  std::vector<std::vector<Cell>> layers;  // as Network::layers, then as RecurrentLayer::cells
};

/// Sees the values of signals as they arise; of one signal in the order of the steps (of a reverse cell: as
/// it visits them). What it changes in them is what the run goes on with.
class FloatObserver {
 public:
  virtual ~FloatObserver() = default;
  /// `signal` is an index into SignalList::signals.
  virtual void observe(int signal, float* values, Eigen::Index count) = 0;
};

/// Weights that multiply many steps at once, transposed: [inputs, outputs] by layer, then by cell.
using FloatProjections = std::vector<std::vector<FloatMatrix>>;

class FloatRunner {
 public:
  /// `network` must outlive the runner and keep its weights: the runner holds some of them transposed.
  explicit FloatRunner(const Network& network);

  [[nodiscard]] FloatState initial_state() const;

  /// Outputs [steps or 1, outputs]. Errors: a token outside the vocabulary, the wrong kind or number of
  /// features.
  Result<FloatMatrix> run(const Sequence& sequence, FloatState& state,
                          FloatObserver* observer = nullptr) const;

  [[nodiscard]] const SignalList& signals() const { return signals_; }

 private:
  const Network& network_;
  SignalList signals_;
  FloatProjections projections_;
};

}  // namespace fixgate
