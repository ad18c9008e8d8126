// Stored bits: docs/numerics.md, section 9.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "program/fixed_network.h"

namespace fixgate {

struct FootprintEntry {
  std::string name;  // a weight matrix, "<layer>.b_i", "<layer>.h0", "table 0 Sigmoid"
  std::string kind;  // "weights", "bias", "binary points", "table", "initial state"
  std::int64_t bits = 0;
  bool recurrent = false;  // counts for the recurrent layers; initial states do not
  double least_bits = 0;   // weights: with the matrix's entropy for each integer, else as `bits`

  friend bool operator==(const FootprintEntry&, const FootprintEntry&) = default;
};

struct Footprint {
  std::vector<FootprintEntry> entries;
  std::int64_t whole_bits = 0;
  std::int64_t recurrent_bits = 0;
  double whole = 0;      // whole_bits / (32 * float parameters)
  double recurrent = 0;  // the recurrent layers alone, likewise; 0 if there are none
  double entropy = 0;    // `whole` with least_bits: no code of single integers, one a matrix, needs less
};

/// Of a verified network. A matrix of two layers and a table equal to another one count once; a table that a
/// recurrent layer reads counts there, whoever else reads it.
Footprint measure_footprint(const program::FixedNetwork& network);

/// Bits an integer needs on average, by how often each occurs (Shannon 1948). 0 for none.
double entropy_of(const std::vector<std::int32_t>& values);

/// Bits of a table's starts, offsets and slopes, or of its entries. A rectifier has none.
std::int64_t table_bits(const ActivationTable& table);
std::int64_t table_bits(const LeadingOneTable& table);

}  // namespace fixgate
