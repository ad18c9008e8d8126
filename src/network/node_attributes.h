// Typed access to a node's attributes. An attribute of another type than asked for is an error, never a
// default.
#pragma once

#include <optional>

#include "diagnostic/error.h"
#include "network/graph.h"

namespace fixgate {

/// The attribute's value, or nothing where the node does not have it. Errors: it has another type.
template <typename T>
Result<std::optional<T>> find_attribute(const Node& node, const std::string& name) {
  const auto found = node.attributes.find(name);
  if (found == node.attributes.end()) return std::optional<T>();
  const T* value = std::get_if<T>(&found->second);
  if (value == nullptr) return fail("attribute '{}' has the wrong type", name);
  return std::optional<T>(*value);
}

/// The same with a default.
template <typename T>
Result<T> attribute_or(const Node& node, const std::string& name, T standard) {
  FIXGATE_ASSIGN(const std::optional<T> value, find_attribute<T>(node, name));
  return value ? *value : standard;
}

}  // namespace fixgate
