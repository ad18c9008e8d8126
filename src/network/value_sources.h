// Where the values of a graph come from, through operators that only move their elements.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>

#include "network/graph.h"

namespace fixgate {

class ValueSources {
 public:
  /// `graph` outlives this and keeps its nodes.
  explicit ValueSources(const Graph& graph);

  /// The graph input that `value` is, or is read from with no change but to its shape.
  [[nodiscard]] std::optional<std::string> moved_input(const std::string& value) const;

  /// Whether `value` is Y_h or Y_c of a recurrent node, or several of them joined, with no change but to its
  /// shape.
  [[nodiscard]] bool is_moved_state(const std::string& value) const;

  /// nullptr: a graph input or a constant.
  [[nodiscard]] const Node* producer_of(const std::string& value) const;

 private:
  const Graph& graph_;
  std::unordered_map<std::string, const Node*> producers_;
};

}  // namespace fixgate
