// The float network that has a fixed-point network's weights and biases: what is left of it without the
// formats of its signals.
#pragma once

#include <string>
#include <vector>

#include "calibrate/weight_sites.h"
#include "fixed/fixed_chain.h"
#include "network/network.h"

namespace fixgate {

/// A block of floats inside a network: rows under each other.
struct ParameterBlock {
  float* values = nullptr;
  Eigen::Index rows = 0;
  Eigen::Index columns = 0;
};

/// The values of a matrix as real numbers, row by row. `to` [rows, columns].
void write_real_values(const WeightMatrix& matrix, float* to);

/// A network of its own whose parameters can be set. Its layers are those of the network it was made from.
class RealNetwork {
 public:
  /// `fixed` was made from `network`.
  RealNetwork(const Network& network, const FixedChain& fixed);
  RealNetwork(const RealNetwork&) = delete;
  RealNetwork& operator=(const RealNetwork&) = delete;

  [[nodiscard]] const Network& network() const { return network_; }
  [[nodiscard]] const SignalList& signals() const { return signals_; }
  [[nodiscard]] const WeightSites& sites() const { return sites_; }

  /// A weight matrix by its name in a plan.
  [[nodiscard]] ParameterBlock weights(const std::string& name);
  /// The bias that is added to the sums of `signal`, one column; empty: they have none.
  [[nodiscard]] ParameterBlock bias(int signal);

 private:
  void take_weights(const FixedChain& fixed);
  void take_biases(const FixedChain& fixed);

  Network network_;
  SignalList signals_;
  WeightSites sites_;
};

}  // namespace fixgate
