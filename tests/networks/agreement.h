// Does a lowered Network compute what the graph's stored or executed outputs say? Judged sequence by
// sequence.
#pragma once

#include <Eigen/Core>
#include <map>
#include <string>
#include <vector>

#include "data/sequence.h"
#include "diagnostic/error.h"
#include "network/graph.h"
#include "network/network.h"
#include "simulate/float_runner.h"

namespace fixgate::agreement {

using Tensors = std::map<std::string, Tensor>;
using DoubleMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

/// The data of a graph run, split into sequences; the data input is the graph's first input.
std::vector<Sequence> sequences_of(const Tensor& data, bool is_float, std::size_t batch_axis);

/// Everything that the network gives for one batch.
struct Results {
  std::vector<DoubleMatrix> outputs;  // by sequence [steps or 1, outputs], the output function applied
  std::vector<FloatState> states;     // by sequence, after the last step
};

/// Runs every sequence of the batch. State inputs, [vectors, batch, hidden] with names that begin with h or
/// c, start the cells in their order.
Result<Results> run_all(const Network& network, const Graph& graph, const Tensors& inputs,
                        std::size_t batch_axis);

/// Applies Softmax, LogSoftmax or ArgMax to each row.
DoubleMatrix apply(OutputFunction function, const FloatMatrix& outputs);

/// "" where the outputs, by sequence, are those of the tensor, whichever of its axes is the batch.
std::string output_difference(const std::vector<DoubleMatrix>& outputs, const Tensor& expected,
                              double tolerance);

/// "" where the network gives, for every sequence of the batch, the graph's main output and the final states
/// among `expected`, within the tolerance (absolute plus relative); else what differs. Whether the batch is
/// the first or the second axis of the data is found out by trying: one of the two must fit all values.
std::string difference(const Network& network, const Graph& graph, const Tensors& inputs,
                       const Tensors& expected, double tolerance);

/// Random inputs as the graph declares them, dynamic dimensions of the data as in `sizes`; `vocabulary`
/// bounds tokens.
Tensors random_inputs(const Graph& graph, const Shape& sizes, std::int64_t vocabulary, unsigned seed);

}  // namespace fixgate::agreement
