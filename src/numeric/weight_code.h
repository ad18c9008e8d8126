// How a weight is stored and which integers it can be: docs/numerics.md, section 4.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "diagnostic/error.h"

namespace fixgate {

enum class WeightEncoding {
  Integer,    // two's complement
  Ternary,    // -1, 0, 1; five to a byte
  Binary,     // -1, 1; a bit each
  PowerOfTwo  // 0 or +-2^k: a shift takes the place of the multiplication
};

/// From a weight to those next to it, in integers.
struct WeightGaps {
  std::int64_t below = 1;
  std::int64_t above = 1;

  friend bool operator==(const WeightGaps&, const WeightGaps&) = default;
};

/// An encoding and its width in bits: Integer 1..32, Ternary 2, Binary 1, PowerOfTwo 2..5 (a sign, and 0 or
/// k + 1).
struct WeightCode {
  WeightEncoding encoding = WeightEncoding::Integer;
  int width = 8;

  /// Width of the two's complement integers that hold every weight of this code.
  [[nodiscard]] int plain_width() const;
  [[nodiscard]] std::int64_t smallest() const;
  [[nodiscard]] std::int64_t largest() const;
  [[nodiscard]] bool contains(std::int64_t q) const;
  /// The nearest weight; of two equally near ones the even one, of two such powers the larger magnitude.
  [[nodiscard]] std::int64_t nearest(double q) const;
  /// Of `q`, which the code contains; where it has no next weight on one side, that gap is as the other.
  [[nodiscard]] WeightGaps gaps(std::int64_t q) const;
  /// What `count` weights take in memory.
  [[nodiscard]] std::int64_t stored_bits(std::int64_t count) const;

  friend bool operator==(const WeightCode&, const WeightCode&) = default;
};

/// The width that the encoding has by itself; 0: it is a matter of choice.
int fixed_width(WeightEncoding encoding);
/// Error: a width that the encoding does not have.
Result<void> check_weight_code(const WeightCode& code);
/// "4 bits", "ternary", "binary", "power of two, 3 bits".
std::string describe(const WeightCode& code);

std::string to_text(WeightEncoding encoding);  // "power_of_two"
Result<WeightEncoding> parse_weight_encoding(std::string_view text);

}  // namespace fixgate
