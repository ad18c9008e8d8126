// What every simulator of programs asks of its inputs, and what states begin with.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "data/sequence.h"
#include "diagnostic/error.h"
#include "program/fixed_network.h"
#include "program/reading.h"
#include "simulate/reference/tick_reader.h"

namespace fixgate::program {

/// Checks inputs against a program, of which it keeps what it has to look at.
class InputCheck {
 public:
  /// `program` is verified and outlives this.
  explicit InputCheck(const Program& program);

  /// The values that enter from outside, in order.
  [[nodiscard]] const std::vector<ValueId>& inputs() const { return inputs_; }

  /// The ticks of every clock for one sequence of each input, in order. Errors: inputs of the wrong kind,
  /// number or length; too few ticks for what is read at an end.
  [[nodiscard]] Result<TickCounts> count_ticks(std::span<const Sequence> inputs) const;

 private:
  /// A layer that reads a value counted from one of its ends, and so needs some ticks of it.
  struct EndRead {
    LayerId layer;
    ValueId value;
    std::int64_t needed = 0;
  };

  [[nodiscard]] Result<void> check_sequences(std::span<const Sequence> inputs) const;
  [[nodiscard]] Result<TickCounts> count_clocks(std::span<const Sequence> inputs) const;
  [[nodiscard]] Result<void> check_ends(const TickCounts& counts) const;

  const Program& program_;
  std::vector<ValueId> inputs_;
  std::vector<EndRead> ends_;
};

/// What every state remembers at the beginning of a sequence.
Memory initial_memory_of(const FixedNetwork& network);

}  // namespace fixgate::program
