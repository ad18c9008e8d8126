// The programs of tests/data/programs with real numbers: calibrated and quantised by every preset.
#include <gtest/gtest.h>

#include <cmath>
#include <memory>

#include "program/text.h"
#include "program_files.h"
#include "quantize/batch_run.h"
#include "quantize/calibrated_program.h"
#include "quantize/real_program.h"

namespace fixgate::program {
namespace {

constexpr MetricSpec kRegression{MetricKind::Rmse, Decision::Argmax};

/// The real numbers that the integers of `fixed` stand for.
FloatNetwork real_twin(const FixedNetwork& fixed) {
  FloatNetwork zeros{fixed.program, {}, {}, {}};
  for (const WeightMatrix& matrix : fixed.weights)
    zeros.weights.add(std::make_shared<FloatMatrix>(FloatMatrix::Zero(matrix.rows, matrix.columns)));
  for (const FixedConstant& constant : fixed.constants) {
    Eigen::VectorXd values(static_cast<Eigen::Index>(constant.values.size()));
    for (Eigen::Index k = 0; k < values.size(); ++k)
      values[k] = std::ldexp(static_cast<double>(constant.values[static_cast<std::size_t>(k)]),
                             -constant.fraction.value_or(0));
    zeros.constants.add(std::move(values));
  }
  for (std::size_t k = 0; k < fixed.initial.size(); ++k) zeros.initial.add(FloatVector());
  return RealProgram(zeros, fixed).network();
}

/// Layer normalisation adds up with a matrix A of ones, and needs a variance.
void make_means(FloatNetwork& network) {
  for (const MatrixId id : network.program.matrices.ids())
    if (const Matrix& matrix = network.program.matrices[id]; matrix.name == "A")
      network.weights[id] = std::make_shared<FloatMatrix>(FloatMatrix::Ones(matrix.rows, matrix.columns));
  for (const ConstantId id : network.program.constants.ids()) {
    const std::string& name = network.program.constants[id].name;
    if (name == "share") network.constants[id].setConstant(1.0 / 72);
    if (name == "epsilon") network.constants[id].setConstant(1e-5);
  }
}

class QuantisedPrograms : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    const FixedNetwork fixed = random_network_of(GetParam(), 11);
    network_ = real_twin(fixed);
    make_means(network_);
    const auto verified = verify(network_);
    ASSERT_TRUE(verified) << verified.error().message;
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
      Sequence input = random_input(fixed, 6, seed);
      input.features *= 0.25F;
      data_.push_back({std::move(input)});
    }
    for (const std::vector<Sequence>& inputs : data_) recordings_.recordings.push_back({"noise", inputs});
  }

  FixedNetwork quantised(const std::string& preset, const PresetOptions& widths) {
    auto calibrated = CalibratedProgram::make(network_, recordings_, kRegression, 1);
    EXPECT_TRUE(calibrated) << calibrated.error().message;
    const auto made = calibrated->quantise(*preset_plan(preset, widths));
    EXPECT_TRUE(made) << made.error().message;
    return made->network;
  }

  /// Of all outputs, in dB.
  double sqnr_of(const FixedNetwork& fixed) {
    const auto got = BatchRunner(fixed).run({data_, false});
    EXPECT_TRUE(got) << got.error().message;
    const FloatRunner runner(network_);
    double signal = 0;
    double noise = 0;
    for (std::size_t k = 0; k < data_.size(); ++k) {
      FloatMemory memory = runner.initial_memory();
      const auto wanted = *runner.run(data_[k], memory);
      for (std::size_t output = 0; output < wanted.size(); ++output) {
        signal += wanted[output].squaredNorm();
        noise += (wanted[output] - (*got)[k][output]).squaredNorm();
      }
    }
    return 10 * std::log10(signal / noise);
  }

  FloatNetwork network_;
  std::vector<std::vector<Sequence>> data_;
  Recordings recordings_;
};

TEST_P(QuantisedPrograms, AreCloseToFloat) {
  const double narrow = sqnr_of(quantised("default", {8, 8}));
  const double wide = sqnr_of(quantised("default", {12, 14}));
  EXPECT_GT(narrow, 20);
  EXPECT_GT(wide, narrow + 15);
}

TEST_P(QuantisedPrograms, AreCompensated) {
  const double nearest = sqnr_of(quantised("default", {4, 10}));
  const double compensated = sqnr_of(quantised("compensated", {4, 10}));
  EXPECT_GT(compensated, nearest);
}

INSTANTIATE_TEST_SUITE_P(All, QuantisedPrograms,
                         testing::Values("silero", "gtcrn_block", "autoencoder", "aecmos"));

}  // namespace
}  // namespace fixgate::program
