// Writes values into signals: requantises, counts overflows, shows them to the observer.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "fixed/fixed_network.h"
#include "numeric/requantise.h"
#include "simulate/reference/simulator.h"

namespace fixgate {

using Integers = std::vector<std::int64_t>;

/// A table with all its answers worked out in advance, where there are few enough.
class TableAnswers {
 public:
  explicit TableAnswers(const ActivationTable& table);
  std::int64_t operator()(std::int64_t q, std::int64_t& overflowed) const;

 private:
  struct Answer {
    std::int64_t value = 0;
    std::int64_t overflows = 0;
  };
  ActivationTable table_;
  std::vector<Answer> answers_;  // by q - smallest q; empty for wide inputs
};

class SignalWriter {
 public:
  SignalWriter(const FixedNetwork& network, OverflowCounts& counts, FixedObserver* observer)
      : network_(network), counts_(counts), observer_(observer) {}

  [[nodiscard]] const Format& format(int signal) const { return at(signal).format.format; }

  /// signal[j] <- exact(j) at fraction(j), for j in 0..count-1.
  template <typename Exact, typename Fraction>
  Integers write(int signal, std::size_t count, Exact exact, Fraction fraction) {
    Integers values(count);
    std::int64_t overflows = 0;
    const SignalFormat& target = at(signal).format;
    for (std::size_t j = 0; j < count; ++j) values[j] = requantise(exact(j), fraction(j), target, overflows);
    finish(signal, values, overflows);
    return values;
  }

  /// signal[j] <- table(inputs[j]).
  Integers apply(int signal, const TableAnswers& table, std::span<const std::int64_t> inputs);

  /// Counts and shows values that are already in the format of the signal.
  void finish(int signal, std::span<const std::int64_t> values, std::int64_t overflows);

 private:
  [[nodiscard]] const FixedSignal& at(int signal) const {
    return network_.signals[static_cast<std::size_t>(signal)];
  }

  const FixedNetwork& network_;
  OverflowCounts& counts_;
  FixedObserver* observer_;
};

}  // namespace fixgate
