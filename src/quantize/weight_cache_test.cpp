#include "quantize/weight_cache.h"

#include <gtest/gtest.h>

#include "parallel/for_each_index.h"
#include "quantize/calibrated.h"
#include "simulate/testing/random_network.h"

namespace fixgate {
namespace {

using testing_support::make_network;
using testing_support::Random;

FloatMatrix some_weights() {
  Random random(3);
  return FloatMatrix::NullaryExpr(4, 5, [&] { return static_cast<float>(random.number(-90, 90)) / 64; });
}

/// A matrix of 20 weights, rounded in this width.
std::shared_ptr<const WeightMatrix> ask(WeightCache& cache, const std::string& name, int width) {
  WeightOptions options;
  options.code.width = width;
  return cache.get(name, options, [&] { return quantise_weights(name, some_weights(), options); });
}

TEST(WeightCache, KeepsByNameAndOptions) {
  WeightCache cache;
  const auto first = ask(cache, "a", 4);
  EXPECT_EQ(ask(cache, "a", 4), first);
  EXPECT_EQ(cache.hits(), 1U);
  EXPECT_NE(ask(cache, "b", 4), first);
  EXPECT_NE(ask(cache, "a", 5), first);
  WeightOptions whole;
  whole.code.width = 4;
  whole.per_row = false;
  EXPECT_NE(cache.get("a", whole, [&] { return quantise_weights("a", some_weights(), whole); }), first);
  EXPECT_EQ(cache.hits(), 1U);
  EXPECT_EQ(cache.weights(), 80U);
}

TEST(WeightCache, DropsWhatWasAskedForLongestAgo) {
  WeightCache cache(50);
  const auto first = ask(cache, "a", 2);
  ask(cache, "a", 3);
  EXPECT_EQ(ask(cache, "a", 2), first);
  ask(cache, "a", 4);
  EXPECT_EQ(cache.weights(), 40U);
  EXPECT_EQ(ask(cache, "a", 2), first) << "asked for after the one of 3 bits";
  EXPECT_EQ(cache.hits(), 2U);
  WeightCache none(10);
  EXPECT_EQ(ask(none, "a", 2)->values, first->values);
  EXPECT_EQ(none.weights(), 0U);
}

TEST(WeightCache, GivesSeveralThreadsTheSameIntegers) {
  WeightCache cache(100);
  parallel_for_each_index(400, [&](std::size_t k) {
    const int width = 2 + static_cast<int>(k % 7);
    WeightOptions options;
    options.code.width = width;
    EXPECT_EQ(ask(cache, "a", width)->values, quantise_weights("a", some_weights(), options).values);
  });
  EXPECT_LE(cache.weights(), 100U);
}

// Whatever was made before, a plan makes the network that it makes alone.
TEST(WeightCache, ChangesNoNetwork) {
  Random random(7);
  const Network network = make_network(random, testing_support::NetworkShape());
  const DataSet data = testing_support::random_data(random, network, 8, 12);
  const MetricSpec metric{MetricKind::Accuracy, Decision::Argmax};
  auto shared = CalibratedNetwork::make(network, data, metric, 1);
  ASSERT_TRUE(shared);
  for (const char* preset : {"default", "compensated", "paper", "default", "compensated"})
    for (const int width : {2, 8, 2})
      for (const bool once : {true, false}) {
        const FormatPlan plan = *preset_plan(preset, {width, 8});
        auto alone = CalibratedNetwork::make(network, data, metric, 1);
        const auto ours = shared->quantise(plan, once);
        ASSERT_TRUE(ours) << ours.error().message;
        EXPECT_EQ(ours->network, alone->quantise(plan, once)->network) << preset << " " << width;
      }
  EXPECT_GT(shared->weights().hits(), 0U);
}

}  // namespace
}  // namespace fixgate
