// The reference simulator: docs/numerics.md in code. Integers only between the quantised input and the
// output.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "data/sequence.h"
#include "diagnostic/error.h"
#include "fixed/fixed_network.h"

namespace fixgate {

/// Row-major integers [rows, columns].
struct IntegerMatrix {
  int rows = 0;
  int columns = 0;
  std::vector<std::int64_t> values;

  IntegerMatrix() = default;
  IntegerMatrix(int row_count, int column_count)
      : rows(row_count),
        columns(column_count),
        values(static_cast<std::size_t>(row_count) * static_cast<std::size_t>(column_count)) {}

  [[nodiscard]] std::span<std::int64_t> row(int index) {
    return {values.data() + static_cast<std::size_t>(index) * static_cast<std::size_t>(columns),
            static_cast<std::size_t>(columns)};
  }
  [[nodiscard]] std::span<const std::int64_t> row(int index) const {
    return {values.data() + static_cast<std::size_t>(index) * static_cast<std::size_t>(columns),
            static_cast<std::size_t>(columns)};
  }
};

/// Hidden and cell state of every cell, carried from call to call where a stream goes on.
struct FixedState {
  struct Cell {
    std::vector<std::int64_t> hidden;
    std::vector<std::int64_t> cell;  // LSTM only
  };
  std::vector<std::vector<Cell>> layers;  // as FixedNetwork::layers, then as FixedRecurrent::cells
};

/// How often a signal was written, and how often its value lay outside its format.
struct OverflowCounts {
  std::vector<std::int64_t> values;     // by signal
  std::vector<std::int64_t> overflows;  // by signal

  explicit OverflowCounts(std::size_t signals) : values(signals), overflows(signals) {}
  void add(const OverflowCounts& other);
};

/// Sees the integers of signals as they arise; of one signal in the order of the steps (of a reverse cell: as
/// it visits them).
class FixedObserver {
 public:
  virtual ~FixedObserver() = default;
  /// `signal` is an index into FixedNetwork::signals.
  virtual void observe(int signal, std::span<const std::int64_t> values) = 0;
};

class ReferenceSimulator {
 public:
  /// `network` is verified and outlives the simulator.
  explicit ReferenceSimulator(const FixedNetwork& network);
  ~ReferenceSimulator();
  ReferenceSimulator(const ReferenceSimulator&) = delete;
  ReferenceSimulator& operator=(const ReferenceSimulator&) = delete;

  [[nodiscard]] FixedState initial_state() const;
  [[nodiscard]] OverflowCounts no_counts() const { return OverflowCounts(network_.signals.size()); }

  /// Outputs [steps or 1, outputs], in the format of the output signal. Safe to call from several threads.
  /// Errors: a token outside the vocabulary, the wrong kind or number of features.
  Result<IntegerMatrix> run(const Sequence& sequence, FixedState& state, OverflowCounts& counts,
                            FixedObserver* observer = nullptr) const;

 private:
  struct Prepared;  // what is derived once from the network

  const FixedNetwork& network_;
  std::unique_ptr<const Prepared> prepared_;
};

}  // namespace fixgate
