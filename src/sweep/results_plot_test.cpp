#include "sweep/results_plot.h"

#include <gtest/gtest.h>

#include <cmath>

namespace fixgate {
namespace {

SweepRecord result(const char* plan, double footprint, double metric) {
  SweepRecord record;
  record.network = "digits";
  record.plan = plan;
  record.metric = MetricKind::Accuracy;
  record.float_metric = 0.98;
  record.fixed_metric = metric;
  record.footprint_whole = footprint;
  return record;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

TEST(ResultsPlot, HasAPointAPlanAndALineAPresetAndWidthOfActivations) {
  const std::string svg = plot_results({result("default 8/8", 0.25, 0.98), result("default 4/8", 0.13, 0.96),
                                        result("default 4/6", 0.12, 0.95), result("learned 2/8", 0.07, 0.975),
                                        result("embedding-binary", 0.05, 0.97)});
  EXPECT_EQ(count(svg, ">4/8<"), 1U);
  EXPECT_EQ(count(svg, ">embedding-binary<"), 1U);
  EXPECT_EQ(count(svg, ">default<"), 1U);
  EXPECT_EQ(count(svg, ">learned<"), 1U);
  EXPECT_EQ(count(svg, ">plans by name<"), 1U);
  EXPECT_EQ(count(svg, ">paper<"), 0U);
  EXPECT_EQ(count(svg, "<circle"), 5U + 3U);
  EXPECT_EQ(count(svg, "not drawn"), 0U);
}

TEST(ResultsPlot, LeavesOutPresetsWithSingleMethodsChanged) {
  const std::string svg =
      plot_results({result("default 8/8", 0.25, 0.98), result("default 4/8 +measured", 0.125, 0.97)});
  EXPECT_EQ(count(svg, "measured"), 0U);
  EXPECT_EQ(count(svg, ">not drawn: 1 with single methods changed<"), 1U);
  const std::string mixed =
      plot_results({result("default 8/8", 0.25, 0.98), result("default 4/8 +mixed_rows", 0.125, 0.97)});
  EXPECT_EQ(count(mixed, "4/8 +mixed_rows"), 1U);
}

TEST(ResultsPlot, DrawsVariantsWhereThereIsNothingElse) {
  const std::string svg = plot_results({result("default 4/8 +measured", 0.125, 0.97)});
  EXPECT_EQ(count(svg, ">4/8 +measured<"), 1U);
  EXPECT_EQ(count(svg, "not drawn"), 0U);
}

TEST(ResultsPlot, NamesWhatIsFarOffAtTheEdge) {
  const std::string svg = plot_results({result("default 8/8", 0.25, 0.98), result("paper 2/4", 0.06, 0.5)});
  EXPECT_EQ(count(svg, ">8/8<"), 1U);
  EXPECT_EQ(count(svg, ">2/4: 50.00 %<"), 1U);
  EXPECT_EQ(count(svg, "<polygon"), 1U) << "an arrow";
}

// The frame is that of the best then.
TEST(ResultsPlot, IsNotEmptyWhereAllIsFarOff) {
  const std::string svg = plot_results({result("paper 8/8", 0.25, 0.6), result("paper 2/4", 0.06, 0.1),
                                        result("paper 3/4", 0.07, std::nan(""))});
  EXPECT_EQ(count(svg, ">8/8<"), 1U);
  EXPECT_EQ(count(svg, ">2/4: 10.00 %<"), 1U);
  EXPECT_EQ(count(svg, ">3/4: nan %<"), 1U);
  EXPECT_EQ(count(svg, "=\"nan"), 0U) << "no place is nan";
}

}  // namespace
}  // namespace fixgate
