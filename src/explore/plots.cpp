#include "explore/plots.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "explore/claims.h"
#include "explore/uniform_grid.h"
#include "plot/svg.h"
#include "plot/tradeoff.h"
#include "sweep/records.h"

namespace fixgate {
namespace {

constexpr double kWorstLoss = 0.1;  // beyond it a plan stands at the edge
constexpr const char* kTrialColour = "#b8c4d0";
constexpr const char* kFrontColour = "#1f6fb4";

/// One figure of footprint against metric.
class Tradeoff {
 public:
  Tradeoff(const Exploration& found, const Limits& limits)
      : found_(found),
        limits_(limits),
        claims_(claims_of(found)),
        page_(fmt::format("{}: footprint against {} on {} validation samples", found.network,
                          metric_name(found.metric), found.samples),
              found.metric, widest_footprint(), metrics()) {
    draw_levels();
    draw_trials();
    draw_front();
    draw_claims();
    draw_legend();
  }

  [[nodiscard]] std::string text() { return page_.finish(); }

 private:
  [[nodiscard]] const Figures& figures(std::size_t trial) const { return found_.trials[trial].figures; }

  [[nodiscard]] double widest_footprint() const {
    double widest = 0.02;
    for (const SeenTrial& trial : found_.trials)
      if (trial.figures.usable()) widest = std::max(widest, trial.figures.footprint);
    for (const Claim& claim : claims_) widest = std::max(widest, claim.footprint);
    return widest;
  }

  [[nodiscard]] bool is_near(std::size_t member) const { return std::abs(figures(member).loss) < kWorstLoss; }

  /// What is far worse than the front and the claims stands at the edge.
  [[nodiscard]] MetricRange metrics() const {
    MetricRange range = MetricRange::of(found_.float_metric);
    for (const std::size_t member : found_.front)
      if (is_near(member)) range.take(figures(member).metric);
    for (const Claim& claim : claims_) range.take(metric_at(found_, claim.loss));
    if (limits_.max_loss && *limits_.max_loss < kWorstLoss) range.take(metric_at(found_, *limits_.max_loss));
    if (std::ranges::any_of(found_.front, [&](std::size_t member) { return is_near(member); })) return range;
    // The frame shows the best of the front at least.
    const auto loss = [&](std::size_t member) { return std::abs(figures(member).loss); };
    const auto best = std::ranges::min_element(found_.front, {}, loss);
    if (best != found_.front.end() && std::isfinite(figures(*best).metric)) range.take(figures(*best).metric);
    return range;
  }

  [[nodiscard]] Place place(const Figures& figures) const {
    return page_.place(figures.footprint, figures.metric);
  }

  void draw_levels() {
    page_.level(found_.float_metric,
                fmt::format("float {}", format_metric(found_.metric, found_.float_metric)), "#222");
    if (limits_.max_loss)
      page_.level(metric_at(found_, *limits_.max_loss),
                  fmt::format("--max-loss {:g}%", 100 * *limits_.max_loss), "#b33");
  }

  void draw_trials() {
    for (const auto& [candidate, one] : found_.trials) {
      if (!one.usable()) continue;
      const Place at = place(one);
      if (at.side != Place::Side::Inside)
        page_.mark(at, 3, kTrialColour);
      else
        page_.svg().circle(at.at, one.complete ? 3 : 2, one.complete ? kTrialColour : "none", kTrialColour);
    }
  }

  void draw_front() {
    std::vector<Point> points;
    for (const std::size_t member : found_.front) {
      const Place at = place(figures(member));
      page_.mark(at, 4, kFrontColour);
      if (at.side == Place::Side::Inside)
        points.push_back(at.at);
      else
        page_.label(at, format_metric(found_.metric, figures(member).metric), kFrontColour);
    }
    page_.svg().path(points, kFrontColour, 1.5);
    if (found_.chosen) page_.svg().circle(place(figures(*found_.chosen)).at, 8, "none", "#d62728");
  }

  void draw_claims() {
    for (const Claim& claim : claims_) {
      const Place at = page_.place(claim.footprint, metric_at(found_, claim.loss));
      page_.svg().diamond(at.at, 6, "#e08a00");
      page_.label(at, claim.label, "#a06000");
    }
  }

  void draw_legend() {
    Svg& svg = page_.svg();
    const auto mark = [&](double x) {
      return Point{TradeoffPage::legend(x).x, TradeoffPage::legend(x).y - 4};
    };
    svg.circle(mark(5), 4, "#1f6fb4");
    svg.text(TradeoffPage::legend(14), "front (by the bound of the loss)");
    svg.circle(mark(215), 7, "none", "#d62728");
    svg.text(TradeoffPage::legend(226), "chosen");
    svg.circle(mark(285), 3, "#b8c4d0");
    svg.text(TradeoffPage::legend(294), "all samples seen");
    svg.circle(mark(405), 2, "none", "#b8c4d0");
    svg.text(TradeoffPage::legend(414), "lost its race");
    svg.triangle(mark(505), 3, false, kTrialColour);
    svg.text(TradeoffPage::legend(514), "beyond the frame");
    if (claims_.empty()) return;
    svg.diamond(mark(625), 6, "#e08a00");
    svg.text(TradeoffPage::legend(636), "the source's claim, for its own network");
  }

  const Exploration& found_;
  const Limits& limits_;
  std::vector<Claim> claims_;
  TradeoffPage page_;
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
        fmt::format("{}: {}", shown_level(found.space.dimensions[*changed], candidate[*changed]),
                    percent(figures.loss)),
        loss_shade(figures.loss)};
    is_empty = false;
  }
  return is_empty ? "" : draw(map);
}

}  // namespace fixgate
