// What a layer's statements name, in order.
#pragma once

#include <vector>

#include "program/program.h"

namespace fixgate::program {

/// A thing that is named twice stands here twice.
struct LayerUses {
  std::vector<Read> reads;
  std::vector<MatrixId> matrices;
  std::vector<ConstantId> constants;
  std::vector<FunctionId> functions;
};

LayerUses uses_of(const Layer& layer);

/// Every read that a statement makes, in the order in which it names them.
std::vector<Read> reads_of(const Statement& statement);

/// Whether the layer remembers a value of its own from tick to tick.
bool is_recurrent(const Program& program, LayerId layer);

}  // namespace fixgate::program
