// A batch of a graph's inputs and outputs, sequence by sequence.
#pragma once

#include <Eigen/Core>
#include <map>
#include <string>
#include <vector>

#include "data/sequence.h"
#include "diagnostic/error.h"
#include "network/graph.h"
#include "network/kinds.h"

namespace fixgate::agreement {

using Tensors = std::map<std::string, Tensor>;
using DoubleMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// The data of a graph run, split into sequences; the data input is the graph's first input.
std::vector<Sequence> sequences_of(const Tensor& data, bool is_float, std::size_t batch_axis);

/// Applies Softmax, LogSoftmax or ArgMax to each row.
DoubleMatrix apply(OutputFunction function, const FloatMatrix& outputs);

/// "" where the outputs, by sequence, are those of the tensor, whichever of its axes is the batch.
std::string output_difference(const std::vector<DoubleMatrix>& outputs, const Tensor& expected,
                              double tolerance);

/// Random inputs as the graph declares them, dynamic dimensions of the data as in `sizes`; `vocabulary`
/// bounds tokens.
Tensors random_inputs(const Graph& graph, const Shape& sizes, std::int64_t vocabulary, unsigned seed);

}  // namespace fixgate::agreement
