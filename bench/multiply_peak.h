// How many multiply-accumulates one core can do in registers alone.
#pragma once

#include <string>

namespace fixgate::bench {

struct Peak {
  std::string instruction;
  double per_second = 0;  // multiply-accumulates; 0: the machine does not have the instruction
};

/// Bytes with bytes into 32 bits (AVX-512 VNNI).
Peak byte_peak_vnni(double seconds);
/// Half words with half words into 32 bits (AVX-512 VNNI).
Peak half_peak_vnni(double seconds);
/// Half words multiplied in pairs, then added, in the widest vectors (AVX2, AVX-512).
Peak half_peak_pairs(double seconds);
/// Bytes with bytes multiplied in pairs, then added in 16 bits, in the widest vectors (AVX2, AVX-512).
Peak byte_peak_pairs(double seconds);

}  // namespace fixgate::bench
