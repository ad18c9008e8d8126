// How errors of the rows that tokens look up hurt: by way of the products that read them.
#pragma once

#include <vector>

#include "calibrate/program_run.h"
#include "calibrate/weight_statistics.h"

namespace fixgate::program {

/// The products that read what a look-up writes, in the order of their matrices: where each statement that
/// reads it does so at its own tick, in a term that is a product with a dense matrix and nothing else. Else
/// none: errors then count as they stand.
std::vector<std::size_t> readers_of_lookup(const Program& program, const std::vector<ProductSite>& sites,
                                           std::size_t lookup);

/// The gradient by the sums of the readers, [ticks, sums]; without readers that by what is looked up.
FloatMatrix gradient_behind_lookup(const CalibrationRunner& runner, const ObservedRun& run,
                                   std::size_t lookup, const std::vector<std::size_t>& readers);

/// `fisher`: the second moment of that gradient. `harm`: by token.
MatrixUse lookup_use(const CalibrationRunner& runner, const std::vector<std::size_t>& readers,
                     const Eigen::MatrixXd& fisher, const Eigen::VectorXd& harm);

}  // namespace fixgate::program
