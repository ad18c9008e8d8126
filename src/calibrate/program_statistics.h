// What calibration data say about the weights of a program.
#pragma once

#include <cstdint>

#include "calibrate/program_profile.h"
#include "calibrate/weight_statistics.h"
#include "data/metric.h"
#include "program/fixed_network.h"
#include "program/product_sites.h"

namespace fixgate::program {

/// Of each matrix the first one that shares its weights.
IdVector<MatrixId, MatrixId> shared_matrices(const FloatNetwork& network);

/// Whether a bias makes up for what the mean of a product loses: it stands beside it, and the sum is not one of
/// the network's outputs, unless `metric` is of a regression.
bool has_correctable_bias(const Program& program, const ProductSite& site, const MetricSpec& metric);

/// As fixgate::gather_weight_statistics(), of any program: every product with a dense or slid matrix and every
/// look-up is a use of the matrix, in the order of product_sites_of(). What a slid matrix is multiplied with
/// are the patches under all its output positions; its groups count as one. Gradients are those of all outputs
/// together. Errors: a recording that does not fit the program; the supervision's, that it is to stop.
Result<WeightStatistics> gather_weight_statistics(const FloatNetwork& network, const FixedNetwork* fixed,
                                                  const Recordings& data, const MetricSpec& metric,
                                                  std::uint64_t seed, const Supervision& supervision = {});

}  // namespace fixgate::program
