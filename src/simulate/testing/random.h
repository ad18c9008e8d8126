// Seeded random numbers for tests, the same with every standard library.
#pragma once

#include <cmath>
#include <cstdint>
#include <initializer_list>
#include <random>

namespace fixgate::testing_support {

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  /// An integer of low..high, both included.
  std::int64_t in(std::int64_t low, std::int64_t high) {
    // Modulo 2^64: the distance of the ends may be more than 63 bits.
    const auto first = static_cast<std::uint64_t>(low);
    const std::uint64_t count = static_cast<std::uint64_t>(high) - first + 1;
    return static_cast<std::int64_t>(first + (count == 0 ? engine_() : engine_() % count));
  }
  int number(int low, int high) { return static_cast<int>(in(low, high)); }
  /// A real number of [low, high).
  double real(double low, double high) {
    return low + (high - low) * std::ldexp(static_cast<double>(engine_() >> 11), -53);
  }
  float value(double low, double high) { return static_cast<float>(real(low, high)); }
  bool chance(double probability) { return real(0, 1) < probability; }
  template <typename T>
  T pick(std::initializer_list<T> values) {
    return values.begin()[in(0, static_cast<std::int64_t>(values.size()) - 1)];
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace fixgate::testing_support
