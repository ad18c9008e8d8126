// When a value exists: docs/numerics.md, "Clocks".
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "network/kinds.h"
#include "program/id.h"

namespace fixgate::program {

enum class ClockKind {
  Step,     // a tick a step of an input's time axis
  Strided,  // a tick every `factor` ticks of the parent
  Once,     // one tick, after the parent's last one
  Inner     // `factor` ticks within each tick of the parent, one after the other
};

/// The ticks at which values exist. A Step clock has no parent; every other clock derives from one.
struct Clock {
  std::string name;
  ClockKind kind = ClockKind::Step;
  std::optional<ClockId> parent = std::nullopt;
  int factor = 1;
  int extra = 0;  // Strided: the clock has floor((ticks of the parent + extra) / factor) ticks, at least none
  CallSteps call = {};  // Step: the ticks that a call has, where the file's graph fixes them

  /// How many ticks there are while the parent has `parent_ticks`.
  [[nodiscard]] std::int64_t ticks(std::int64_t parent_ticks) const {
    if (kind == ClockKind::Once) return 1;
    if (kind == ClockKind::Inner) return parent_ticks * factor;
    if (kind == ClockKind::Strided) return parent_ticks + extra < 0 ? 0 : (parent_ticks + extra) / factor;
    return parent_ticks;
  }

  friend bool operator==(const Clock&, const Clock&) = default;
};

}  // namespace fixgate::program
