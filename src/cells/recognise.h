// Tells which cell a layer's statements are, whatever its things are called and whoever wrote them.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <variant>

#include "cells/gru.h"
#include "cells/lstm.h"
#include "cells/rnn.h"

namespace fixgate::cells {

/// A layer that is one direction of an LSTM, GRU or RNN. Values, matrices, constants and the functions of
/// tables are found by the names that this folder gives them: "pre_i", "W_i", "b_i"; a function by the value
/// that its table makes. The attributes' functions are not set.
struct RecognisedCell {
  std::variant<LstmAttributes, GruAttributes, RnnAttributes> attributes;
  RecurrentShape shape;  // with the program's own input
  std::map<std::string, program::ValueId> values;
  std::map<std::string, program::MatrixId> matrices;
  std::map<std::string, program::ConstantId> constants;
  std::map<std::string, program::FunctionId> functions;
};

/// Of a verified program; nothing for a layer that is none of them. Peepholes, clip and input_forget are not
/// looked for: nothing that recognises cells can run them.
std::optional<RecognisedCell> recognise_cell(const program::Program& program, program::LayerId layer);

}  // namespace fixgate::cells
