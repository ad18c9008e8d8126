// Beside quantize, whose tests have chains as programs.
#include "calibrate/program_statistics.h"

#include <gtest/gtest.h>

#include "calibrate/patches.h"
#include "quantize/quantise_program.h"
#include "quantize/testing/chain_floats.h"
#include "quantize/testing/same_integers.h"
#include "simulate/float/float_matrix.h"
#include "simulate/testing/random_float_program.h"

namespace fixgate::program {
namespace {

using testing_support::Random;

void expect_near(const Eigen::MatrixXd& got, const Eigen::MatrixXd& wanted, const std::string& what) {
  ASSERT_EQ(got.rows(), wanted.rows()) << what;
  ASSERT_EQ(got.cols(), wanted.cols()) << what;
  if (wanted.size() == 0) return;
  EXPECT_LE((got - wanted).cwiseAbs().maxCoeff(), 2e-4 * wanted.cwiseAbs().maxCoeff() + 1e-12) << what;
}

/// A chain network, its program, and what calibration says of it.
struct Both {
  Network network;
  DataSet data;
  SignalProfile profile;
  FixedChain chain;
  FloatNetwork floats;
};

Both make_both(std::uint64_t seed) {
  Random random(seed);
  auto [network, data] = testing_support::random_network_with_data(random, 6, 20);
  data.is_stream = random.chance(0.3);
  SignalProfile profile = *fixgate::calibrate(network, data);
  FixedChain chain = fixgate::quantise(network, *preset_plan("default", {3, 6}), &profile)->network;
  FloatNetwork floats = testing_support::float_network_of(network, chain);
  return {std::move(network), std::move(data), std::move(profile), std::move(chain), std::move(floats)};
}

MetricSpec any_metric(std::uint64_t seed) {
  if (seed % 3 == 0) return {MetricKind::Rmse, Decision::Argmax};
  return {MetricKind::Accuracy, seed % 3 == 1 ? Decision::Argmax : Decision::Positive};
}

void expect_alike(const WeightStatistics& got, const WeightStatistics& wanted) {
  ASSERT_EQ(got.size(), wanted.size());
  for (const auto& [name, uses] : wanted) {
    ASSERT_TRUE(got.contains(name)) << name;
    ASSERT_EQ(got.at(name).size(), uses.size()) << name;
    for (std::size_t k = 0; k < uses.size(); ++k) {
      const MatrixUse& one = got.at(name)[k];
      expect_near(one.mean, uses[k].mean, name + ": mean");
      expect_near(one.moment, uses[k].moment, name + ": moment");
      expect_near(one.cross, uses[k].cross, name + ": cross");
      expect_near(one.harm, uses[k].harm, name + ": harm");
      EXPECT_EQ(one.has_bias, uses[k].has_bias) << name;
    }
  }
}

TEST(ProgramStatistics, AreThoseOfTheChain) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE(seed);
    const Both both = make_both(seed);
    const FixedNetwork fixed = program_of(both.chain);
    for (const bool in_fixed_point : {false, true}) {
      const auto wanted = fixgate::gather_weight_statistics(
          both.network, in_fixed_point ? &both.chain : nullptr, both.data, any_metric(seed), seed);
      const auto got = gather_weight_statistics(both.floats, in_fixed_point ? &fixed : nullptr,
                                                recordings_of(both.data), any_metric(seed), seed);
      ASSERT_TRUE(got) << got.error().message;
      expect_alike(*got, *wanted);
    }
    if (HasFailure()) return;
  }
}

// The same statistics give the same integers, biases that make up for means among them.
TEST(ProgramStatistics, GiveTheIntegersOfTheChain) {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    SCOPED_TRACE(seed);
    const Both both = make_both(seed);
    const auto statistics =
        *fixgate::gather_weight_statistics(both.network, nullptr, both.data, any_metric(seed), seed);
    FormatPlan plan = *preset_plan("compensated", {static_cast<int>(2 + seed % 4), 8});
    plan.weights.front().mixed_rows = seed % 2 == 0;
    const auto chain = fixgate::quantise(both.network, plan, &both.profile, &statistics);
    ASSERT_TRUE(chain) << chain.error().message;
    const GroupProfile profile = testing_support::group_profile(both.floats.program, both.profile);
    const auto made = quantise(both.floats, plan, {.profile = &profile, .statistics = &statistics});
    ASSERT_TRUE(made) << made.error().message;
    expect_same_integers(made->network, program_of(chain->network));
  }
}

TEST(Patches, HoldWhatRowsAreMultipliedWith) {
  Random random(3);
  const Slide slide{4, 6, 2, {}, {SlideAxis{5, 3, 3, 2, 1, 1}}, false};
  const Matrix matrix{"m", LayerId(0), 6, 6, slide};
  const FloatMatrix weights = testing_support::random_matrix(random, 6, 6, 1);
  const FloatMatrix inputs = testing_support::random_matrix(random, 7, slide.input_size(), 1);
  const FloatMatrix wanted =
      FloatMatrixProduct(matrix, weights).times({inputs.data(), inputs.rows(), inputs.cols()});
  const std::vector<Patch> patches = patches_of(slide);
  EXPECT_EQ(patches.size(), 2U * 3U);  // by group and position
  std::size_t elements = 0;
  for (const Patch& patch : patches) {
    const FloatMatrix under = inputs_under(patch, inputs, weights.cols());
    for (const Patch::Element& element : patch.elements) {
      ++elements;
      const Eigen::VectorXf got = under * weights.row(element.row).transpose();
      EXPECT_LE((got - wanted.col(element.output)).cwiseAbs().maxCoeff(), 1e-5F);
    }
  }
  EXPECT_EQ(elements, static_cast<std::size_t>(slide.output_size()));
}

}  // namespace
}  // namespace fixgate::program
