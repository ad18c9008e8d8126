// Labels beside marks, none upon another.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "plot/svg.h"

namespace fixgate {

/// From the upper left corner; lengths in pixels.
struct Box {
  Point corner;
  double width = 0;
  double height = 0;

  [[nodiscard]] bool overlaps(const Box& other) const;
  [[nodiscard]] bool lies_in(const Box& other) const;
};

/// Finds places for labels: as near to their marks as there is room.
class LabelPlacer {
 public:
  /// Labels stay in `area`.
  explicit LabelPlacer(const Box& area) : area_(area) {}

  /// Nothing is written here.
  void keep_free(const Box& box) { taken_.push_back(box); }

  /// The box of a text that belongs to the mark at a point, from then on kept free; the one that overlaps
  /// least where there is no room at all.
  Box place(Point mark, std::string_view text, double size);

 private:
  [[nodiscard]] double overlapped(const Box& box) const;

  Box area_;
  std::vector<Box> taken_;
};

}  // namespace fixgate
