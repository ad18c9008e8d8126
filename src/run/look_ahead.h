// How many later steps an output of a program depends on.
#pragma once

#include <cstdint>
#include <optional>

#include "program/program.h"

namespace fixgate {

/// The steps behind its own that an output's tick waits for, at most; nothing: all of the sequence, since a
/// layer runs backwards or reads its end. Without look-ahead a stream may be run in pieces of any length, its
/// states carried on, with the same outputs.
std::optional<std::int64_t> look_ahead_of(const program::Program& program);

}  // namespace fixgate
