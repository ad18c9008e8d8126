// What one network answers to a data set, sample by sample, scored; and how two networks' answers agree.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "data/metric.h"
#include "data/sequence.h"
#include "diagnostic/supervision.h"
#include "evaluate/graph_runner.h"
#include "program/fixed_network.h"
#include "program/float_network.h"
#include "simulate/simulator.h"
#include "simulate/value_counts.h"

namespace fixgate {

/// The answers to one sample: enough to compare another network's answers with, without keeping every output.
struct Outcome {
  Score score;
  std::vector<std::int64_t> decisions;  // accuracy and perplexity: the class of each row
  FloatMatrix outputs;                  // rmse and mae
};

struct FloatOutcomes {
  std::vector<Outcome> samples;
  double metric = 0;
};

struct FixedOutcomes {
  std::vector<Outcome> samples;
  double metric = 0;
  program::ValueCounts counts{0};
};

/// Sees the real-valued outputs of a sample (by its place in the data set) before they are judged; called
/// from any thread.
using OutputObserver = std::function<void(std::size_t sample, const FloatMatrix& outputs)>;

/// Run over all cores, over samples, or, for a stream, one sample after the other with the state carried
/// through. The result does not depend on the number of threads. Networks have one input and one output, which
/// is what a task has data for. Errors: a network that has others; a vocabulary that is not the network's; those
/// of a sample, with its name; the supervision's, that it is to stop.
Result<FloatOutcomes> run_float(const program::FloatNetwork& network, const DataSet& data,
                                const MetricSpec& metric, const OutputObserver& observer = {},
                                const Supervision& supervision = {});
Result<FixedOutcomes> run_fixed(const program::FixedNetwork& network, const DataSet& data,
                                const MetricSpec& metric, Simulator simulator = Simulator::Fast,
                                const Supervision& supervision = {});

/// The same of a graph that is no program. Error, besides: a text whose state the graph does not give
/// back.
Result<FloatOutcomes> run_float(const GraphRunner& runner, const DataSet& data, const MetricSpec& metric);

/// A network made ready once and run on several data sets, without progress on the terminal.
class FixedRunner {
 public:
  explicit FixedRunner(program::FixedNetwork network);
  ~FixedRunner();
  FixedRunner(const FixedRunner&) = delete;
  FixedRunner& operator=(const FixedRunner&) = delete;

  /// As run_fixed, with the fast simulator. A stream goes on in the state in which the call before left it.
  Result<FixedOutcomes> run(const DataSet& data, const MetricSpec& metric,
                            const OutputObserver& observer = {}, const Supervision& supervision = {});

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

/// Share of equal decisions (accuracy, perplexity), or root of the mean squared difference of the outputs
/// (rmse, mae).
double agreement(const MetricSpec& metric, const std::vector<Outcome>& a, const std::vector<Outcome>& b);

/// Steps of all samples together.
std::int64_t count_steps(const DataSet& data);

}  // namespace fixgate
