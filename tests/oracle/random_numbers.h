// Random formats and integers of every length; the same on every machine for the same seed.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>

#include "numeric/format.h"

namespace fixgate::oracle {

/// FIXGATE_SEED of the environment, or 1.
inline std::uint64_t seed() {
  const char* given = std::getenv("FIXGATE_SEED");
  return given == nullptr ? 1 : std::stoull(given);
}

class RandomNumbers {
 public:
  RandomNumbers() : engine_(seed()) {}

  /// low..high, both included; by remainder, since distributions differ between standard libraries.
  std::int64_t from(std::int64_t low, std::int64_t high) {
    const std::uint64_t count = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low) + 1;
    const std::uint64_t drawn = count == 0 ? engine_() : engine_() % count;
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + drawn);
  }
  int number(int low, int high) { return static_cast<int>(from(low, high)); }
  bool coin() { return number(0, 1) == 1; }

  /// At most `bits` bits with the sign, all lengths equally likely; often a power of two or its neighbour.
  std::int64_t integer(int bits) {
    const int length = number(1, bits);
    if (number(0, 3) != 0) return static_cast<std::int64_t>(engine_()) >> (64 - length);
    const std::int64_t near = (std::int64_t{1} << std::max(0, length - 2)) + number(-1, 1);
    return coin() ? near : -near;
  }

  Format format() { return {coin(), number(1, kMaxFormatWidth), coin() ? number(-64, 64) : number(-3, 12)}; }
  SignalFormat signal() {
    return {format(), static_cast<fixgate::Rounding>(number(0, 2)),
            static_cast<fixgate::Overflow>(number(0, 1))};
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace fixgate::oracle
