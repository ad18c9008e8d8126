#include "explore/plots.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "explore/claims.h"
#include "explore/plot/svg.h"
#include "explore/uniform_grid.h"
#include "sweep/records.h"

namespace fixgate {
namespace {

constexpr double kWidth = 860;
constexpr double kHeight = 560;
constexpr double kLeft = 80;
constexpr double kRight = 30;
constexpr double kTop = 50;
constexpr double kBottom = 70;

std::string axis_text(MetricKind kind, double value) {
  return kind == MetricKind::Accuracy ? fmt::format("{:.4g} %", 100 * value) : fmt::format("{:.5g}", value);
}

/// Lowest and highest, with a margin.
struct Range {
  double low = INFINITY;
  double high = -INFINITY;

  void take(double value) {
    low = std::min(low, value);
    high = std::max(high, value);
  }
  [[nodiscard]] Range widened() const {
    const double margin = std::max((high - low) * 0.08, std::abs(high) * 1e-3 + 1e-9);
    return {low - margin, high + margin};
  }
};

/// One figure of footprint against metric.
class Tradeoff {
 public:
  Tradeoff(const Exploration& found, const Limits& limits)
      : found_(found), claims_(claims_of(found)), svg_(kWidth, kHeight), x_(x_axis()), y_(y_axis()) {
    draw_axes();
    draw_float(limits);
    draw_trials();
    draw_front();
    draw_claims();
    draw_legend();
  }

  [[nodiscard]] std::string text() const { return svg_.finish(); }

 private:
  [[nodiscard]] const Figures& figures(std::size_t trial) const { return found_.trials[trial].figures; }

  [[nodiscard]] Axis x_axis() const {
    Range range{0, 0.02};
    for (const SeenTrial& trial : found_.trials)
      if (trial.figures.usable()) range.take(trial.figures.footprint);
    for (const Claim& claim : claims_) range.take(claim.footprint);
    return {0, range.high * 1.05, kLeft, kWidth - kRight};
  }

  /// What is far worse than the front and the claims is left out.
  [[nodiscard]] Axis y_axis() const {
    Range range;
    range.take(found_.float_metric);
    for (const std::size_t member : found_.front)
      if (std::abs(figures(member).loss) < 0.1) range.take(figures(member).metric);
    for (const Claim& claim : claims_) range.take(metric_at(found_, claim.loss));
    const Range wide = range.widened();
    return {wide.low, wide.high, kHeight - kBottom, kTop};
  }

  [[nodiscard]] Point place(const Figures& figures) const {
    return {x_.at(figures.footprint), y_.at(figures.metric)};
  }

  void draw_axes() {
    svg_.text({kLeft, 26},
              fmt::format("{}: footprint against {} on {} validation samples", found_.network,
                          metric_name(found_.metric), found_.samples),
              Anchor::Start, 15);
    for (const double value : x_.ticks(8)) {
      svg_.line({x_.at(value), kTop}, {x_.at(value), kHeight - kBottom}, "#eee");
      svg_.text({x_.at(value), kHeight - kBottom + 18}, fmt::format("{:.3g} %", 100 * value), Anchor::Middle);
    }
    for (const double value : y_.ticks(7)) {
      svg_.line({kLeft, y_.at(value)}, {kWidth - kRight, y_.at(value)}, "#eee");
      svg_.text({kLeft - 6, y_.at(value) + 4}, axis_text(found_.metric, value), Anchor::End);
    }
    svg_.text({(kLeft + kWidth) / 2, kHeight - kBottom + 40},
              "footprint of the whole model in percent of 32-bit float", Anchor::Middle);
    svg_.upright_text({18, (kTop + kHeight - kBottom) / 2}, metric_name(found_.metric));
  }

  void draw_float(const Limits& limits) {
    horizontal(found_.float_metric, "#222",
               fmt::format("float {}", format_metric(found_.metric, found_.float_metric)));
    if (limits.max_loss)
      horizontal(metric_at(found_, *limits.max_loss), "#b33",
                 fmt::format("--max-loss {:g}%", 100 * *limits.max_loss));
  }

  void horizontal(double value, const char* colour, const std::string& label) {
    if (!y_.holds(value)) return;
    svg_.line({kLeft, y_.at(value)}, {kWidth - kRight, y_.at(value)}, colour, 1, true);
    svg_.text({kWidth - kRight, y_.at(value) - 4}, label, Anchor::End, 11, colour);
  }

  void draw_trials() {
    for (const auto& [candidate, one] : found_.trials)
      if (one.usable() && y_.holds(one.metric))
        svg_.circle(place(one), one.complete ? 3 : 2, one.complete ? "#b8c4d0" : "none", "#b8c4d0");
  }

