#include "network/known_sizes.h"

#include <algorithm>
#include <array>
#include <numeric>
#include <string_view>

#include "network/node_attributes.h"
#include "network/operators/operators.h"
#include "network/recurrent_attributes.h"
#include "network/recurrent_shapes.h"

namespace fixgate {
namespace {

constexpr std::int64_t kDynamic = -1;

// Operators whose output has the shape of their first input.
constexpr std::array<std::string_view, 13> kSameShape{
    "Cast",       "Clip", "Dropout", "Elu",     "HardSigmoid", "Identity",       "LeakyRelu",
    "LogSoftmax", "Relu", "Sigmoid", "Softmax", "Tanh",        "ReverseSequence"};
constexpr std::array<std::string_view, 5> kBroadcast{"Add", "Div", "Mul", "Pow", "Sub"};

// Operators that only move elements of their first input (Concat: of all): exact on elements that are not
// known.
constexpr std::array<std::string_view, 9> kMoveElements{
    "Concat", "Gather", "Identity", "Reshape", "Slice", "Squeeze", "Transpose", "Unsqueeze", "Cast"};

template <std::size_t N>
bool is_one_of(const std::array<std::string_view, N>& names, const std::string& op_type) {
  return std::ranges::find(names, op_type) != names.end();
}

bool is_known(const Tensor& tensor) {
  return std::ranges::find(tensor.integers(), kUnknownElement) == tensor.integers().end();
}

/// The common size of two dimensions that broadcast; dynamic where it is not sure.
std::int64_t common_size(std::int64_t a, std::int64_t b) {
  if (a == 1) return b;
  if (b == 1 || a == b) return a;
  return a == kDynamic ? b : a;  // a dynamic dimension beside one above 1 must be that or 1
}

/// Cast keeps integers only towards int64.
bool moves_elements(const Node& node) {
  if (!is_one_of(kMoveElements, node.op_type)) return false;
  if (node.op_type != "Cast") return true;
  const auto to = find_attribute<std::int64_t>(node, "to");
  return to && *to && **to == 7;
}

}  // namespace

KnownSizes::KnownSizes(const Graph& graph) : graph_(graph) {
  for (const GraphValue& input : graph.inputs)
    if (input.has_shape) shapes_[input.name] = input.shape;
}

const Shape* KnownSizes::shape_of(const std::string& name) const {
  if (const auto constant = graph_.constants.find(name); constant != graph_.constants.end())
    return &constant->second.shape;
  const auto found = shapes_.find(name);
  return found == shapes_.end() ? nullptr : &found->second;
}

const Tensor* KnownSizes::value_of(const std::string& name) const {
  if (const auto constant = graph_.constants.find(name); constant != graph_.constants.end())
    return &constant->second;
  const auto found = values_.find(name);
  return found == values_.end() ? nullptr : &found->second;
}

std::optional<Tensor> KnownSizes::known_value(const std::string& name) const {
  const auto found = values_.find(name);
  if (found == values_.end() || !is_known(found->second)) return {};
  return found->second;
}

void KnownSizes::learn(const Node& node) {
  if (const auto value = infer_value(node)) values_[node.outputs[0]] = *value;
  if (const auto shape = infer_shape(node)) shapes_[node.outputs[0]] = *shape;
}

std::optional<Shape> KnownSizes::infer_shape(const Node& node) const {
  const Shape* x = shape_of(node.inputs.empty() ? "" : node.inputs[0]);
  if (x == nullptr) return {};
  if (is_one_of(kSameShape, node.op_type)) return *x;
  if (is_one_of(kBroadcast, node.op_type)) return broadcast(node);
  if (is_recurrent(node)) return infer_recurrent(node);
  if (node.op_type == "MatMul") return infer_product(node);
  if (node.op_type == "Gather") return infer_gather(node);
  if (node.op_type != "Transpose") return {};
  Shape reversed(x->size());
  std::iota(reversed.rbegin(), reversed.rend(), 0);
  const auto order = attribute_or<Shape>(node, "perm", reversed);
  if (!order || order->size() != x->size()) return {};
  Shape result;
  for (const std::int64_t d : *order) {
    if (d < 0 || d >= static_cast<std::int64_t>(x->size())) return {};
    result.push_back((*x)[static_cast<std::size_t>(d)]);
  }
  return result;
}

std::optional<Shape> KnownSizes::broadcast(const Node& node) const {
  const Shape* a = shape_of(node.inputs[0]);
  const Shape* b = shape_of(node.inputs[1]);
  if (a == nullptr || b == nullptr) return {};
  if (a->size() < b->size()) std::swap(a, b);
  Shape result = *a;
  for (std::size_t back = 1; back <= b->size(); ++back)
    result[result.size() - back] = common_size((*a)[a->size() - back], (*b)[b->size() - back]);
  return result;
}

/// Y; the other outputs stay unknown.
std::optional<Shape> KnownSizes::infer_recurrent(const Node& node) const {
  const Shape* x = shape_of(node.inputs[0]);
  const Shape* r = shape_of(node.inputs[2]);
  const auto attributes = parse_recurrent_attributes(node);
  if (x == nullptr || r == nullptr || !attributes || x->size() != 3 || r->size() != 3) return {};
  if (attributes->layout == 1) return Shape{(*x)[0], (*x)[1], (*r)[0], (*r)[2]};
  return Shape{(*x)[0], (*r)[0], (*x)[1], (*r)[2]};
}

/// A stack of any rank times one matrix.
std::optional<Shape> KnownSizes::infer_product(const Node& node) const {
  const Shape* a = shape_of(node.inputs[0]);
  const Shape* b = shape_of(node.inputs[1]);
  if (a == nullptr || b == nullptr || a->size() < 2 || b->size() != 2) return {};
  Shape result = *a;
  result.back() = b->back();
  return result;
}

std::optional<Shape> KnownSizes::infer_gather(const Node& node) const {
  const Shape* data = shape_of(node.inputs[0]);
  const Shape* indices = shape_of(node.inputs[1]);
  const auto stated = attribute_or<std::int64_t>(node, "axis", 0);
  if (data == nullptr || indices == nullptr || !stated) return {};
  const auto rank = static_cast<std::int64_t>(data->size());
  const std::int64_t axis = *stated < 0 ? *stated + rank : *stated;
  if (axis < 0 || axis >= rank) return {};
  Shape result(data->begin(), data->begin() + axis);
  result.insert(result.end(), indices->begin(), indices->end());
  result.insert(result.end(), data->begin() + axis + 1, data->end());
  return result;
}

std::optional<Tensor> KnownSizes::infer_value(const Node& node) const {
  if (node.op_type == "Shape") return sizes_of(node);
  return moves_elements(node) ? move_elements(node) : std::nullopt;
}

std::optional<Tensor> KnownSizes::sizes_of(const Node& node) const {
  const Shape* shape = shape_of(node.inputs[0]);
  if (shape == nullptr) return {};
  const auto rank = static_cast<std::int64_t>(shape->size());
  const auto start = attribute_or<std::int64_t>(node, "start", 0);
  const auto end = attribute_or<std::int64_t>(node, "end", rank);
  if (!start || !end) return {};
  const auto place = [&](std::int64_t at) {
    return std::clamp<std::int64_t>(at < 0 ? at + rank : at, 0, rank);
  };
  const std::int64_t first = place(*start);
  std::vector<std::int64_t> sizes(shape->begin() + first, shape->begin() + std::max(place(*end), first));
  std::ranges::replace(sizes, kDynamic, kUnknownElement);
  return Tensor{{static_cast<std::int64_t>(sizes.size())}, std::move(sizes)};
}

std::optional<Tensor> KnownSizes::move_elements(const Node& node) const {
  OperatorCall call{node, graph_.operator_set, {}};
  for (std::size_t i = 0; i < node.inputs.size(); ++i) {
    const Tensor* value = value_of(node.inputs[i]);
    if (value == nullptr || value->is_float()) return {};
    if (i > 0 && node.op_type != "Concat" && !is_known(*value)) return {};
    call.inputs.push_back(value);
  }
  auto outputs = evaluate(call);
  if (!outputs) return {};
  return std::move(outputs->front());
}

}  // namespace fixgate
