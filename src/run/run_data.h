// From arrays to the sequences of a program's inputs: docs/formats.md, "Arrays for run".
#pragma once

#include <vector>

#include "data/npz_arrays.h"
#include "data/sequence.h"
#include "program/program.h"

namespace fixgate {

struct RunData {
  std::vector<std::vector<Sequence>> sequences;  // each: one sequence for every input, in order
  bool is_batch = false;                         // the arrays have an axis of sequences
};

/// An array's first axis is the step, or where there are several sequences the sequence and then the step;
/// the rest is a tick's shape, its axes of one left out or not, or flat. Where the program has one input, its
/// array may have any name; arrays 'lengths' [sequences] cut sequences, 'targets' are left alone. Errors name
/// the array: missing, surplus, of another kind, shape or number of sequences than needed; a number that is
/// not finite; a token that is negative or too large.
Result<RunData> run_data_of(const Arrays& arrays, const program::Program& program);

/// The axes of one tick, as arrays have them: those of `shape` that are not one; of an empty shape [size].
std::vector<std::int64_t> tick_axes(const std::vector<int>& shape, int size);

}  // namespace fixgate
