// The cycles of one engine, exact: docs/hardware.md, "Cycles".
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "hardware/layout.h"

namespace fixgate {

using Cycle = std::int64_t;

/// Cycles behind the cycle in which a row's total is ready.
struct EngineLatency {
  int result = 1;        // until the unit's hidden value (dense: output) is valid, from its last row
  int reset_hidden = 0;  // GRU with a second pass: until r * h is written, from row r

  friend bool operator==(const EngineLatency&, const EngineLatency&) = default;
};

/// From the issue of a group's last word until the total of its first row is ready.
inline constexpr int kRowLatency = 7;
/// From a value's way into the output FIFO until it can be taken.
inline constexpr int kFifoLatency = 2;

/// Of the slowest table of the gates (LSTM's cell table apart), of LSTM's cell table, of a dense layer's
/// activation (0: none).
int gate_table_latency(const FixedChain& network, const FixedRecurrent& layer);
int cell_table_latency(const FixedChain& network, const FixedRecurrent& layer);
int dense_table_latency(const FixedChain& network, const FixedDense& layer);

/// Of one layer of a network; an embedding has none.
EngineLatency engine_latency(const FixedChain& network, const FixedLayer& layer);

/// Cycles from one step to the next of an engine whose neighbours keep up. With C words and L lanes a group
/// takes D = max(C, L) cycles; the first words of the hidden state wait for the last hidden value of the step
/// before:  (G - 1) D + max(D, 7 + rows in the last group - 1 + latency + words of the hidden state),
/// and likewise at the begin of a second pass, which waits for the last r * h.
std::int64_t cycles_per_step(const Schedule& schedule, const EngineLatency& latency);

/// Plays the hand-over of vectors to and from an engine, one step after the other.
class EngineTimer {
 public:
  EngineTimer(const EngineShape& shape, const EngineGeometry& geometry, const EngineLatency& latency);

  /// An input vector whose elements are there from the given cycles on; the cycle in which its last element
  /// is taken.
  Cycle take(std::span<const Cycle> offered);

  /// The step of the vector that was taken last. Every step waits for a place; only one that emits keeps it:
  /// offered() holds its result from then on.
  void step(bool emits);

  /// From which cycles on the elements of the step's result are offered.
  [[nodiscard]] std::span<const Cycle> offered() const { return offered_; }

  /// The last element of the step's result has been taken.
  void result_taken(Cycle cycle);

 private:
  static constexpr int kBuffers = 2;  // halves of the x buffer, and places for results

  // The last word of a step's group, and the last word of x in it.
  struct GroupEnd {
    Cycle last = 0;
    Cycle last_x = 0;
  };

  GroupEnd issue_group(std::size_t group);
  void note_rows(std::size_t group, Cycle last_word);
  void offer_result();

  EngineShape shape_;
  EngineLatency latency_;
  Schedule schedule_;
  std::vector<RowGroup> groups_;
  std::vector<int> completed_unit_;  // by row: the unit whose last row it is; -1: none
  std::size_t second_pass_ = 0;      // its first group; none: the number of groups
  int last_reset_row_ = -1;          // of gate r, if a second pass waits for it

  Cycle next_issue_ = 0;      // the earliest for the next word
  Cycle next_group_end_ = 0;  // the earliest for the last word of the next group
  Cycle hidden_ready_ = 0;    // the earliest for the first word of the hidden state
  Cycle reset_ready_ = 0;     // the same in the second pass
  Cycle last_taken_ = -1;
  std::array<Cycle, kBuffers> half_free_{};   // the earliest for an element of the next vector but one
  std::array<Cycle, kBuffers> place_free_{};  // the earliest for a step's first word
  std::size_t half_ = 0;
  std::size_t place_ = 0;
  std::vector<Cycle> unit_valid_;  // by unit of a slice
  std::vector<Cycle> offered_;
};

}  // namespace fixgate
