#include "sweep/results_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <iterator>
#include <map>
#include <utility>

#include "plot/tradeoff.h"

namespace fixgate {
namespace {

constexpr double kWorstLoss = 0.1;  // beyond it a plan stands at the edge: points of accuracy, else relative

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

/// Presets with single methods changed ("default 2/8 +measured"); mixed rows are another way to spend bits.
bool is_variant(const SweepRecord& record) {
  const auto change = record.plan.find('+');
  return change != std::string::npos && !record.plan.substr(change).starts_with("+mixed_rows");
}

/// Without the variants, if anything is left then.
std::vector<SweepRecord> drawn_records(const std::vector<SweepRecord>& records) {
  std::vector<SweepRecord> drawn;
  std::ranges::copy_if(records, std::back_inserter(drawn), std::not_fn(is_variant));
  return drawn.empty() ? records : drawn;
}

double loss_of(const SweepRecord& record) {
  const double unit = record.metric == MetricKind::Accuracy ? 1 : std::abs(record.float_metric);
  return std::abs(record.fixed_metric - record.float_metric) / unit;
}

bool is_near(const SweepRecord& record) {
  return loss_of(record) <= kWorstLoss;
}

class ResultsPlot {
 public:
  explicit ResultsPlot(const std::vector<SweepRecord>& records)
      : records_(drawn_records(records)),
        left_out_(records.size() - records_.size()),
        page_(fmt::format("{}: footprint against {} on the test part", records[0].network,
                          metric_name(records[0].metric)),
              records[0].metric, widest_footprint(), metrics()) {
    page_.level(records[0].float_metric,
                fmt::format("float {}", format_metric(records[0].metric, records[0].float_metric)), "#222");
    draw_lines();
    draw_points();
    draw_legend();
  }

  [[nodiscard]] std::string text() { return page_.finish(); }

 private:
  [[nodiscard]] double widest_footprint() const {
    double widest = 0.02;
    for (const SweepRecord& record : records_) widest = std::max(widest, record.footprint_whole);
    return widest;
  }

  [[nodiscard]] MetricRange metrics() const {
    MetricRange range = MetricRange::of(records_[0].float_metric);
    for (const SweepRecord& record : records_)
      if (is_near(record)) range.take(record.fixed_metric);
    if (std::ranges::any_of(records_, is_near)) return range;
    // The frame shows the best at least.
    const auto best = std::ranges::min_element(records_, {}, loss_of);
    if (std::isfinite(best->fixed_metric)) range.take(best->fixed_metric);
    return range;
  }

  [[nodiscard]] Place place(const SweepRecord& record) const {
    return page_.place(record.footprint_whole, record.fixed_metric);
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
      const Place at = place(record);
      if (at.side != Place::Side::Inside || slash == std::string::npos) continue;
      const Family& family = family_of(record.plan);
      Line& line = lines[{family.preset, widths.substr(slash)}];
      line.colour = family.colour;
      line.points.push_back(at.at);
    }
    for (auto& [key, line] : lines) {
      std::ranges::sort(line.points, {}, &Point::x);
      page_.svg().path(line.points, line.colour, 1);
    }
  }

  void draw_points() {
    for (const SweepRecord& record : records_) {
      const Place at = place(record);
      const char* const colour = family_of(record.plan).colour;
      page_.mark(at, 4, colour);
      const std::string value =
          at.side == Place::Side::Inside ? "" : ": " + format_metric(record.metric, record.fixed_metric);
      page_.label(at, widths_of(record.plan) + value, colour);
    }
  }

  void draw_legend() {
    double x = 5;
    const auto entry = [&](const Family& family) {
      page_.svg().circle({TradeoffPage::legend(x).x, TradeoffPage::legend(x).y - 4}, 4, family.colour);
      page_.svg().text(TradeoffPage::legend(x + 9), family.preset);
      x += 120;
    };
    const auto is_used = [&](const Family& family) {
      return std::ranges::any_of(
          records_, [&](const SweepRecord& record) { return &family_of(record.plan) == &family; });
    };
    for (const Family& family : kFamilies)
      if (is_used(family)) entry(family);
    if (is_used(kOwn)) entry(kOwn);
    if (left_out_ > 0)
      page_.svg().text(TradeoffPage::legend(x),
                       fmt::format("not drawn: {} with single methods changed", left_out_));
  }

  std::vector<SweepRecord> records_;
  std::size_t left_out_;
  TradeoffPage page_;
};

}  // namespace

std::string plot_results(const std::vector<SweepRecord>& records) {
  return ResultsPlot(records).text();
}

}  // namespace fixgate
