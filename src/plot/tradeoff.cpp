#include "plot/tradeoff.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

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
      y_(metrics.widened().low, metrics.widened().high, kHeight - kBottom, kTop) {
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
  svg_.text({(kLeft + kWidth) / 2, kHeight - kBottom + 40},
            "footprint of the whole model in percent of 32-bit float", Anchor::Middle);
  svg_.upright_text({18, (kTop + kHeight - kBottom) / 2}, metric_name(metric));
}

void TradeoffPage::level(double metric, const std::string& label, const char* colour) {
  if (!holds(metric)) return;
  svg_.line({kLeft, y_.at(metric)}, {kWidth - kRight, y_.at(metric)}, colour, 1, true);
  svg_.text({kWidth - kRight, y_.at(metric) - 4}, label, Anchor::End, 11, colour);
}

Point TradeoffPage::legend(double x) const {
  return {kLeft + x, kHeight - 10};
}

double TradeoffPage::width() const {
  return kWidth;
}

}  // namespace fixgate
