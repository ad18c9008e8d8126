// Tables over wide ranges: reciprocals, roots, logarithms. docs/numerics.md, section 6, "Leading-one tables".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "numeric/format.h"

namespace fixgate {

inline constexpr int kMaxLeadingOneBits = 12;      // of an index below the leading one
inline constexpr int kMaxLeadingOneFraction = 30;  // of the entries

/// The functions that a leading-one table can stand for.
enum class WideFunction { Reciprocal, SquareRoot, ReciprocalSquareRoot, Logarithm };

/// Entries over the `bits` bits below the input's leading one; the position of the leading one shifts the
/// entry or, for the logarithm, adds a multiple of ln 2.
struct LeadingOneTable {
  WideFunction function = WideFunction::Reciprocal;
  Format input;  // up to 32 bits
  SignalFormat output;
  int bits = 0;
  int entry_fraction = 0;
  std::vector<std::int64_t>
      entries;              // 2^bits; of roots first those of even exponents, then those of odd ones
  std::int64_t octave = 0;  // Logarithm: ln 2 at the entries' fraction; else 0

  friend bool operator==(const LeadingOneTable&, const LeadingOneTable&) = default;
};

/// T(q) of the contract; q must be in the range of the input format. Outside the function's domain the result
/// is an end of the output's range and counts as an overflow.
std::int64_t apply_table(const LeadingOneTable& table, std::int64_t q, std::int64_t& overflowed);

/// The table whose entries halve the largest error within each interval. `bits` in 0..12.
LeadingOneTable make_leading_one_table(WideFunction function, const Format& input, const SignalFormat& output,
                                       int bits);

/// Errors: formats, widths or a number of entries that the contract does not allow.
Result<void> check_table(const LeadingOneTable& table);

/// The largest |T(q) - function| over every input in the function's domain.
double maximum_error(const LeadingOneTable& table);

/// The function of a real number in its domain.
double evaluate(WideFunction function, double x);

std::string to_text(WideFunction function);  // "Reciprocal", "Sqrt", "Rsqrt", "Log"
/// The inverse of to_text. Error: none of these.
Result<WideFunction> parse_wide_function(std::string_view text);

}  // namespace fixgate
