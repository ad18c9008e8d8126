// Where the real numbers of a read lie.
#pragma once

#include "data/sequence.h"
#include "program/read_path.h"
#include "simulate/float/float_values.h"

namespace fixgate::program {

/// What a run of real numbers reads from; all outlive it.
struct FloatSources {
  const FloatTicks& values;
  const FloatMemory& before;   // what the states remembered before the run
  const FloatMemory& initial;  // at the beginning of a sequence
};

/// The row that `path` finds at `place`; nullptr: outside of the sequence.
inline const float* row_at(const FloatSources& sources, const ReadPath& path, const Place& place) {
  switch (place.kind) {
    case Place::Kind::Tick:
      return sources.values[path.read().value].row(place.index).data();
    case Place::Kind::Before:
      return sources.before[*path.state()].row(place.index - 1).data();
    case Place::Kind::Initial:
      return sources.initial[*path.state()].row(place.index - 1).data();
    case Place::Kind::Outside:
      break;
  }
  return nullptr;
}

/// Tokens as numbers, [steps, 1].
inline FloatMatrix token_numbers(const Sequence& sequence) {
  return Eigen::Map<const Eigen::VectorXi>(sequence.tokens.data(),
                                           static_cast<Eigen::Index>(sequence.tokens.size()))
      .cast<float>();
}

}  // namespace fixgate::program
