#include "calibrate/weight_statistics.h"

#include <gtest/gtest.h>
#include <tbb/global_control.h>

#include "calibrate/output_gradient.h"
#include "simulate/float_runner.h"
#include "simulate/testing/random_network.h"

namespace fixgate {
namespace {

using testing_support::make_network;
using testing_support::NetworkShape;
using testing_support::Random;

constexpr MetricSpec kClasses{MetricKind::Accuracy, Decision::Argmax};

WeightStatistics gather(const Network& network, const DataSet& data) {
  auto statistics = gather_weight_statistics(network, nullptr, data, kClasses, 1);
  EXPECT_TRUE(statistics) << statistics.error().message;
  return statistics ? *statistics : WeightStatistics();
}

// Without a sampled label: what the last layer reads, and p (1 - p).
TEST(WeightStatistics, OfTheLastLayerAreThoseOfItsOutputs) {
  Random random(4);
  NetworkShape shape;
  shape.outputs = 3;
  const Network network = make_network(random, shape);
  const DataSet data = testing_support::random_data(random, network, 10, 6);
  Eigen::MatrixXd moment = Eigen::MatrixXd::Zero(shape.hidden, shape.hidden);
  Eigen::VectorXd harm = Eigen::VectorXd::Zero(3);
  double rows = 0;
  Network body = network;
  const std::string name = layer_name(body.layers.back()) + ".W";
  body.layers.pop_back();
  for (const Sample& sample : data.samples) {
    const FloatRunner whole(network), before(body);
    FloatState state = whole.initial_state(), other = before.initial_state();
    const Eigen::MatrixXd hidden = before.run(sample.sequence, other)->cast<double>();
    moment += hidden.transpose() * hidden;
    harm += expected_output_square(kClasses, *whole.run(sample.sequence, state))
                .colwise()
                .sum()
                .transpose()
                .cast<double>();
    rows += static_cast<double>(hidden.rows());
  }
  const MatrixUse use = gather(network, data).at(name).at(0);
  EXPECT_TRUE(use.moment.isApprox(moment / rows, 1e-4));
  EXPECT_TRUE(use.harm.isApprox(harm / rows, 1e-4));
  EXPECT_FALSE(use.has_bias);
}

TEST(WeightStatistics, AreTheSameForAnyNumberOfThreads) {
  for (const bool is_stream : {false, true}) {
    Random random(8);
    NetworkShape shape;
    shape.tokens = true;
    shape.kind = CellKind::Gru;
    const Network network = make_network(random, shape);
    DataSet data = testing_support::random_data(random, network, 20, 30);
    data.is_stream = is_stream;
    const tbb::global_control one(tbb::global_control::max_allowed_parallelism, 1);
    const WeightStatistics alone = gather(network, data);
    const tbb::global_control many(tbb::global_control::max_allowed_parallelism, 4);
    const WeightStatistics together = gather(network, data);
    ASSERT_EQ(alone.size(), together.size());
    for (const auto& [name, uses] : alone) {
      EXPECT_EQ(uses[0].moment, together.at(name)[0].moment) << name;
      EXPECT_EQ(uses[0].harm, together.at(name)[0].harm) << name;
    }
  }
}

TEST(WeightStatistics, NeedData) {
  Random random(1);
  const Network network = make_network(random, NetworkShape());
  EXPECT_EQ(gather_weight_statistics(network, nullptr, DataSet(), kClasses, 1).error().message,
            "there is no calibration data");
}

}  // namespace
}  // namespace fixgate
