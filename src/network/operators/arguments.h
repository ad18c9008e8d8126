// Checked access to what an operator is given: types, ranks, axes, integer lists, sizes of results.
#pragma once

#include <string>
#include <vector>

#include "diagnostic/error.h"
#include "network/operators/operators.h"

namespace fixgate {

/// "[2, 3]".
std::string to_text(const Shape& shape);

/// Errors: a negative dimension; more than `limit` elements, dimensions of 0 counted as 1.
Result<void> check_shape(const Shape& shape, std::int64_t limit);

/// Errors: more elements than the call may produce. For every shape that an operator computes.
Result<void> check_size(const OperatorCall& call, const Shape& shape);

/// The input at `position`, of the wanted type. Errors: left out, or the other type.
Result<const Tensor*> float_input(const OperatorCall& call, std::size_t position);
Result<const Tensor*> integer_input(const OperatorCall& call, std::size_t position);

/// The elements of an integer input of rank 0 or 1.
Result<std::vector<std::int64_t>> integer_list(const OperatorCall& call, std::size_t position);

/// The list that an operator took as an attribute in old operator sets and as an input since: whichever is
/// given.
Result<std::vector<std::int64_t>> list_argument(const OperatorCall& call, const std::string& attribute,
                                                std::size_t position,
                                                std::vector<std::int64_t> standard = {});

/// An axis of 0..rank-1 from one that may count from the back. Errors: out of range.
Result<std::size_t> normalise_axis(std::int64_t axis, std::size_t rank);

/// The same for a list. Errors: out of range, or one axis twice.
Result<std::vector<std::size_t>> normalise_axes(const std::vector<std::int64_t>& axes, std::size_t rank);

/// Products of the dimensions before, at and after an axis: a tensor seen as [outer, extent, inner].
struct AxisView {
  std::int64_t outer;
  std::int64_t extent;
  std::int64_t inner;
};
AxisView view_axis(const Shape& shape, std::size_t axis);

/// A single output.
inline Outputs one(Tensor tensor) {
  Outputs outputs;
  outputs.push_back(std::move(tensor));
  return outputs;
}

}  // namespace fixgate
