// Where the states of a recurrent cell stand in a program.
#pragma once

#include <optional>

#include "program/id.h"

namespace fixgate {

struct CellStates {
  program::StateId hidden{0};
  std::optional<program::StateId> cell;  // LSTM only
};

}  // namespace fixgate
