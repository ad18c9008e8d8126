#include "data/logits.h"

#include <gtest/gtest.h>
#include <hwy/targets.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

namespace fixgate {
namespace {

std::vector<float> random_values(std::size_t count, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<float> values(count);
  for (float& value : values) value = static_cast<float>(static_cast<int>(random() % 4001) - 2000) / 100;
  return values;
}

/// Runs `check` on every target of this machine.
template <typename Check>
void on_every_target(Check check) {
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    hwy::SetSupportedTargetsForTest(target);
    SCOPED_TRACE(hwy::TargetName(target));
    check();
  }
  hwy::SetSupportedTargetsForTest(0);
}

double plain_log_sum(const std::vector<float>& values) {
  const long double greatest = *std::ranges::max_element(values);
  long double sum = 0;
  for (const float value : values) sum += std::exp(static_cast<long double>(value) - greatest);
  return static_cast<double>(std::log(sum) + greatest);
}

TEST(Logits, GreatestIsTheFirstOfEquals) {
  on_every_target([] {
    for (std::size_t count = 1; count < 70; ++count) {
      const std::vector<float> values = random_values(count, static_cast<std::uint32_t>(count));
      const auto first = std::ranges::max_element(values) - values.begin();
      EXPECT_EQ(place_of_greatest(values), static_cast<std::size_t>(first)) << count;
      EXPECT_EQ(place_of_greatest(std::vector<float>(count, -3.5F)), 0U) << count;
    }
  });
}

TEST(Logits, SumOfExponentialsIsThatOfPlainArithmetic) {
  on_every_target([] {
    for (std::size_t count = 1; count < 70; ++count) {
      const std::vector<float> values = random_values(count, static_cast<std::uint32_t>(count));
      const double expected = plain_log_sum(values);
      EXPECT_NEAR(log_sum_of_exponentials(values), expected, 1e-14 * (1 + std::abs(expected))) << count;
    }
  });
}

TEST(Logits, FarApartValuesNeitherOverflowNorVanish) {
  on_every_target([] {
    EXPECT_DOUBLE_EQ(log_sum_of_exponentials(std::vector<float>{30000.0F, -30000.0F}), 30000.0);
    EXPECT_DOUBLE_EQ(log_sum_of_exponentials(std::vector<float>{-3.0e38F, -3.0e38F}),
                     static_cast<double>(-3.0e38F));
    EXPECT_DOUBLE_EQ(log_sum_of_exponentials(std::vector<float>(10000, 0.0F)), std::log(10000.0));
  });
}

}  // namespace
}  // namespace fixgate
