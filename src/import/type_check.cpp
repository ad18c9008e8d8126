#include "import/type_check.h"

#include <algorithm>
#include <cassert>
#include <optional>
#include <set>

#include "import/type_rules.h"
#include "network/node_attributes.h"
#include "network/operators/bodies.h"
#include "network/recurrent_shapes.h"
#include "onnx.pb.h"

namespace fixgate {
namespace {

char letter_at(std::string_view letters, std::size_t position) {
  return letters[std::min(position, letters.size() - 1)];
}

/// A letter that stands for one type, and the input that has said which.
struct Bound {
  std::size_t input = 0;
  std::int32_t type = 0;
};

/// The types of one node's inputs against its rule.
class NodeTypes {
 public:
  NodeTypes(const Node& node, const TypeRule& rule, std::int64_t operator_set)
      : node_(node), rule_(rule), operator_set_(operator_set) {}

  Result<void> take(std::size_t input, std::int32_t type) {
    const char letter = letter_at(rule_.inputs, input);
    const TypeSet allowed = types_of(rule_, letter);
    if (!has_type(allowed, type))
      return fail("input {} is {}; in operator set {} it may be {}", input_name(node_, input),
                  type_name(type), operator_set_, to_text(allowed));
    if (letter != 'T' && letter != 'U' && letter != 'V') return {};
    const auto [bound, is_new] = bound_.emplace(letter, Bound{input, type});
    if (is_new || bound->second.type == type) return {};
    return fail("input {} is {}, but input {} is {}; ONNX asks for one type", input_name(node_, input),
                type_name(type), input_name(node_, bound->second.input), type_name(bound->second.type));
  }

  [[nodiscard]] Result<std::int32_t> of_output(std::size_t output) const {
    const char letter = letter_at(rule_.outputs, output);
    if (letter == '?' && node_.op_type == "Multinomial") return stated("dtype", onnx::TensorProto::INT32);
    if (letter == '?') return stated("to", std::nullopt);
    if (const auto bound = bound_.find(letter); bound != bound_.end()) return bound->second.type;
    const TypeSet set = types_of(rule_, letter);
    std::int32_t type = 0;
    while (!has_type(set, type)) ++type;
    return type;
  }

 private:
  /// As an attribute says. Errors: it is missing and has no default, or is no type of a tensor that is
  /// supported.
  [[nodiscard]] Result<std::int32_t> stated(const char* attribute,
                                            std::optional<std::int64_t> standard) const {
    FIXGATE_ASSIGN(auto to, find_attribute<std::int64_t>(node_, attribute));
    if (!to) to = standard;
    if (!to) return fail("attribute '{}' is missing", attribute);
    const auto type = static_cast<std::int32_t>(std::clamp<std::int64_t>(*to, -1, 999));
    if (!has_type(types_of(rule_, '?'), type))
      return fail("attribute '{}' is the element type {}, which is not supported", attribute,
                  type_name(type));
    return type;
  }

  const Node& node_;
  const TypeRule& rule_;
  std::int64_t operator_set_;
  std::map<char, Bound> bound_;
};

/// Operators that add or multiply, which we do in int64.
bool does_arithmetic(const std::string& op) {
  static const std::set<std::string> kOperators{"Abs",        "Add",        "Div",          "Gemm",
                                                "MatMul",     "Mean",

                                                "Mul",        "Neg",        "PRelu",        "Pow",
                                                "ReduceL1",   "ReduceL2",   "ReduceLogSum", "ReduceLogSumExp",
                                                "ReduceMean", "ReduceProd", "ReduceSum",    "ReduceSumSquare",
                                                "Sub",        "Sum"};
  return kOperators.contains(op);
}

/// Narrow and unsigned integers would wrap; we do not.
Result<void> check_width(const Node& node, std::int32_t type) {
  using onnx::TensorProto;
  for (const auto narrow : {TensorProto::UINT8, TensorProto::INT8, TensorProto::UINT16, TensorProto::INT16,
                            TensorProto::UINT32, TensorProto::UINT64})
    if (type == narrow && does_arithmetic(node.op_type))
      return fail("computes in the narrow or unsigned integer type {}, which is not supported; cast to int64",
                  type_name(type));
  return {};
}

Result<void> check_node_types(const Node& node, std::int64_t operator_set, ElementTypes& types) {
  const TypeRule* rule = find_type_rule(node.op_type, operator_set);
  assert(rule != nullptr);
  NodeTypes own(node, *rule, operator_set);
  for (std::size_t input = 0; input < node.inputs.size(); ++input)
    if (!node.inputs[input].empty()) FIXGATE_CHECK(own.take(input, types.at(node.inputs[input])));
  for (std::size_t output = 0; output < node.outputs.size(); ++output) {
    if (node.outputs[output].empty() || types.contains(node.outputs[output])) continue;
    FIXGATE_ASSIGN(types[node.outputs[output]], own.of_output(output));
    FIXGATE_CHECK(check_width(node, types[node.outputs[output]]));
  }
  return {};
}

}  // namespace

std::vector<Error> check_types(const Graph& graph, ElementTypes& types, const BodyTypes& follow_bodies) {
  std::vector<Error> refused;
  for (const Node& node : graph.nodes) {
    const bool is_known = std::ranges::all_of(
        node.inputs, [&](const std::string& input) { return input.empty() || types.contains(input); });
    if (!is_known) continue;  // behind a node that is refused
    if (is_control(node)) {
      if (const auto followed = follow_bodies(node); !followed) {
        refused.push_back(followed.error().within(describe(node)));
        continue;
      }
    }
    if (const auto checked = check_node_types(node, graph.operator_set, types); !checked)
      refused.push_back(checked.error().within(describe(node)));
  }
  return refused;
}

Result<void> check_output_types(const ElementTypes& declared, const ElementTypes& types) {
  for (const auto& [name, type] : declared)
    if (types.contains(name) && types.at(name) != type)
      return fail("graph output '{}' is declared {}, but it is {}", name, type_name(type),
                  type_name(types.at(name)));
  return {};
}

}  // namespace fixgate
