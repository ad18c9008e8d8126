// The gradient that calibration sends back through a network: of labels that the network itself would give.
#pragma once

#include <cstdint>
#include <random>

#include "data/metric.h"
#include "data/sequence.h"

namespace fixgate {

/// Derivative by each output of the negative log-likelihood of a label drawn from the distribution that the
/// outputs stand for: softmax, one logit's sigmoid (Decision::Positive), or for rmse and mae a normal one of
/// unit variance. Its expected outer product is the Fisher information of the outputs. `outputs` [rows,
/// outputs].
FloatMatrix sampled_output_gradient(const MetricSpec& metric, const FloatMatrix& outputs,
                                    std::mt19937_64& random);

/// The expected square of that derivative, without sampling: p (1 - p), or 1. [rows, outputs]
FloatMatrix expected_output_square(const MetricSpec& metric, const FloatMatrix& outputs);

/// How far `outputs` are from `wanted`, both [rows, outputs], summed over the rows: the Kullback-Leibler
/// divergence in nats of the distributions that they stand for from those that are wanted, or half the
/// squared error.
double output_divergence(const MetricSpec& metric, const FloatMatrix& wanted, const FloatMatrix& outputs);

/// Its derivative by `outputs`.
FloatMatrix divergence_gradient(const MetricSpec& metric, const FloatMatrix& wanted,
                                const FloatMatrix& outputs);

}  // namespace fixgate
