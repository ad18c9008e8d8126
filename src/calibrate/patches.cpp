#include "calibrate/patches.h"

#include <map>
#include <utility>

namespace fixgate::program {

std::vector<Patch> patches_of(const Slide& slide) {
  std::vector<Patch> patches;
  std::map<std::vector<std::pair<int, int>>, std::size_t> known;
  for (int output = 0; output < slide.output_size(); ++output) {
    OutputTaps its = taps_of(slide, output);
    std::vector<std::pair<int, int>> key;
    for (const Tap& tap : its.taps) key.emplace_back(tap.column, tap.input);
    const auto [place, is_new] = known.try_emplace(std::move(key), patches.size());
    if (is_new) patches.push_back({std::move(its.taps), {}});
    patches[place->second].elements.push_back({its.row, output});
  }
  return patches;
}

FloatMatrix inputs_under(const Patch& patch, const FloatMatrix& inputs, Eigen::Index columns) {
  FloatMatrix under = FloatMatrix::Zero(inputs.rows(), columns);
  for (const Tap& tap : patch.taps) under.col(tap.column) = inputs.col(tap.input);
  return under;
}

}  // namespace fixgate::program
