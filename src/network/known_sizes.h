// What the declared shapes already say about the sizes inside a graph.
#pragma once

#include <limits>
#include <map>
#include <optional>
#include <string>

#include "network/graph.h"

namespace fixgate {

inline constexpr std::int64_t kUnknownElement = std::numeric_limits<std::int64_t>::min();

/// Shapes of values (a dimension is -1 where it is dynamic) and the integer tensors computed from them (an
/// element is kUnknownElement where it is dynamic), filled node by node in topological order.
class KnownSizes {
 public:
  explicit KnownSizes(const Graph& graph);

  /// Learns the node's outputs as far as its inputs say. Nothing is learnt from an operator that this class
  /// does not know.
  void learn(const Node& node);

  /// The integer tensor of a value, if it is known in every element.
  [[nodiscard]] std::optional<Tensor> known_value(const std::string& name) const;

 private:
  [[nodiscard]] const Shape* shape_of(const std::string& name) const;
  [[nodiscard]] const Tensor* value_of(const std::string& name) const;
  [[nodiscard]] std::optional<Shape> infer_shape(const Node& node) const;
  [[nodiscard]] std::optional<Shape> broadcast(const Node& node) const;
  [[nodiscard]] std::optional<Shape> infer_recurrent(const Node& node) const;
  [[nodiscard]] std::optional<Shape> infer_product(const Node& node) const;
  [[nodiscard]] std::optional<Shape> infer_gather(const Node& node) const;
  [[nodiscard]] std::optional<Tensor> infer_value(const Node& node) const;
  [[nodiscard]] std::optional<Tensor> sizes_of(const Node& node) const;
  [[nodiscard]] std::optional<Tensor> move_elements(const Node& node) const;

  const Graph& graph_;
  std::map<std::string, Shape> shapes_;
  std::map<std::string, Tensor> values_;
};

}  // namespace fixgate
