// What the layers of a program hold and compute.
#pragma once

#include <cstdint>

#include "program/program.h"

namespace fixgate::program {

struct LayerCost {
  std::int64_t parameters = 0;  // of the matrices and constants that are the layer's own
  std::int64_t products = 0;    // of weights with elements, in one tick of its clock
};

/// By layer. A matrix that several layers read is the first one's.
IdVector<LayerId, LayerCost> layer_costs(const Program& program);

/// Products of weights with elements: in the mean of the steps, and once a sequence besides.
struct ProductCount {
  double per_step = 0;
  std::int64_t per_sequence = 0;
};

ProductCount count_products(const Program& program);

}  // namespace fixgate::program
