// The nodes of an If's branch as nodes of the graph around it.
#pragma once

#include <map>
#include <string>
#include <unordered_set>
#include <vector>

#include "diagnostic/error.h"
#include "network/graph.h"

namespace fixgate {

class TakenBranches {
 public:
  /// `graph` outlives this; the names of its values and nodes are known from here on.
  explicit TakenBranches(Graph& graph);

  /// The nodes that stand for `node`, an If whose condition is a constant of the graph. The branch's constants
  /// become the graph's. A name that the graph has already is changed. Errors: no branch of the condition; a
  /// condition that is not one flag. The node is named.
  Result<std::vector<Node>> take(const Node& node);

 private:
  using Names = std::map<std::string, std::string>;  // of the branch, to those of the graph

  Result<Body> branch_of(const Node& node) const;
  Names name_values(const Node& node, const Graph& branch);

  Graph& graph_;
  std::unordered_set<std::string> values_;
  std::unordered_set<std::string> nodes_;
};

}  // namespace fixgate
