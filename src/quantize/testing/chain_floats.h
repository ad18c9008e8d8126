// The program of a chain with the chain's own real numbers, for tests that compare the two.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "calibrate/calibrate.h"
#include "calibrate/weight_sites.h"
#include "fixed/program_of.h"
#include "program/float_network.h"
#include "program/format_groups.h"

namespace fixgate::testing_support {

/// Numbers by the names that program_of() gives.
class ChainFloats {
 public:
  explicit ChainFloats(const Network& network) {
    for (const Layer& layer : network.layers) std::visit(*this, layer);
  }

  void operator()(const EmbeddingLayer& layer) { weights[layer.name + ".table"] = layer.table; }
  void operator()(const SelectLayer&) {}
  void operator()(const DenseLayer& layer) {
    weights[layer.name + ".W"] = layer.weights;
    constants[layer.name + ".b"] = layer.bias.cast<double>();
  }
  void operator()(const RecurrentLayer& layer) {
    for (std::size_t c = 0; c < layer.cells.size(); ++c) {
      const RecurrentCell& cell = layer.cells[c];
      const std::string prefix = cell_prefix(layer, c);
      const std::vector<std::string> gates = gate_names(layer.kind);
      const Eigen::Index hidden = layer.hidden();
      for (std::size_t g = 0; g < gates.size(); ++g) {
        const Eigen::Index first = static_cast<Eigen::Index>(g) * hidden;
        add(prefix + "W_" + gates[g], cell.input_weights.middleRows(first, hidden));
        add(prefix + "R_" + gates[g], cell.recurrent_weights.middleRows(first, hidden));
        const Eigen::VectorXd input = cell.input_bias.segment(first, hidden).cast<double>();
        const Eigen::VectorXd recurrent = cell.recurrent_bias.segment(first, hidden).cast<double>();
        const bool is_apart = layer.linear_before_reset && g == 2;
        constants[prefix + "b_" + gates[g]] = is_apart ? input : Eigen::VectorXd(input + recurrent);
        if (is_apart) constants[prefix + "b_rec"] = recurrent;
      }
      initial[prefix + "h"] = cell.initial_hidden;
      initial[prefix + "c"] = cell.initial_cell;
    }
  }

  std::map<std::string, SharedMatrix> weights;
  std::map<std::string, Eigen::VectorXd> constants;
  std::map<std::string, FloatVector> initial;

 private:
  void add(const std::string& name, const FloatMatrix& matrix) {
    weights[name] = std::make_shared<const FloatMatrix>(matrix);
  }
};

/// `chain` was made from `network`.
inline program::FloatNetwork float_network_of(const Network& network, const FixedChain& chain) {
  program::FloatNetwork made;
  made.program = program_of(chain).program;
  const ChainFloats floats(network);
  for (const program::Matrix& matrix : made.program.matrices)
    made.weights.add(floats.weights.at(full_name(made.program, matrix)));
  for (const program::Constant& constant : made.program.constants)
    made.constants.add(floats.constants.at(full_name(made.program, constant)));
  for (const program::State& state : made.program.states)
    made.initial.add(floats.initial.at(full_name(made.program, made.program.values[state.value])));
  const auto verified = verify(made);
  EXPECT_TRUE(verified) << verified.error().message;
  return made;
}

/// A chain's profile by the names of the groups.
inline std::vector<Histogram> group_profile(const program::Program& program, const SignalProfile& profile) {
  std::vector<Histogram> histograms;
  for (const program::FormatGroup& group : format_groups_of(program).groups)
    for (std::size_t k = 0; k < profile.signals.size(); ++k)
      if (profile.signals[k].name == group.name) histograms.push_back(profile.histograms[k]);
  EXPECT_EQ(histograms.size(), profile.histograms.size());
  return histograms;
}

}  // namespace fixgate::testing_support
