#include "network/graph.h"

#include <fmt/format.h>

namespace fixgate {

std::string describe(const Node& node) {
  if (node.unnamed_position >= 0)
    return fmt::format("node {} ({}, unnamed)", node.unnamed_position, node.op_type);
  return fmt::format("node '{}' ({})", node.name, node.op_type);
}

}  // namespace fixgate
