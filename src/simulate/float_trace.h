// Every signal of one float run, kept.
#pragma once

#include <vector>

#include "simulate/float_runner.h"

namespace fixgate {

/// Values of each signal in the order of the steps; of the hidden state that two cells share first all of the
/// forward cell, then all of the reverse one, in the order in which it visits the steps.
class FloatTrace : public FloatObserver {
 public:
  explicit FloatTrace(std::size_t signals) : values(signals) {}

  void observe(int signal, float* from, Eigen::Index count) override {
    auto& to = values[static_cast<std::size_t>(signal)];
    to.insert(to.end(), from, from + count);
  }

  /// The values as rows of `columns` elements.
  [[nodiscard]] Eigen::Map<const FloatMatrix> rows(int signal, Eigen::Index columns) const {
    const auto& all = values[static_cast<std::size_t>(signal)];
    return {all.data(), static_cast<Eigen::Index>(all.size()) / columns, columns};
  }

  std::vector<std::vector<float>> values;  // by signal
};

}  // namespace fixgate
