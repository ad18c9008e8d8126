// ONNX LSTM (operator sets 7 to 22) as statements, with peepholes, clip and input_forget.
#pragma once

#include <array>

#include "cells/recurrent.h"

namespace fixgate::cells {

struct LstmAttributes {
  program::Function gate_function;       // ONNX's f, of i, o and f
  program::Function candidate_function;  // g, of c
  program::Function cell_function;       // h
  std::array<bool, 4> has_bias{};        // by gate i, o, f, c
  bool has_peepholes = false;            // P_i, P_o, P_f
  bool has_clip = false;                 // every gate's pre-activation lies within -clip..clip
  bool input_forget = false;             // f = 1 - i
};

/// Adds one direction to the program. Returns h.
program::ValueId add_lstm(program::Program& program, const RecurrentShape& shape,
                          const LstmAttributes& attributes);

}  // namespace fixgate::cells
