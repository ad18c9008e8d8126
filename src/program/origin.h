// What a program keeps of the file that it was made of, besides what it computes.
#pragma once

#include <string>
#include <vector>

#include "diagnostic/error.h"
#include "network/graph_settings.h"
#include "network/tensor.h"

namespace fixgate::program {

/// An output of the file that does not depend on the data.
struct ConstantOutput {
  std::string name;
  Tensor value;

  friend bool operator==(const ConstantOutput&, const ConstantOutput&) = default;
};

/// Everything is under the file's own names.
struct Origin {
  GraphSettings settings;  // what the user said of the graph
  std::vector<ConstantOutput> constants;

  friend bool operator==(const Origin&, const Origin&) = default;
};

/// Errors: a text that does not stand in one line; a setting that is not finite; a constant output with other
/// numbers than its shape has.
Result<void> verify(const Origin& origin);

}  // namespace fixgate::program
