#include "program/moves.h"

namespace fixgate::program {

std::vector<int> sources_of(const View& move) {
  std::vector<int> sources{move.begin};
  for (std::size_t axis = 0; axis < move.shape.size(); ++axis) {
    std::vector<int> finer;
    for (const int source : sources)
      for (int i = 0; i < move.shape[axis]; ++i) finer.push_back(source + i * move.strides[axis]);
    sources = std::move(finer);
  }
  return sources;
}

std::vector<int> sources_of(const Pad& move) {
  std::vector<int> sources{0};
  for (std::size_t axis = 0; axis < move.shape.size(); ++axis) {
    std::vector<int> finer;
    const int whole = move.before[axis] + move.shape[axis] + move.after[axis];
    for (const int source : sources) {
      for (int i = 0; i < whole; ++i) {
        const int inside = i - move.before[axis];
        const bool is_zero = source < 0 || inside < 0 || inside >= move.shape[axis];
        finer.push_back(is_zero ? -1 : source * move.shape[axis] + inside);
      }
    }
    sources = std::move(finer);
  }
  return sources;
}

}  // namespace fixgate::program
