// What the rows of a slid matrix are multiplied with.
#pragma once

#include <vector>

#include "program/slide.h"
#include "simulate/float/float_values.h"

namespace fixgate::program {

/// The output elements that multiply the same inputs: an output position, of one group.
struct Patch {
  struct Element {
    int row = 0;
    int output = 0;
  };
  std::vector<Tap> taps;
  std::vector<Element> elements;
};

/// In the order of the output elements.
std::vector<Patch> patches_of(const Slide& slide);

/// The inputs under a patch, [ticks, columns of the matrix], zero where there are none.
FloatMatrix inputs_under(const Patch& patch, const FloatMatrix& inputs, Eigen::Index columns);

}  // namespace fixgate::program
