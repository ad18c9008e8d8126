// A draft's layers as groups of definitions, which the passes of arrange() change.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "lowering/draft.h"

namespace fixgate::lowering {

/// How one value is made: by a statement, or moved.
struct Definition {
  program::ValueId target;
  std::variant<program::Statement, Atoms> how;

  [[nodiscard]] const program::Statement* statement() const { return std::get_if<program::Statement>(&how); }
  [[nodiscard]] const Atoms* atoms() const { return std::get_if<Atoms>(&how); }
};

/// A layer to be.
struct Group {
  std::string name;
  std::string label;
  program::ClockId clock{0};
  bool is_reverse = false;
  std::vector<Definition> definitions;
};

struct Groups {
  Draft draft;  // its layers and moves are in `groups`
  std::vector<Group> groups;

  program::Program& program() { return draft.network.program; }
  [[nodiscard]] const program::Program& program() const { return draft.network.program; }
};

Groups groups_of(Draft draft);

/// The reads that make a definition, in order; of atoms each value and tick once.
std::vector<program::Read> reads_of(const Definition& definition);

// The passes, in their order.
/// Cells whose state before is another value read that.
void replace_states(Groups& groups);
/// Moves of moves become one; what moves a value as it is becomes a read of it.
void simplify_moves(Groups& groups);
/// Leaves out what no output needs.
void remove_unused(Groups& groups);
/// Sums that only one other sum reads become terms of it, biases those of their matrices; activations join
/// the layers whose sums they read.
void join_sums(Groups& groups);
/// Scales and shifts that only dense matrices read become part of these, in double.
void fold_affine(Groups& groups);
/// Scales and shifts of what matrices alone make become part of these, in double: a batch normalisation behind
/// a convolution.
void fold_affine_behind(Groups& groups);
/// Layers that depend on each other become one; every layer comes after those that it reads. Error: a value
/// that depends on itself within a tick.
Result<void> order_groups(Groups& groups);
/// The program, with new ids.
program::FloatNetwork emit(Groups groups);

/// Moves as statements; values between them are new.
void write_moves(Groups& groups);

}  // namespace fixgate::lowering
