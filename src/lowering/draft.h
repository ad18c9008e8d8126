// A program while it is written: layers in any order, values that are moved kept apart from statements.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "program/float_network.h"
#include "program/layer_builder.h"

namespace fixgate::lowering {

/// One element of a value that is moved: an element of a value at a tick, or a number.
struct Atom {
  std::optional<program::ValueId> value = std::nullopt;  // none: a number
  program::Tick tick = {};
  int element = 0;
  float number = 0;

  friend bool operator==(const Atom&, const Atom&) = default;
};

using Atoms = std::vector<Atom>;

/// An element of a state input, and what an earlier tick of the program makes it: element `element` of
/// `value`, `back` ticks before the call begins.
struct StateUse {
  program::ValueId state;
  int state_element = 0;
  program::ValueId value;
  int element = 0;
  std::int64_t back = 1;
  bool is_first = false;  // of a layer that runs in reverse: the first tick is its last
};

/// A cell's state that a state input begins.
struct InitialUse {
  program::StateId state;
  program::ValueId value;  // that the state input is a step later
  program::ValueId input;
  bool is_reverse = false;  // begins anew in every call
};

/// The network under construction. Its program's layers may read layers behind them, and a value in `moves`
/// has a layer without a statement; arrange() makes a program of it.
struct Draft {
  program::FloatNetwork network;
  std::map<program::ValueId, Atoms> moves;
  std::map<std::string, program::ValueId> state_inputs;  // by graph input
  std::vector<StateUse> state_uses;
  std::vector<InitialUse> initial_uses;
  std::map<program::ValueId, program::ValueId> replaced_states;  // by cell state: what is read instead of it
  std::set<program::ValueId> carried;  // their earlier ticks are those of the call before

  program::MatrixId add_matrix(program::MatrixId id, FloatMatrix weights);
  program::MatrixId share_matrix(program::MatrixId id, SharedMatrix weights);
  program::ConstantId add_constant(program::ConstantId id, Eigen::VectorXd numbers);
  /// A name that no layer has yet, made of a node's name.
  std::string layer_name(const std::string& node);

 private:
  std::set<std::string> names_;
};

/// Letters, digits and underscores of a file's name, as names of layers have them.
std::string identifier(const std::string& name);

/// A program with verified order: layers behind what they read, groups of layers that read each other through
/// states joined into one, what no output needs left out, moves written as statements. Error: a value that
/// depends on itself within a tick.
Result<program::FloatNetwork> arrange(Draft draft);

}  // namespace fixgate::lowering
