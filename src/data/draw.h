// Seeded choices that are the same on every platform (the standard library's distributions are not).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace fixgate {

/// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, OOPSLA 2014).
class SplitMix64 {
 public:
  explicit SplitMix64(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next();

  /// Uniform in [0, bound), without bias (values from the incomplete last interval are drawn again). bound >
  /// 0.
  std::uint64_t below(std::uint64_t bound);

 private:
  std::uint64_t state_;
};

/// `count` different indices below `population` in the order drawn: the first `count` of a Fisher-Yates
/// shuffle. count <= population.
std::vector<std::size_t> draw(std::size_t count, std::size_t population, SplitMix64& random);

}  // namespace fixgate