  void draw_front() {
    std::vector<Point> points;
    for (const std::size_t member : found_.front)
      if (y_.holds(figures(member).metric)) points.push_back(place(figures(member)));
    svg_.path(points, "#1f6fb4", 1.5);
    for (const Point& point : points) svg_.circle(point, 4, "#1f6fb4");
    if (found_.chosen && y_.holds(figures(*found_.chosen).metric))
      svg_.circle(place(figures(*found_.chosen)), 8, "none", "#d62728");
  }

  void draw_claims() {
    for (const Claim& claim : claims_) {
      const Point at{x_.at(claim.footprint), y_.at(metric_at(found_, claim.loss))};
      svg_.diamond(at, 6, "#e08a00");
      const bool fits = at.x < kWidth - 260;
      svg_.text({at.x + (fits ? 10 : -10), at.y + 14}, claim.label, fits ? Anchor::Start : Anchor::End, 11,
                "#a06000");
    }
  }

  void draw_legend() {
    const double y = kHeight - 10;
    svg_.circle({kLeft + 5, y - 4}, 4, "#1f6fb4");
    svg_.text({kLeft + 14, y}, "front (by the bound of the loss)");
    svg_.circle({kLeft + 215, y - 4}, 7, "none", "#d62728");
    svg_.text({kLeft + 226, y}, "chosen");
    svg_.circle({kLeft + 285, y - 4}, 3, "#b8c4d0");
    svg_.text({kLeft + 294, y}, "all samples seen");
    svg_.circle({kLeft + 405, y - 4}, 2, "none", "#b8c4d0");
    svg_.text({kLeft + 414, y}, "lost its race");
    if (claims_.empty()) return;
    svg_.diamond({kLeft + 505, y - 4}, 6, "#e08a00");
    svg_.text({kLeft + 516, y}, "the source's claim, for its own network");
  }

  const Exploration& found_;
  std::vector<Claim> claims_;
  Svg svg_;
  Axis x_;
  Axis y_;
};

/// Loss to a shade: nothing at none, all at ten percent or more, finer near none.
double loss_shade(double loss) {
  return std::sqrt(std::clamp(loss, 0.0, 0.1) / 0.1);
}

/// The dimension that is not at its widest, if it is the only one.
std::optional<std::size_t> single_change(const Candidate& candidate, const Candidate& widest) {
  std::optional<std::size_t> changed;
  for (std::size_t d = 0; d < candidate.size(); ++d) {
    if (candidate[d] == widest[d]) continue;
    if (changed || candidate[d] == kUntouched) return std::nullopt;
    changed = d;
  }
  return changed;
}

}  // namespace

std::string plot_tradeoff(const Exploration& found, const Limits& limits) {
  return Tradeoff(found, limits).text();
}

std::string plot_grid(const Exploration& found) {
  const UniformGrid grid = uniform_grid(found);
  if (grid.empty()) return "";
  HeatMap map;
  map.title = fmt::format("{}: {} by uniform widths (float {})", found.network, metric_name(found.metric),
                          format_metric(found.metric, found.float_metric));
  map.row_title = "bits of weights";
  map.column_title = "bits of activations";
  for (const int weights : grid.weights) map.rows.push_back(shown_weights(weights));
  for (const int activations : grid.activations) map.columns.push_back(fmt::format("{}", activations));
  for (const Figures* figures : grid.figures)
    map.cells.push_back(figures == nullptr ? HeatMap::Cell{}
                                           : HeatMap::Cell{format_metric(found.metric, figures->metric),
                                                           loss_shade(figures->loss)});
  return draw(map);
}

std::string plot_sensitivity(const Exploration& found) {
  const Candidate top = widest(found.space);
  HeatMap map;
  map.title = fmt::format("{}: loss of each dimension alone, the others at their widest", found.network);
  map.row_title = "dimension";
  std::size_t columns = 0;
  for (const Dimension& dimension : found.space.dimensions)
    columns = std::max(columns, dimension.levels.size());
  if (columns < 2) return "";
  for (std::size_t step = 1; step < columns; ++step) map.columns.push_back(fmt::format("-{}", step));
  map.column_title = "levels below the widest (bits, or table sizes); in a cell: width or size, loss";
  for (const Dimension& dimension : found.space.dimensions) map.rows.push_back(dimension.name);
  map.cells.resize(map.rows.size() * map.columns.size());
  bool is_empty = true;
  for (const auto& [candidate, figures] : found.trials) {
    const auto changed = single_change(candidate, top);
    if (!changed || !figures.usable() || !figures.complete) continue;
    const auto step = static_cast<std::size_t>(top[*changed] - candidate[*changed]);
    map.cells[*changed * map.columns.size() + step - 1] = {
        fmt::format("{}: {:.2f} %", shown_level(found.space.dimensions[*changed], candidate[*changed]),
                    100 * figures.loss),
        loss_shade(figures.loss)};
    is_empty = false;
  }
  return is_empty ? "" : draw(map);
}

}  // namespace fixgate
