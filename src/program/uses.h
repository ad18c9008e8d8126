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

/// Whether the layer remembers a value of its own from tick to tick.
bool is_recurrent(const Program& program, LayerId layer);

}  // namespace fixgate::program
