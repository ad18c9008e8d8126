#include "explore/plots.h"

#include <gtest/gtest.h>

#include <cmath>

namespace fixgate {
namespace {

Exploration search_that_found(const std::vector<double>& losses) {
  Exploration found;
  found.network = "digits";
  found.float_metric = 0.95;
  found.samples = 100;
  for (const double loss : losses) {
    Figures figures;
    figures.complete = true;
    figures.loss = loss;
    figures.metric = found.float_metric - loss;
    figures.footprint = 0.1 + loss / 10;
    found.front.push_back(found.trials.size());
    found.trials.push_back({{}, figures});
  }
  return found;
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

constexpr std::size_t kLegendArrows = 1;

TEST(TradeoffPlot, PutsWhatIsFarOffAtTheEdgeWithItsMetric) {
  const std::string svg = plot_tradeoff(search_that_found({0.01, 0.5}), {});
  EXPECT_EQ(count(svg, ">45.00 %<"), 1U);
  EXPECT_EQ(count(svg, "<polygon"), kLegendArrows + 2) << "of the trial, and of the front upon it";
}

TEST(TradeoffPlot, ShowsTheBestWhereAllIsFarOff) {
  const std::string svg = plot_tradeoff(search_that_found({0.5, 0.8}), {});
  EXPECT_EQ(count(svg, ">15.00 %<"), 1U);
  EXPECT_EQ(count(svg, ">45.00 %<"), 0U) << "in the frame, at its place";
  EXPECT_EQ(count(svg, "<polygon"), kLegendArrows + 2);
}

TEST(TradeoffPlot, NamesFloatAndTheLimitEvenBeyondTheFrame) {
  Limits limits;
  limits.max_loss = 0.5;
  const std::string svg = plot_tradeoff(search_that_found({0.01}), limits);
  EXPECT_EQ(count(svg, ">float 95.00 %<"), 1U);
  EXPECT_EQ(count(svg, ">--max-loss 50% (below)<"), 1U);
}

TEST(TradeoffPlot, IsDrawnOfNoTrialAtAll) {
  const std::string svg = plot_tradeoff(search_that_found({}), {});
  EXPECT_TRUE(svg.ends_with("</svg>\n"));
  EXPECT_EQ(count(svg, "nan"), 0U);
}

}  // namespace
}  // namespace fixgate
