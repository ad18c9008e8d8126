// ONNX RNN (operator sets 7 to 22) as statements.
#pragma once

#include "cells/recurrent.h"

namespace fixgate::cells {

struct RnnAttributes {
  program::Function function;  // ONNX's f
  bool has_bias = false;
};

/// Adds one direction to the program. Returns h.
program::ValueId add_rnn(program::Program& program, const RecurrentShape& shape,
                         const RnnAttributes& attributes);

}  // namespace fixgate::cells
