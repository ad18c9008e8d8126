#include "sweep/results_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <utility>

#include "plot/tradeoff.h"

namespace fixgate {
namespace {

constexpr double kWorstLoss = 0.1;  // beyond it a plan is not drawn: points of accuracy, else relative

struct Family {
  const char* preset;
  const char* colour;
};
constexpr std::array kFamilies = {Family{"default", "#1f6fb4"}, Family{"compensated", "#2a9d3f"},
                                  Family{"learned", "#d62728"}, Family{"paper", "#8c6d31"}};
constexpr Family kOwn{"plans by name", "#7b3fa0"};

/// A plan's name as the sweep gives it: "default 4/8", or the name of a file.
const Family& family_of(const std::string& plan) {
  for (const Family& family : kFamilies)
    if (plan.starts_with(std::string(family.preset) + " ")) return family;
  return kOwn;
}

std::string widths_of(const std::string& plan) {
  const Family& family = family_of(plan);
  return &family == &kOwn ? plan : plan.substr(std::string(family.preset).size() + 1);
}

/// What is far off is not drawn, nor are presets with single methods changed ("default 2/8 +measured"); mixed
/// rows are another way to spend bits.
bool is_drawn(const SweepRecord& record) {
  const auto change = record.plan.find('+');
  if (change != std::string::npos && !record.plan.substr(change).starts_with("+mixed_rows")) return false;
  const double loss = std::abs(record.fixed_metric - record.float_metric);
  return loss <= kWorstLoss * (record.metric == MetricKind::Accuracy ? 1 : record.float_metric);
}

class ResultsPlot {
 public:
  explicit ResultsPlot(const std::vector<SweepRecord>& records)
      : records_(records),
        page_(fmt::format("{}: footprint against {} on the test part", records[0].network,
                          metric_name(records[0].metric)),
              records[0].metric, widest_footprint(), metrics()) {
    page_.level(records[0].float_metric,
                fmt::format("float {}", format_metric(records[0].metric, records[0].float_metric)), "#222");
    draw_lines();
    draw_points();
    draw_legend();
  }

  [[nodiscard]] std::string text() const { return page_.finish(); }

 private:
  [[nodiscard]] double widest_footprint() const {
    double widest = 0.02;
    for (const SweepRecord& record : records_) widest = std::max(widest, record.footprint_whole);
    return widest;
  }

  [[nodiscard]] MetricRange metrics() const {
    MetricRange range = MetricRange::of(records_[0].float_metric);
    for (const SweepRecord& record : records_)
      if (is_drawn(record)) range.take(record.fixed_metric);
    return range;
  }

  [[nodiscard]] Point place(const SweepRecord& record) const {
    return page_.at(record.footprint_whole, record.fixed_metric);
  }

  void draw_lines() {
    struct Line {
      const char* colour;
      std::vector<Point> points;
    };
    std::map<std::pair<std::string, std::string>, Line> lines;  // by preset and activations
    for (const SweepRecord& record : records_) {
      const std::string widths = widths_of(record.plan);
      const auto slash = widths.find('/');
      if (!is_drawn(record) || slash == std::string::npos) continue;
      const Family& family = family_of(record.plan);
      Line& line = lines[{family.preset, widths.substr(slash)}];
      line.colour = family.colour;
      line.points.push_back(place(record));
    }
    for (auto& [key, line] : lines) {
      std::ranges::sort(line.points, {}, &Point::x);
      page_.svg().path(line.points, line.colour, 1);
    }
  }

  void draw_points() {
    for (const SweepRecord& record : records_) {
      if (!is_drawn(record)) continue;
      const Point at = place(record);
      page_.svg().circle(at, 4, family_of(record.plan).colour);
      page_.svg().text({at.x + 6, at.y - 4}, widths_of(record.plan), Anchor::Start, 10,
                       family_of(record.plan).colour);
    }
  }

  void draw_legend() {
    double x = 5;
    const auto entry = [&](const Family& family) {
      page_.svg().circle({page_.legend(x).x, page_.legend(x).y - 4}, 4, family.colour);
      page_.svg().text(page_.legend(x + 9), family.preset);
      x += 120;
    };
    const auto is_used = [&](const Family& family) {
      return std::ranges::any_of(records_, [&](const SweepRecord& record) {
        return is_drawn(record) && &family_of(record.plan) == &family;
      });
    };
    for (const Family& family : kFamilies)
      if (is_used(family)) entry(family);
    if (is_used(kOwn)) entry(kOwn);
    const auto left_out =
        std::ranges::count_if(records_, [](const SweepRecord& record) { return !is_drawn(record); });
    if (left_out > 0) page_.svg().text(page_.legend(x), fmt::format("{} not drawn", left_out));
  }

  const std::vector<SweepRecord>& records_;
  TradeoffPage page_;
};

}  // namespace

std::string plot_results(const std::vector<SweepRecord>& records) {
  return ResultsPlot(records).text();
}

}  // namespace fixgate
