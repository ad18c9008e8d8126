// Values that a width for all would ruin: those of wide range, and sums that go on and on.
#pragma once

#include "program/float_network.h"

namespace fixgate::program {

/// Bits that each value needs unless a rule names it; 0: any width will do. What a leading-one table reads, and
/// what is only added up or multiplied element by element into that, has 24 bits: powers and variances span
/// many octaves. So has a sum that adds to what it was a tick before, whose roundings add up, too. What a
/// reciprocal or reciprocal root gives is a factor of whole vectors, and has 16.
IdVector<ValueId, int> least_widths(const FloatNetwork& network);

}  // namespace fixgate::program
