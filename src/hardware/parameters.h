// The parameters of an engine's module.
#pragma once

#include <string>
#include <vector>

#include "hardware/accelerator.h"

namespace fixgate {

/// A constant of the accelerator's package that sets a parameter of the same name; without a type, one that
/// the instance gets as it stands: a file's name, or another constant of the package.
struct Parameter {
  std::string name;     // "InputWidth"
  std::string type;     // "int"
  std::string value;    // "9"
  std::string comment;  // may be empty
};

/// The module of the library: "fg_lstm".
std::string module_of(EngineKind kind);

/// In the order that the module has them. Error: as align_sums.
Result<std::vector<Parameter>> engine_parameters(const Accelerator& accelerator, const Engine& engine);

/// The descriptors of all tables, named Table<index>, which engines refer to.
std::vector<Parameter> table_constants(const FixedChain& network);

/// The signal that an engine hands on, and its travelling width.
int output_signal_of(const FixedChain& network, const Engine& engine);
int output_width_of(const FixedChain& network, const Engine& engine);

/// What comes into the first engine: the bits of a feature or a token inside.
int input_width_of(const FixedChain& network);

}  // namespace fixgate
