// Long work that somebody waits for: it may be told to stop, and says how far it is.
#pragma once

#include <stop_token>

#include "diagnostic/error.h"
#include "diagnostic/progress.h"

namespace fixgate {

struct Supervision {
  std::stop_token stop;          // looked at between steps; work that stops has an error for its result
  Progress* progress = nullptr;  // shows the steps behind its own; null: they are shown by themselves

  /// Error: it is to stop.
  [[nodiscard]] Result<void> check() const {
    if (stop.stop_requested()) return fail("interrupted");
    return {};
  }
};

}  // namespace fixgate
