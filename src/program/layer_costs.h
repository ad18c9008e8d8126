// What the layers of a program hold and compute.
#pragma once

#include <cstdint>
#include <optional>

#include "program/product_sites.h"
#include "program/program.h"

namespace fixgate::program {

struct LayerCost {
  std::int64_t parameters = 0;  // of the matrices and constants that are the layer's own
  std::int64_t products = 0;    // of weights with elements, in one tick of its clock
};

/// Products of weights with elements at one use of a matrix, in one tick of its layer; a look-up has none.
std::int64_t products_at(const Program& program, const ProductSite& site);

/// Ticks of a clock in a step, in the mean; nothing for one that ticks once a sequence.
std::optional<double> ticks_per_step(const Program& program, ClockId clock);

/// By layer. A matrix that several layers read is the first one's.
IdVector<LayerId, LayerCost> layer_costs(const Program& program);

/// Products of weights with elements: in the mean of the steps, and once a sequence besides.
struct ProductCount {
  double per_step = 0;
  std::int64_t per_sequence = 0;
};

ProductCount count_products(const Program& program);

}  // namespace fixgate::program
