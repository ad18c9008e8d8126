// Rounding with compensation: the GPTQ/OBQ idea (Frantar et al. 2022, arXiv 2208.11580 and 2210.17323) for
// recurrent layers, embeddings and decoders, with binary points instead of scales. docs/methods.md has the
// derivation.
#pragma once

#include <string>
#include <vector>

#include "calibrate/weight_statistics.h"
#include "quantize/weights.h"

namespace fixgate {

/// Lowers rounding_cost() row by row: each row at several binary points (if they are not stated), the columns
/// one after the other from the most to the least important, each error made up for by the columns still to
/// come; then single weights are changed as long as that helps. Never costlier than quantise_weights(), row
/// by row. `uses` is not empty; its moments have as many columns as `weights`. `row_widths` as for
/// quantise_weights().
WeightMatrix compensate_weights(const std::string& name, const FloatMatrix& weights,
                                const WeightOptions& options, const std::vector<MatrixUse>& uses,
                                std::vector<int> row_widths = {});

}  // namespace fixgate
