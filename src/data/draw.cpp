#include "data/draw.h"

#include <cassert>
#include <numeric>
#include <utility>

namespace fixgate {

std::uint64_t SplitMix64::next() {
  state_ += 0x9e3779b97f4a7c15U;
  std::uint64_t mixed = state_;
  mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9U;
  mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111ebU;
  return mixed ^ (mixed >> 31);
}

std::uint64_t SplitMix64::below(std::uint64_t bound) {
  assert(bound > 0);
  const std::uint64_t incomplete = (0 - bound) % bound;  // 2^64 mod bound
  std::uint64_t value = next();
  while (value < incomplete) value = next();
  return value % bound;
}

std::vector<std::size_t> draw(std::size_t count, std::size_t population, SplitMix64& random) {
  assert(count <= population);
  std::vector<std::size_t> indices(population);
  std::iota(indices.begin(), indices.end(), std::size_t{0});
  for (std::size_t i = 0; i < count; ++i) std::swap(indices[i], indices[i + random.below(population - i)]);
  indices.resize(count);
  return indices;
}

}  // namespace fixgate
