// ONNX GRU (operator sets 7 to 22) as statements.
#pragma once

#include <array>

#include "cells/recurrent.h"

namespace fixgate::cells {

struct GruAttributes {
  bool linear_before_reset = false;
  program::Function gate_function;       // ONNX's f, of z and r
  program::Function candidate_function;  // g, of h
  std::array<bool, 3> has_bias{};        // by gate z, r, h; of h with linear_before_reset: Wb_h
  bool has_recurrent_bias = false;       // Rb_h, with linear_before_reset alone
};

/// Adds one direction to the program. Returns h.
program::ValueId add_gru(program::Program& program, const RecurrentShape& shape,
                         const GruAttributes& attributes);

}  // namespace fixgate::cells
