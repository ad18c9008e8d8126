// What calibration data say about weights: what they are multiplied with, and how much an error of each row
// of sums hurts the outputs.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "calibrate/moments.h"
#include "data/metric.h"
#include "diagnostic/supervision.h"
#include "fixed/fixed_chain.h"
#include "network/network.h"

namespace fixgate {

/// One use of a weight matrix. An error D of row r costs, to second order, harm[r] * D^T C D, where C is the
/// covariance of what the row is multiplied with (with a bias that makes up for the mean) or its second
/// moment.
struct MatrixUse {
  Eigen::VectorXd mean;  // [columns] of what the rows are multiplied with
  // [columns, columns] its second moment; an embedding: V^T F V, with F the Fisher information of the sums of
  // the layer that reads it and V that layer's weights, the fixed-point ones where they are known
  Eigen::MatrixXd moment;
  // [columns, columns] an embedding: V^T F W, with W the layer's float weights: moment^-1 cross e is the row
  // that makes up best for the errors of V. Others: as `moment`
  Eigen::MatrixXd cross;
  // [rows] expected rise of the loss in nats (or half squares) for each unit of squared error
  Eigen::VectorXd harm;
  bool has_bias = false;  // a bias is added to each row's sum, which can make up for the mean of the error
};

/// By the name of the weight matrix in a plan; a decoder tied to the embedding is a second use of its table.
using WeightStatistics = std::map<std::string, std::vector<MatrixUse>>;

/// Runs the float network over `samples` and back-propagates, from each row of outputs, the gradient of the
/// negative log-likelihood of a label drawn from the network's own output distribution (of rmse and mae: a
/// unit normal error): the Fisher information (Martens 2014). No label of the data is used. What multiplies
/// the weights is observed in `fixed` where it is given, so that the noise of its recurrence counts. A stream
/// is cut into pieces that each begin at the initial state. The result does not depend on the number of
/// threads. Errors: a sample that does not fit the network; the supervision's, that it is to stop.
Result<WeightStatistics> gather_weight_statistics(const Network& network, const FixedChain* fixed,
                                                  const DataSet& samples, const MetricSpec& metric,
                                                  std::uint64_t seed, const Supervision& supervision = {});

}  // namespace fixgate
