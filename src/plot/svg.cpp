#include "plot/svg.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace fixgate {
namespace {

std::string escaped(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    if (c == '<')
      safe += "&lt;";
    else if (c == '>')
      safe += "&gt;";
    else if (c == '&')
      safe += "&amp;";
    else
      safe += c;
  }
  return safe;
}

const char* anchor_name(Anchor anchor) {
  if (anchor == Anchor::Start) return "start";
  return anchor == Anchor::Middle ? "middle" : "end";
}

constexpr double kNarrowestCell = 68;
constexpr double kCellHeight = 26;
constexpr double kCellText = 11;
constexpr double kLetter = 6.6;  // width of one of size 12, about

double cell_width(const HeatMap& map) {
  double width = kNarrowestCell;
  for (const HeatMap::Cell& cell : map.cells) width = std::max(width, 8 + text_width(cell.text, kCellText));
  return width;
}

}  // namespace

bool is_plot(std::string_view bytes) {
  const std::string_view line = bytes.substr(0, bytes.find('\n'));
  return line.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"") &&
         line.ends_with(" font-family=\"sans-serif\">");
}

Svg::Svg(double width, double height)
    : body_(fmt::format("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.0f}\" height=\"{1:.0f}\" "
                        "viewBox=\"0 0 {0:.0f} {1:.0f}\" font-family=\"sans-serif\">\n",
                        width, height)) {
  rectangle({0, 0}, width, height, "#fff");
}

void Svg::rectangle(Point corner, double width, double height, std::string_view fill) {
  body_ += fmt::format("<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" fill=\"{}\"/>\n",
                       corner.x, corner.y, width, height, fill);
}

void Svg::line(Point from, Point to, std::string_view colour, double width, bool dashed) {
  body_ += fmt::format(
      "<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" stroke=\"{}\" stroke-width=\"{}\"{}/>\n",
      from.x, from.y, to.x, to.y, colour, width, dashed ? " stroke-dasharray=\"6 4\"" : "");
}

void Svg::path(const std::vector<Point>& points, std::string_view colour, double width) {
  body_ += "<polyline points=\"";
  for (const Point& point : points) body_ += fmt::format("{:.1f},{:.1f} ", point.x, point.y);
  body_ += fmt::format("\" fill=\"none\" stroke=\"{}\" stroke-width=\"{}\"/>\n", colour, width);
}

void Svg::circle(Point centre, double radius, std::string_view fill, std::string_view edge) {
  body_ += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{:.1f}\" fill=\"{}\" stroke=\"{}\"/>\n",
                       centre.x, centre.y, radius, fill, edge);
}

void Svg::diamond(Point centre, double radius, std::string_view fill) {
  body_ += fmt::format(
      "<polygon points=\"{:.1f},{:.1f} {:.1f},{:.1f} {:.1f},{:.1f} {:.1f},{:.1f}\" fill=\"{}\"/>\n", centre.x,
      centre.y - radius, centre.x + radius, centre.y, centre.x, centre.y + radius, centre.x - radius,
      centre.y, fill);
}

void Svg::triangle(Point centre, double radius, bool up, std::string_view fill) {
  const double tip = up ? -radius : radius;
  body_ +=
      fmt::format("<polygon points=\"{:.1f},{:.1f} {:.1f},{:.1f} {:.1f},{:.1f}\" fill=\"{}\"/>\n", centre.x,
                  centre.y + tip, centre.x + radius, centre.y - tip, centre.x - radius, centre.y - tip, fill);
}

void Svg::text(Point at, std::string_view text, Anchor anchor, double size, std::string_view colour) {
  body_ += fmt::format(
      "<text x=\"{:.1f}\" y=\"{:.1f}\" font-size=\"{}\" text-anchor=\"{}\" fill=\"{}\">{}</text>\n", at.x,
      at.y, size, anchor_name(anchor), colour, escaped(text));
}

void Svg::rimmed_text(Point at, std::string_view text, double size, std::string_view colour) {
  body_ += fmt::format(
      "<text x=\"{:.1f}\" y=\"{:.1f}\" font-size=\"{}\" fill=\"{}\" stroke=\"#fff\" stroke-width=\"3\" "
      "stroke-linejoin=\"round\" paint-order=\"stroke\">{}</text>\n",
      at.x, at.y, size, colour, escaped(text));
}

void Svg::upright_text(Point at, std::string_view text) {
  body_ += fmt::format(
      "<text x=\"{0:.1f}\" y=\"{1:.1f}\" font-size=\"12\" text-anchor=\"middle\" fill=\"#222\" "
      "transform=\"rotate(-90 {0:.1f} {1:.1f})\">{2}</text>\n",
      at.x, at.y, escaped(text));
}

double text_width(std::string_view text, double size) {
  return kLetter / 12 * size * static_cast<double>(text.size());
}

std::vector<double> Axis::ticks(int count) const {
  const double rough = (high_ - low_) / count;
  const double power = std::pow(10, std::floor(std::log10(rough)));
  double step = power;
  for (const double multiple : {2.0, 5.0, 10.0})
    if (step < rough) step = multiple * power;
  std::vector<double> ticks;
  const auto last = static_cast<std::int64_t>(std::floor(high_ / step + 1e-9));
  for (auto k = static_cast<std::int64_t>(std::ceil(low_ / step)); k <= last; ++k)
    ticks.push_back(static_cast<double>(k) * step);
  return ticks;
}

std::string shade(double share) {
  const double s = std::clamp(share, 0.0, 1.0);
  const auto mix = [s](double light, double dark) { return static_cast<int>(light + s * (dark - light)); };
  return fmt::format("#{:02x}{:02x}{:02x}", mix(247, 150), mix(251, 40), mix(240, 60));
}

std::string draw(const HeatMap& map) {
  const double cell = cell_width(map);
  std::size_t longest = 0;
  for (const std::string& row : map.rows) longest = std::max(longest, row.size());
  const double left = 46 + kLetter * static_cast<double>(longest);
  const double top = 64;
  const double width = std::max({left + cell * static_cast<double>(map.columns.size()) + 16,
                                 32 + 1.2 * kLetter * static_cast<double>(map.title.size()),
                                 left + 16 + kLetter * static_cast<double>(map.column_title.size())});
  Svg svg(width, top + kCellHeight * static_cast<double>(map.rows.size()) + 40);
  svg.text({16, 22}, map.title, Anchor::Start, 14);
  svg.upright_text({18, top + kCellHeight * static_cast<double>(map.rows.size()) / 2}, map.row_title);
  for (std::size_t column = 0; column < map.columns.size(); ++column)
    svg.text({left + cell * (static_cast<double>(column) + 0.5), top - 8}, map.columns[column],
             Anchor::Middle);
  for (std::size_t row = 0; row < map.rows.size(); ++row) {
    const double y = top + kCellHeight * static_cast<double>(row);
    svg.text({left - 8, y + 17}, map.rows[row], Anchor::End);
    for (std::size_t column = 0; column < map.columns.size(); ++column) {
      const HeatMap::Cell& one = map.cells[row * map.columns.size() + column];
      if (one.text.empty()) continue;
      const double x = left + cell * static_cast<double>(column);
      svg.rectangle({x + 1, y + 1}, cell - 2, kCellHeight - 2, shade(one.shade));
      svg.text({x + cell / 2, y + 17}, one.text, Anchor::Middle, kCellText,
               one.shade > 0.6 ? "#fff" : "#222");
    }
  }
  svg.text({left, top + kCellHeight * static_cast<double>(map.rows.size()) + 24}, map.column_title);
  return svg.finish();
}

}  // namespace fixgate
