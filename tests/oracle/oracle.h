// docs/numerics.md as SystemC's fixed-point types compute it (IEEE 1666, 7.10). No SystemC in this header:
// Debian's library links with C++17 only, so that it is kept within oracle.cpp.
#pragma once

#include <cstdint>
#include <vector>

namespace fixgate::oracle {

enum class Rounding { Floor, Nearest, Convergent };
enum class Symmetry { None, Odd, Complement };

struct Layout {
  bool is_signed;
  int width;
  int fraction;
};

struct Target {
  Layout layout;
  Rounding rounding;
  bool wraps;
};

struct Outcome {
  std::int64_t q;
  bool overflowed;
};

/// q * 2^-fraction
struct Number {
  std::int64_t q;
  int fraction;
};

struct Product {
  Number a;
  Number b;
};

struct Segment {
  std::int64_t start;
  std::int64_t offset;
  std::int64_t slope;
};

struct Table {
  Layout input;
  Symmetry symmetry;
  Target output;
  int slope_fraction;
  std::vector<Segment> segments;  // none in a lookup table
  int drop;
  std::vector<std::int64_t> entries;
};

Outcome requantise(const Number& number, const Target& target);
Outcome quantise_input(double real, const Target& target);
Outcome sum_of_products(const std::vector<Product>& products, const Target& target);
Outcome apply_table(const Table& table, std::int64_t q);

}  // namespace fixgate::oracle
