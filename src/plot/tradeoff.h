// Footprint across, metric up: the page that trade-offs of one network are drawn on.
#pragma once

#include <string>

#include "data/metric.h"
#include "plot/svg.h"

namespace fixgate {

/// Lowest and highest of the metrics that it has taken.
struct MetricRange {
  double low;
  double high;

  static MetricRange of(double value) { return {value, value}; }
  void take(double value);
  /// With a margin, also where all is one value.
  [[nodiscard]] MetricRange widened() const;
};

/// Names the greatest footprint, and the metrics, that find room on the page.
class TradeoffPage {
 public:
  TradeoffPage(const std::string& title, MetricKind metric, double widest_footprint,
               const MetricRange& metrics);

  [[nodiscard]] Point at(double footprint, double metric) const { return {x_.at(footprint), y_.at(metric)}; }
  [[nodiscard]] bool holds(double metric) const { return y_.holds(metric); }
  /// A dashed line across the page, labelled at its right end; none if it does not fit the page.
  void level(double metric, const std::string& label, const char* colour);
  /// Of a mark in the line below: `x` pixels from the left axis.
  [[nodiscard]] Point legend(double x) const;
  [[nodiscard]] double width() const;

  Svg& svg() { return svg_; }
  [[nodiscard]] std::string finish() const { return svg_.finish(); }

 private:
  void draw_axes(const std::string& title, MetricKind metric);

  Svg svg_;
  Axis x_;
  Axis y_;
};

}  // namespace fixgate
