// Footprint across, metric up: the page that trade-offs of one network are drawn on.
#pragma once

#include <string>
#include <vector>

#include "data/metric.h"
#include "plot/labels.h"
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

/// Where something stands on the page: what lies above or below the frame stands at its edge.
struct Place {
  enum class Side { Inside, Above, Below };
  Point at;
  Side side = Side::Inside;
};

/// Names the greatest footprint, and the metrics, that find room in the frame.
class TradeoffPage {
 public:
  TradeoffPage(const std::string& title, MetricKind metric, double widest_footprint,
               const MetricRange& metrics);

  /// A metric that is no number stands above.
  [[nodiscard]] Place place(double footprint, double metric) const;
  /// A dashed line across the frame, named beside it.
  void level(double metric, const std::string& name, const char* colour);
  /// A dot; at the edge an arrow that points out of the frame.
  void mark(const Place& place, double radius, const char* colour);
  /// Beside the mark at the place, clear of all marks and other labels.
  void label(const Place& place, const std::string& text, const char* colour);
  /// Of a mark in the line below: `x` pixels from the left axis.
  [[nodiscard]] static Point legend(double x);

  Svg& svg() { return svg_; }
  /// The page with its labels.
  std::string finish();

 private:
  struct Label {
    Point mark;
    std::string text;
    const char* colour;
  };

  void draw_axes(const std::string& title, MetricKind metric);
  void draw_levels();
  void draw_labels();

  Svg svg_;
  Axis x_;
  Axis y_;
  LabelPlacer placer_;
  std::vector<Label> labels_;
  std::vector<Label> levels_;
};

}  // namespace fixgate
