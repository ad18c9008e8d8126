// Scalable vector graphics, as far as plots need them.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace fixgate {

struct Point {
  double x = 0;
  double y = 0;
};

enum class Anchor { Start, Middle, End };

/// A white page; lengths in pixels, from the upper left corner.
class Svg {
 public:
  Svg(double width, double height);

  void rectangle(Point corner, double width, double height, std::string_view fill);
  void line(Point from, Point to, std::string_view colour, double width = 1, bool dashed = false);
  void path(const std::vector<Point>& points, std::string_view colour, double width);
  void circle(Point centre, double radius, std::string_view fill, std::string_view edge = "none");
  void diamond(Point centre, double radius, std::string_view fill);
  /// Pointing up or down.
  void triangle(Point centre, double radius, bool up, std::string_view fill);
  void text(Point at, std::string_view text, Anchor anchor = Anchor::Start, double size = 12,
            std::string_view colour = "#222");
  /// With a white rim, legible upon lines.
  void rimmed_text(Point at, std::string_view text, double size, std::string_view colour);
  /// Read from below to above.
  void upright_text(Point at, std::string_view text);

  [[nodiscard]] std::string finish() const { return body_ + "</svg>\n"; }

 private:
  std::string body_;
};

/// The width of a text, about: letters differ.
double text_width(std::string_view text, double size);
/// Whether a file that begins so is a page of Svg.
bool is_plot(std::string_view bytes);

/// A linear axis: values to pixels.
class Axis {
 public:
  Axis(double low, double high, double first, double last)
      : low_(low), high_(high), first_(first), last_(last) {}

  [[nodiscard]] double at(double value) const {
    return first_ + (value - low_) / (high_ - low_) * (last_ - first_);
  }
  [[nodiscard]] bool holds(double value) const { return value >= low_ && value <= high_; }
  [[nodiscard]] double low() const { return low_; }
  /// About `count` round values.
  [[nodiscard]] std::vector<double> ticks(int count) const;

 private:
  double low_, high_, first_, last_;
};

/// From light to dark with `share` from 0 to 1.
std::string shade(double share);

struct HeatMap {
  std::string title;
  std::string row_title;
  std::string column_title;
  std::vector<std::string> rows;
  std::vector<std::string> columns;
  struct Cell {
    std::string text;  // empty: no cell
    double shade = 0;  // 0 to 1
  };
  std::vector<Cell> cells;  // row-major
};

std::string draw(const HeatMap& map);

}  // namespace fixgate
