// Proofs of width over a whole network: docs/numerics.md, sections 5 and 7.
#pragma once

#include <string>
#include <vector>

#include "fixed/fixed_network.h"

namespace fixgate {

/// Fraction of the accumulator of a row that has one part, as a dense layer's: fW + fx.
int accumulator_fraction(int weight_fraction, int input_fraction);
/// The same with both parts: max(fW + fx, fR + fh) (numerics.md, section 5).
int accumulator_fraction(int weight_fraction, int input_fraction, int recurrent_fraction,
                         int hidden_fraction);

struct ProvenWidth {
  std::string name;      // "<layer>.acc_i": the accumulator of gate i; see prove_widths
  int width = 0;         // signed bits that hold every partial sum of every row
  int min_fraction = 0;  // of the sum, over its rows
  int max_fraction = 0;
  int max_alignment = 0;  // the longest left shift that brings a term to the fraction of its row
  int signal = -1;        // what the sum is requantised into

  friend bool operator==(const ProvenWidth&, const ProvenWidth&) = default;
};

/// One entry for each accumulator, element-wise sum and element-wise product, in the order of the data flow.
/// After the layer's name (and ".forward" or ".reverse" in a bidirectional layer):
///   acc_i, acc_z, ...  pre-activation of a gate, bias included; GRU with linear_before_reset: acc_h has r *
///   rec in it acc_rec            GRU, linear_before_reset = 1: R_h h + Rb_h product_rh         GRU,
///   linear_before_reset = 0: r * h sum_c, product_h   LSTM: f * c + i * g; o * t sum_h              GRU: n +
///   z * (h - n), the difference included acc                dense layers
/// Expects indices and shapes to be consistent (see verify).
/// Error: one needs more than 64 bits; the message names it, its row and its width.
Result<std::vector<ProvenWidth>> prove_widths(const FixedNetwork& network);

}  // namespace fixgate
