// The ONNX operators that the reference executor knows, each with its attributes and its evaluation in
// float32/int64.
#pragma once

#include <cstdint>
#include <limits>
#include <string_view>
#include <vector>

#include "diagnostic/error.h"
#include "network/graph.h"

namespace fixgate {

inline constexpr std::int64_t kFirstOperatorSet = 7;
inline constexpr std::int64_t kLastOperatorSet = 22;
inline constexpr std::int64_t kElementLimit = std::int64_t{1}
                                              << 28;  // of one computed tensor: 1 GiB of floats

/// What is left to nodes within bodies, so that no Loop is endless.
struct RunBudget {
  std::int64_t body_nodes = std::int64_t{1} << 24;
};

/// One evaluation of a node.
struct OperatorCall {
  const Node& node;
  std::int64_t operator_set;
  std::vector<const Tensor*> inputs;  // as the node lists them; nullptr: left out
  std::int64_t element_limit = kElementLimit;
  std::int64_t shared_limit =
      0;  // element_limit is what is left of so many elements of all tensors; 0: of none
  RunBudget* budget = nullptr;  // shared with the graph around; nullptr: a new one

  /// The input at `position`, nullptr where it is left out or the list is shorter.
  [[nodiscard]] const Tensor* input(std::size_t position) const {
    return position < inputs.size() ? inputs[position] : nullptr;
  }
  [[nodiscard]] bool has(std::size_t position) const { return input(position) != nullptr; }
};

/// One tensor for each output that the operator can give; the node may list fewer.
using Outputs = std::vector<Tensor>;
using OperatorFunction = Result<Outputs> (*)(const OperatorCall&);

/// The alternatives of Attribute, in its order.
enum class AttributeType { Integer, Float, Text, Integers, Floats, Texts, TensorValue, BodyGraph };

/// An attribute of an operator and the operator sets that have it.
struct AttributeDefinition {
  std::string_view name;
  AttributeType type;
  std::int64_t first_set = 1;
  std::int64_t last_set = std::numeric_limits<std::int64_t>::max();
};

struct OperatorDefinition {
  static constexpr std::size_t kAny = std::numeric_limits<std::size_t>::max();

  std::string_view name;
  std::int64_t first_set;  // the operator set that introduced it (1 for all before 7)
  std::size_t required_inputs;
  std::size_t most_inputs;
  std::size_t most_outputs;
  OperatorFunction evaluate;
  std::vector<AttributeDefinition> attributes;
};

std::vector<std::string_view> operator_names();

/// nullptr where the operator is not known.
const OperatorDefinition* find_operator(std::string_view op_type);

/// Whether `node` is an operator of `operator_set` with attributes, inputs and outputs that it may have.
/// Errors name the operator, attribute or input, not the node.
Result<void> check_node(const Node& node, std::int64_t operator_set);

/// Evaluates one node: check_node, then the operator. Errors (shapes that do not fit, values out of range,
/// results above `element_limit` elements) name the node.
Result<Outputs> evaluate(const OperatorCall& call);

}  // namespace fixgate
