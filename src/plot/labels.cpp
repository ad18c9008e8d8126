#include "plot/labels.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace fixgate {
namespace {

constexpr double kNearest = 6;  // pixels from the mark to its label
constexpr double kFartherBy = 6;
constexpr int kDistances = 40;

/// Where a label lies from its mark: to the right and up first, as people look for it.
constexpr std::array<Point, 8> kDirections{
    {{1, -1}, {1, 1}, {-1, -1}, {-1, 1}, {0, -1}, {0, 1}, {1, 0}, {-1, 0}}};

Box box_beside(Point mark, Point direction, double distance, double width, double height) {
  // The side that faces the mark is at the distance; straight above or beside it, the middle.
  const auto from = [&](double at, double towards, double length) {
    if (towards == 0) return at - length / 2;
    return towards > 0 ? at + distance : at - distance - length;
  };
  return {{from(mark.x, direction.x, width), from(mark.y, direction.y, height)}, width, height};
}

double shared(double first, double length, double other_first, double other_length) {
  return std::min(first + length, other_first + other_length) - std::max(first, other_first);
}

}  // namespace

bool Box::overlaps(const Box& other) const {
  return shared(corner.x, width, other.corner.x, other.width) > 0 &&
         shared(corner.y, height, other.corner.y, other.height) > 0;
}

bool Box::lies_in(const Box& other) const {
  return corner.x >= other.corner.x && corner.x + width <= other.corner.x + other.width &&
         corner.y >= other.corner.y && corner.y + height <= other.corner.y + other.height;
}

double LabelPlacer::overlapped(const Box& box) const {
  double area = 0;
  for (const Box& taken : taken_)
    if (box.overlaps(taken))
      area += shared(box.corner.x, box.width, taken.corner.x, taken.width) *
              shared(box.corner.y, box.height, taken.corner.y, taken.height);
  return area;
}

Box LabelPlacer::place(Point mark, std::string_view text, double size) {
  Box best;
  double least = std::numeric_limits<double>::infinity();
  for (int k = 0; k < kDistances && least > 0; ++k)
    for (const Point& direction : kDirections) {
      const Box box = box_beside(mark, direction, kNearest + kFartherBy * k, text_width(text, size), size);
      const double area = box.lies_in(area_) ? overlapped(box) : std::numeric_limits<double>::max();
      if (area >= least) continue;
      best = box;
      least = area;
    }
  taken_.push_back(best);
  return best;
}

}  // namespace fixgate
