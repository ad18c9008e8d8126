// What metrics ask of a row of logits, with the machine's vectors.
#pragma once

#include <cstddef>
#include <span>

namespace fixgate {

/// The place of the greatest value, the first of equals. `values` has one at least, all of them finite.
std::size_t place_of_greatest(std::span<const float> values);

/// log(sum of exp(values)), each exponential in double (4 units in the last place at most), added up in an
/// order that no width of vectors changes. `values` has one at least, all of them finite.
double log_sum_of_exponentials(std::span<const float> values);

}  // namespace fixgate
