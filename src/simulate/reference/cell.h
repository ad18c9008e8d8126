// One step of a recurrent cell: docs/numerics.md, section 7.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "fixed/fixed_network.h"
#include "simulate/reference/row_products.h"
#include "simulate/reference/signal_writer.h"

namespace fixgate {

class ReferenceCell {
 public:
  /// `network` outlives this; `cell` is one of `layer`'s.
  ReferenceCell(const FixedNetwork& network, const FixedRecurrent& layer, const FixedCell& cell);

  /// W x of every gate over a whole sequence: by gate, [steps, hidden].
  using Projection = std::vector<IntegerMatrix>;
  [[nodiscard]] Projection project(const IntegerMatrix& inputs) const;

  /// Advances `state` by step `t` of the projection.
  void step(const Projection& projection, int t, FixedState::Cell& state, SignalWriter& writer) const;

  [[nodiscard]] bool reverse() const { return cell_.reverse; }
  [[nodiscard]] FixedState::Cell initial_state() const;

 private:
  struct Gate {
    Gate(const FixedNetwork& network, const FixedGate& fixed, const Format& input, const Format& hidden);

    const FixedGate& fixed;
    RowProducts input;      // W
    RowProducts recurrent;  // R
    TableAnswers table;
  };

  Integers pre_activation(std::size_t gate, std::span<const std::int64_t> projected,
                          std::span<const std::int64_t> hidden, SignalWriter& writer) const;
  Integers activated_gate(std::size_t gate, const Projection& projection, int t,
                          std::span<const std::int64_t> hidden, SignalWriter& writer) const;
  void lstm(const Projection& projection, int t, FixedState::Cell& state, SignalWriter& writer) const;
  void gru(const Projection& projection, int t, FixedState::Cell& state, SignalWriter& writer) const;
  void rnn(const Projection& projection, int t, FixedState::Cell& state, SignalWriter& writer) const;
  Integers linear_before_reset(std::span<const std::int64_t> projected, const Integers& r,
                               const Integers& hidden, SignalWriter& writer) const;
  Integers reset_before_linear(std::span<const std::int64_t> projected, const Integers& r,
                               const Integers& hidden, SignalWriter& writer) const;

  const FixedRecurrent& layer_;
  const FixedCell& cell_;
  std::vector<Gate> gates_;
  std::optional<TableAnswers> cell_table_;
};

}  // namespace fixgate
