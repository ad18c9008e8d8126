// The trials whose widths are the same everywhere, as weights x activations.
#pragma once

#include <vector>

#include "explore/explore.h"

namespace fixgate {

struct UniformGrid {
  std::vector<int> weights;             // rising
  std::vector<int> activations;         // rising
  std::vector<const Figures*> figures;  // row-major; null where there is no such trial

  [[nodiscard]] bool empty() const { return figures.empty(); }
  [[nodiscard]] const Figures* at(std::size_t row, std::size_t column) const {
    return figures[row * activations.size() + column];
  }
};

/// Of the trials of the grid strategy: all dimensions of weights at one width, all signals at one, tables
/// untouched. Empty if there are fewer than two.
UniformGrid uniform_grid(const Exploration& found);

}  // namespace fixgate
