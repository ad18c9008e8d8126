// Operators that move elements: run as they are on codes of sources.
#include <algorithm>

#include "lowering/operators.h"
#include "network/node_attributes.h"
#include "network/operators/operators.h"

namespace fixgate::lowering {
namespace {

/// Nodes of one input that may follow what is left to the reader: they give its result another shape.
bool passes_functions(Walk& walk, const Node& node) {
  const Item* item = walk.find(node, 0);
  if (item == nullptr || item->functions.empty() || node.outputs.size() != 1) return false;
  if (node.op_type == "Concat" && node.inputs.size() != 1) return false;
  walk.put(node, 0, *item);
  return true;
}

Result<void> put_moved(Walk& walk, const Node& node, const std::vector<std::size_t>& data) {
  bool is_final = false;
  for (const std::size_t input : data)
    if (const Item* item = walk.find(node, input)) is_final = is_final || item->is_final;
  FIXGATE_ASSIGN(std::vector<Tensor> moved, walk.run_on_codes(node, data));
  for (std::size_t output = 0; output < node.outputs.size(); ++output)
    walk.put(node, output, {std::move(moved[output]), false, node.name, is_final});
  return {};
}

}  // namespace

Result<void> lower_move(Walk& walk, const Node& node) {
  const bool reshapes = node.op_type == "Reshape" || node.op_type == "Squeeze" ||
                        node.op_type == "Unsqueeze" || node.op_type == "Flatten" ||
                        node.op_type == "Identity";
  if (reshapes && passes_functions(walk, node)) return {};
  FIXGATE_CHECK(walk.data(node, 0));
  return put_moved(walk, node, {0});
}

namespace {

/// ONNX's TensorProto::DataType.
bool is_real_type(std::int64_t type) {
  return type == 1 || type == 10 || type == 11 || type == 16;
}

/// Whether an element is a token.
bool holds_tokens(Walk& walk, const Item& item) {
  return !item.is_constant && std::ranges::any_of(item.tensor.integers(), [&](std::int64_t code) {
    const Source source = walk.sources().source(code);
    return source.value && walk.program().values[*source.value].vocabulary;
  });
}

}  // namespace

// Real numbers stay as they are: those of half precision are computed in single precision.
Result<void> lower_cast(Walk& walk, const Node& node) {
  if (passes_functions(walk, node)) return {};
  FIXGATE_ASSIGN(const Item* item, walk.data(node, 0));
  FIXGATE_ASSIGN(const std::int64_t to, attribute_or<std::int64_t>(node, "to", 1));
  const bool is_token = holds_tokens(walk, *item);
  if (is_token && is_real_type(to)) return fail("tokens that become real numbers are not supported");
  if (!is_token && !is_real_type(to)) return fail("real numbers that become whole ones are not supported");
  Item cast = *item;
  walk.put(node, 0, std::move(cast));
  return {};
}

Result<void> lower_dropout(Walk& walk, const Node& node) {
  FIXGATE_ASSIGN(const Item* item, walk.data(node, 0));
  if (node.outputs.size() > 1 && !node.outputs[1].empty()) return fail("a Dropout's mask is not supported");
  if (const Item* training = walk.find(node, 2)) {
    const bool is_off = training->is_constant && !training->tensor.is_float() &&
                        std::ranges::all_of(training->tensor.integers(), [](auto flag) { return flag == 0; });
    if (!is_off) return fail("training mode is not supported");
  }
  Item same = *item;
  walk.put(node, 0, std::move(same));
  return {};
}

Result<void> lower_concat(Walk& walk, const Node& node) {
  if (passes_functions(walk, node)) return {};
  std::vector<std::size_t> all;
  for (std::size_t input = 0; input < node.inputs.size(); ++input) {
    FIXGATE_CHECK(walk.data(node, input));
    all.push_back(input);
  }
  return put_moved(walk, node, all);
}

Result<void> lower_scatter(Walk& walk, const Node& node) {
  FIXGATE_ASSIGN(const std::string reduction, attribute_or<std::string>(node, "reduction", "none"));
  if (reduction != "none") return fail("attribute 'reduction' is '{}'; only none is supported", reduction);
  FIXGATE_CHECK(walk.data(node, 0));
  FIXGATE_CHECK(walk.data(node, 2));
  return put_moved(walk, node, {0, 2});
}

Result<void> lower_where(Walk& walk, const Node& node) {
  const Item* condition = walk.find(node, 0);
  if (condition == nullptr || !condition->is_constant)
    return fail("a condition that depends on data is not supported");
  FIXGATE_CHECK(walk.data(node, 1));
  FIXGATE_CHECK(walk.data(node, 2));
  return put_moved(walk, node, {1, 2});
}

Result<void> lower_pad(Walk& walk, const Node& node) {
  FIXGATE_CHECK(walk.data(node, 0));
  FIXGATE_ASSIGN(const std::string mode, attribute_or<std::string>(node, "mode", "constant"));
  FIXGATE_ASSIGN(const float old_value, attribute_or<float>(node, "value", 0.0F));
  // Codes are padded with the code of the number.
  Tensor number{{}, std::vector<float>{old_value}};
  if (walk.find(node, 2) != nullptr) {
    FIXGATE_ASSIGN(const Tensor* given, walk.constant(node, 2));
    number = *given;
  }
  Node padding = node;
  const bool in_attributes = node.attributes.contains("pads");
  std::vector<Tensor> held{walk.codes(*walk.find(node, 0)), {}, walk.sources().codes_of(number)};
  held[2].shape.clear();
  if (in_attributes) {
    FIXGATE_ASSIGN(auto pads, attribute_or<std::vector<std::int64_t>>(node, "pads", {}));
    const auto count = static_cast<std::int64_t>(pads.size());
    held[1] = Tensor{{count}, std::move(pads)};
    padding.attributes.erase("pads");
    padding.attributes.erase("value");
  } else {
    FIXGATE_ASSIGN(const Tensor* pads, walk.constant(node, 1));
    held[1] = *pads;
  }
  padding.inputs = {"data", "pads"};
  OperatorCall call{padding, std::max<std::int64_t>(walk.operator_set(), 13), {&held[0], &held[1]}};
  if (mode == "constant") {
    padding.inputs.emplace_back("value");
    call.inputs.push_back(&held[2]);
  }
  if (const Item* axes = walk.find(node, 3)) {
    if (!axes->is_constant) return fail("input 3 is not constant; this is not supported");
    padding.inputs = {"data", "pads", mode == "constant" ? "value" : "", "axes"};
    call.inputs.resize(3, nullptr);
    call.inputs.push_back(&axes->tensor);
    call.operator_set = 18;
  }
  FIXGATE_ASSIGN(Outputs padded, evaluate(call));
  walk.put_codes(node, std::move(padded.front()));
  return {};
}

// Whole sequences: every length is the number of steps, whether the file says so or its user.
Result<void> lower_reverse_sequence(Walk& walk, const Node& node) {
  FIXGATE_ASSIGN(const Item* item, walk.data(node, 0));
  FIXGATE_ASSIGN(const std::int64_t time, attribute_or<std::int64_t>(node, "time_axis", 0));
  const Shape& shape = item->tensor.shape;
  if (time < 0 || time >= static_cast<std::int64_t>(shape.size()))
    return fail("time_axis {} of {}", time, shape.size());
  const std::int64_t steps = shape[static_cast<std::size_t>(time)];
  const Item* lengths = walk.find(node, 1);
  if (lengths == nullptr || !lengths->is_constant || lengths->tensor.is_float())
    return fail("lengths that depend on data are not supported");
  for (const std::int64_t length : lengths->tensor.integers())
    if (length != steps) return fail("a length of {} of {} steps is not supported", length, steps);
  return put_moved(walk, node, {0});
}

Result<void> lower_gather(Walk& walk, const Node& node) {
  const Item* table = walk.find(node, 0);
  const Item* indices = walk.find(node, 1);
  if (table == nullptr || indices == nullptr) return fail("an input is missing");
  if (indices->is_constant) return lower_move(walk, node);
  if (!table->is_constant || !table->tensor.is_float() || table->tensor.shape.size() != 2)
    return fail(
        "indices that depend on data are supported as tokens into the rows of a constant matrix alone");
  FIXGATE_ASSIGN(const std::int64_t axis, attribute_or<std::int64_t>(node, "axis", 0));
  if (axis != 0) return fail("tokens along axis {} of a matrix are not supported", axis);
  FIXGATE_ASSIGN(Placed placed, walk.framer().place({&indices->tensor}));
  if (placed.frame.size() != 1) return fail("several tokens a step are not supported");
  FIXGATE_ASSIGN(const program::Read token, walk.read(placed.frame, placed.operands.front(), *indices));
  program::Value& value = walk.program().values[token.value];
  const auto rows = static_cast<int>(table->tensor.shape[0]);
  const auto columns = static_cast<int>(table->tensor.shape[1]);
  if (!value.vocabulary) return fail("tokens that are not a graph input of integers are not supported");
  if (*value.vocabulary != 0 && *value.vocabulary != rows)
    return fail("'{}' names rows of matrices of {} and {} rows", value.name, *value.vocabulary, rows);
  value.vocabulary = rows;
  program::LayerBuilder layer =
      walk.layer(node, fmt::format("embedding, {} tokens -> {}", rows, columns), placed.frame.clock);
  const FloatMatrix weights = Eigen::Map<const FloatMatrix>(table->tensor.floats().data(), rows, columns);
  const program::MatrixId matrix = walk.tied_or_new(layer, "table", weights);
  const program::ValueId out = layer.value("out", columns, SignalRole::Embedding);
  layer.sum(out, {{program::Term{false, {program::RowLookup{matrix, token}}}}});
  walk.trace(out, placed.frame);
  Shape shape = indices->tensor.shape;
  shape.push_back(columns);
  walk.put_codes(node, walk.framer().spread(placed.frame, out, shape, {shape.size() - 1}));
  return {};
}

Result<void> lower_shape(Walk& walk, const Node& node) {
  const Item* item = walk.find(node, 0);
  if (item == nullptr) return fail("input 0 is missing");
  OperatorCall call{node, walk.operator_set(), {&item->tensor}};
  FIXGATE_ASSIGN(Outputs shape, evaluate(call));
  walk.put(node, 0, {std::move(shape.front())});
  return {};
}

}  // namespace fixgate::lowering
