// The outputs and chosen values of runs, as arrays.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "data/npz_arrays.h"
#include "program/origin.h"
#include "program/program.h"

namespace fixgate {

/// What one array holds of one sequence: ticks by elements, row-major; whole numbers are integers.
struct TickRows {
  std::vector<std::int64_t> axes;    // of a tick
  std::vector<double> numbers = {};  // one of the two is used
  std::vector<std::int64_t> integers = {};
  std::int64_t ticks = 0;
};

/// By array.
using SequenceRows = std::map<std::string, TickRows>;

/// [ticks, axes...]; in a batch [sequences, ticks, axes...], shorter sequences filled up with zeros, and where
/// they differ an array 'lengths' or 'NAME:lengths' of their ticks. `is_double`: real numbers as float64, else
/// float32.
Arrays output_arrays(const std::vector<SequenceRows>& sequences, bool is_batch, bool is_double);

/// The outputs that do not depend on the data, as the file has them.
void add_constant_outputs(const program::Origin& origin, Arrays& arrays);

}  // namespace fixgate
