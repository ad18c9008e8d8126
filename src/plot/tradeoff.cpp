#include "plot/tradeoff.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace fixgate {
namespace {

constexpr double kWidth = 960;
constexpr double kHeight = 560;
constexpr double kLeft = 80;
constexpr double kRight = 130;  // room for the names of levels
constexpr double kTop = 50;
constexpr double kBottom = 70;
constexpr double kLabelSize = 10;
constexpr double kLevelSize = 11;
constexpr double kBetweenLevels = 13;
constexpr double kEdge = 8;       // of a mark at the edge from the frame, so that it lies within
constexpr double kFarLabel = 14;  // beyond it a line leads from a mark to its label

constexpr Box kFrame{{kLeft, kTop}, kWidth - kRight - kLeft, kHeight - kBottom - kTop};

std::string axis_text(MetricKind kind, double value) {
  return kind == MetricKind::Accuracy ? fmt::format("{:.4g} %", 100 * value) : fmt::format("{:.5g}", value);
}

}  // namespace

void MetricRange::take(double value) {
  low = std::min(low, value);
  high = std::max(high, value);
}

MetricRange MetricRange::widened() const {
  const double margin = std::max((high - low) * 0.08, std::abs(high) * 1e-3 + 1e-9);
  return {low - margin, high + margin};
}

TradeoffPage::TradeoffPage(const std::string& title, MetricKind metric, double widest_footprint,
                           const MetricRange& metrics)
    : svg_(kWidth, kHeight),
      x_(0, widest_footprint * 1.05, kLeft, kWidth - kRight),
      y_(metrics.widened().low, metrics.widened().high, kHeight - kBottom, kTop),
      placer_(kFrame) {
  draw_axes(title, metric);
}

void TradeoffPage::draw_axes(const std::string& title, MetricKind metric) {
  svg_.text({kLeft, 26}, title, Anchor::Start, 15);
  for (const double value : x_.ticks(8)) {
    svg_.line({x_.at(value), kTop}, {x_.at(value), kHeight - kBottom}, "#eee");
    svg_.text({x_.at(value), kHeight - kBottom + 18}, fmt::format("{:.3g} %", 100 * value), Anchor::Middle);
  }
  for (const double value : y_.ticks(7)) {
    svg_.line({kLeft, y_.at(value)}, {kWidth - kRight, y_.at(value)}, "#eee");
    svg_.text({kLeft - 6, y_.at(value) + 4}, axis_text(metric, value), Anchor::End);
  }
  svg_.text({(kLeft + kWidth - kRight) / 2, kHeight - kBottom + 40},
            "footprint of the whole model in percent of 32-bit float", Anchor::Middle);
  svg_.upright_text({18, (kTop + kHeight - kBottom) / 2}, metric_name(metric));
}

Place TradeoffPage::place(double footprint, double metric) const {
  if (y_.holds(metric)) return {{x_.at(footprint), y_.at(metric)}, Place::Side::Inside};
  const bool is_below = metric < y_.low();
  return {{x_.at(footprint), is_below ? kHeight - kBottom - kEdge : kTop + kEdge},
          is_below ? Place::Side::Below : Place::Side::Above};
}

void TradeoffPage::level(double metric, const std::string& name, const char* colour) {
  const Place at = place(0, metric);
  const Point end{kWidth - kRight, at.at.y};
  if (at.side == Place::Side::Inside) {
    svg_.line(at.at, end, colour, 1, true);
    placer_.keep_free({{kLeft, end.y - 1}, kFrame.width, 2});
  }
  const char* const where = at.side == Place::Side::Above ? " (above)" : " (below)";
  levels_.push_back({end, name + (at.side == Place::Side::Inside ? "" : where), colour});
}

void TradeoffPage::mark(const Place& place, double radius, const char* colour) {
  if (place.side == Place::Side::Inside)
    svg_.circle(place.at, radius, colour);
  else
    svg_.triangle(place.at, radius, place.side == Place::Side::Above, colour);
  placer_.keep_free({{place.at.x - radius, place.at.y - radius}, 2 * radius, 2 * radius});
}

void TradeoffPage::label(const Place& place, const std::string& text, const char* colour) {
  labels_.push_back({place.at, text, colour});
}

Point TradeoffPage::legend(double x) {
  return {kLeft + x, kHeight - 10};
}

/// Beside the frame, from above to below, none upon another.
void TradeoffPage::draw_levels() {
  std::ranges::stable_sort(levels_, {}, [](const Label& level) { return level.mark.y; });
  double free_from = 0;
  for (const Label& level : levels_) {
    const double y = std::max(level.mark.y, free_from);
    svg_.text({level.mark.x + 6, y + kLevelSize / 3}, level.text, Anchor::Start, kLevelSize, level.colour);
    free_from = y + kBetweenLevels;
  }
}

void TradeoffPage::draw_labels() {
  for (const Label& label : labels_) {
    const Box box = placer_.place(label.mark, label.text, kLabelSize);
    const Point nearest{std::clamp(label.mark.x, box.corner.x, box.corner.x + box.width),
                        std::clamp(label.mark.y, box.corner.y, box.corner.y + box.height)};
    if (std::hypot(nearest.x - label.mark.x, nearest.y - label.mark.y) > kFarLabel)
      svg_.line(label.mark, nearest, label.colour, 0.5);
    svg_.rimmed_text({box.corner.x, box.corner.y + 0.85 * kLabelSize}, label.text, kLabelSize, label.colour);
  }
}

std::string TradeoffPage::finish() {
  draw_levels();
  draw_labels();
  return svg_.finish();
}

}  // namespace fixgate
