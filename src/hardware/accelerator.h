// An accelerator: a network laid out as a chain of engines, one a layer (docs/hardware.md).
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "diagnostic/error.h"
#include "fixed/fixed_chain.h"
#include "program/fixed_network.h"

namespace fixgate {

/// How many multipliers an engine has and how they are arranged.
struct EngineGeometry {
  int slices = 1;  // element-wise units side by side; dense layers have one
  int lanes = 1;   // rows that a slice sums at once
  int split = 1;   // products a row takes at once; a power of two

  [[nodiscard]] int multipliers() const { return slices * lanes * split; }
  friend bool operator==(const EngineGeometry&, const EngineGeometry&) = default;
};

enum class EngineKind { Embedding, Lstm, Gru, Dense };

/// One layer of the network in hardware. Select layers are none: they make the last recurrent engine before
/// them (without one, the dense engine) hand on the last step alone.
struct Engine {
  EngineKind kind = EngineKind::Lstm;
  int layer = -1;          // index into FixedChain::layers
  std::string identifier;  // the layer's name as a SystemVerilog identifier; its instance is u_<identifier>
  int inputs = 0;          // elements of an input vector; an embedding: the vocabulary's size
  int outputs = 0;         // elements of an output vector; recurrent layers: hidden units
  bool emits_last_step = false;
  EngineGeometry geometry;  // an embedding has no multipliers: its geometry means nothing

  friend bool operator==(const Engine&, const Engine&) = default;
};

enum class AcceleratorOutput { Values, Index };

/// What the user asks for. At most one of lanes, cycles_per_step, multipliers steers the geometry; none: 4
/// lanes each.
struct AcceleratorOptions {
  std::string name;  // of the top module; empty: the network's, as module_identifier() has it
  std::vector<std::pair<std::string, int>> lanes;  // by layer; an empty layer name stands for all others
  std::optional<int> cycles_per_step;  // at most; every engine gets the fewest multipliers that reach it
  std::optional<int> multipliers;  // at most, in all: DSP blocks, of which each lane counts as one at least
  std::optional<AcceleratorOutput> output;  // none: index for networks that end in ArgMax, else values
};

struct Accelerator {
  program::FixedNetwork program;         // verified
  FixedChain network;                    // the same as a chain of known layers
  std::vector<program::ValueId> values;  // by signal of the chain
  std::string name;                      // the top module
  AcceleratorOutput output = AcceleratorOutput::Values;
  std::vector<Engine> engines;  // at least one

  /// Multipliers of the matrix-vector units of all engines.
  [[nodiscard]] int multipliers() const;
};

/// Errors: a layer that hardware does not support, lanes that make no sense, a name that is no identifier, a
/// sum that is too wide once all rows of a gate share a binary point.
Result<Accelerator> design_accelerator(program::FixedNetwork network, const AcceleratorOptions& options);

/// The cycle in which the last output beat of each sequence is taken, counted from the cycle in which the
/// first input beat of the first sequence is accepted (that cycle is 0), when input is always offered, one
/// sequence directly after the other, and output always taken. `steps` by sequence, each at least 1.
std::vector<std::int64_t> predict_cycles(const Accelerator& accelerator, std::span<const int> steps);

/// Cycles from one step to the next when input is always offered and output always taken: those of the
/// slowest engine, or of the stream between two of them.
int cycles_per_step(const Accelerator& accelerator);

/// Useful products of one step of the whole chain; layers behind a Select count once a sequence, not here.
std::int64_t products_per_step(const Accelerator& accelerator);

/// Useful products of one sequence of so many steps.
std::int64_t products_per_sequence(const Accelerator& accelerator, int steps);

/// Useful products over one sequence / (multipliers * predicted cycles).
double utilisation(const Accelerator& accelerator, int steps);

/// Writes the folder; whole or not at all. Error: it exists with other content than an accelerator of ours,
/// or cannot be written.
Result<void> write_accelerator(const Accelerator& accelerator, const std::filesystem::path& folder);

/// Error: not such a folder, damaged, or of another version.
Result<Accelerator> read_accelerator(const std::filesystem::path& folder);

}  // namespace fixgate
