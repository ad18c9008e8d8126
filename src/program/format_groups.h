// Which values of a program have one format together.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "program/program.h"

namespace fixgate::program {

using FormatGroupId = Id<struct FormatGroupTag>;

/// Values that moves join, so that they have one format: to a plan they are one signal.
struct FormatGroup {
  /// The full name of the value that is written; where several are, of the first value that holds what all of
  /// them make, or, if there is none, of the first that is written.
  std::string name;
  std::vector<ValueId> written;  // those whose elements are rounded to the format, in order
  std::vector<ValueId> moved;    // the others, in order
};

struct FormatGroups {
  /// In the order of the data flow, by the last value that each writes: inputs, then layer by layer. Within a
  /// layer first what tables read of sums with weights, in the order of the matrices, then what those tables
  /// write in the same order, then the rest.
  IdVector<FormatGroupId, FormatGroup> groups;
  IdVector<ValueId, std::optional<FormatGroupId>> group_of;  // none: a token
};

/// Of a verified program.
FormatGroups format_groups_of(const Program& program);

}  // namespace fixgate::program
