#include "network/operators/operators.h"

#include <algorithm>

#include "network/operators/evaluations.h"

namespace fixgate {
namespace {

using enum AttributeType;
using operators::activation;
using operators::arithmetic;
using operators::comparison;
using operators::recurrent;
using operators::reduce;

constexpr std::size_t kAny = OperatorDefinition::kAny;
constexpr std::int64_t kLatest = std::numeric_limits<std::int64_t>::max();

using Attributes = std::vector<AttributeDefinition>;

Attributes recurrent_attributes(const Attributes& own) {
  Attributes all{
      {"activation_alpha", Floats}, {"activation_beta", Floats}, {"activations", Texts}, {"clip", Float},
      {"direction", Text},          {"hidden_size", Integer},    {"layout", Integer, 14}};
  all.insert(all.end(), own.begin(), own.end());
  return all;
}

// Columns: name, first operator set, required inputs, most inputs, most outputs, evaluation, attributes with
// their sets.

std::vector<OperatorDefinition> recurrent_operators() {
  return {{"GRU", 7, 3, 6, 2, recurrent, recurrent_attributes({{"linear_before_reset", Integer}})},
          {"LSTM", 7, 3, 8, 3, recurrent, recurrent_attributes({{"input_forget", Integer}})},
          {"RNN", 7, 3, 6, 2, recurrent, recurrent_attributes({})}};
}

std::vector<OperatorDefinition> elementwise_operators() {
  return {{"Abs", 6, 1, 1, 1, operators::arithmetic_unary, {}},
          {"Cast", 6, 1, 1, 1, operators::cast, {{"to", Integer}, {"saturate", Integer, 19}}},
          {"Ceil", 6, 1, 1, 1, operators::float_unary, {}},
          {"Celu", 12, 1, 1, 1, operators::smooth_unary, {{"alpha", Float}}},
          {"Clip", 6, 1, 3, 1, operators::clip, {{"min", Float, 1, 10}, {"max", Float, 1, 10}}},
          {"Cos", 7, 1, 1, 1, operators::float_unary, {}},
          {"Dropout", 7, 1, 3, 2, operators::dropout, {{"ratio", Float, 1, 11}, {"seed", Integer, 12}}},
          {"Elu", 6, 1, 1, 1, activation, {{"alpha", Float}}},
          {"Erf", 9, 1, 1, 1, operators::float_unary, {}},
          {"Exp", 6, 1, 1, 1, operators::float_unary, {}},
          {"Floor", 6, 1, 1, 1, operators::float_unary, {}},
          {"Gelu", 20, 1, 1, 1, operators::smooth_unary, {{"approximate", Text}}},
          {"HardSigmoid", 6, 1, 1, 1, activation, {{"alpha", Float}, {"beta", Float}}},
          {"HardSwish", 14, 1, 1, 1, operators::float_unary, {}},
          {"Identity", 1, 1, 1, 1, operators::identity, {}},
          {"IsNaN", 9, 1, 1, 1, operators::is_nan, {}},
          {"LeakyRelu", 6, 1, 1, 1, activation, {{"alpha", Float}}},
          {"Log", 6, 1, 1, 1, operators::float_unary, {}},
          {"Mish", 18, 1, 1, 1, operators::smooth_unary, {}},
          {"Neg", 6, 1, 1, 1, operators::arithmetic_unary, {}},
          {"Not", 1, 1, 1, 1, operators::logical_not, {}},
          {"Reciprocal", 6, 1, 1, 1, operators::float_unary, {}},
          {"Relu", 6, 1, 1, 1, activation, {}},
          {"Round", 11, 1, 1, 1, operators::float_unary, {}},
          {"Selu", 6, 1, 1, 1, operators::smooth_unary, {{"alpha", Float}, {"gamma", Float}}},
          {"Sigmoid", 6, 1, 1, 1, activation, {}},
          {"Sign", 9, 1, 1, 1, operators::sign, {}},
          {"Sin", 7, 1, 1, 1, operators::float_unary, {}},
          {"Softplus", 1, 1, 1, 1, activation, {}},
          {"Softsign", 1, 1, 1, 1, activation, {}},
          {"Sqrt", 6, 1, 1, 1, operators::float_unary, {}},
          {"Tanh", 6, 1, 1, 1, activation, {}},
          {"ThresholdedRelu", 10, 1, 1, 1, activation, {{"alpha", Float}}}};
}

std::vector<OperatorDefinition> broadcast_operators() {
  return {{"Add", 7, 2, 2, 1, arithmetic, {}},
          {"And", 7, 2, 2, 1, operators::logical, {}},
          {"Div", 7, 2, 2, 1, arithmetic, {}},
          {"Equal", 7, 2, 2, 1, comparison, {}},
          {"Greater", 7, 2, 2, 1, comparison, {}},
          {"GreaterOrEqual", 12, 2, 2, 1, comparison, {}},
          {"Less", 7, 2, 2, 1, comparison, {}},
          {"LessOrEqual", 12, 2, 2, 1, comparison, {}},
          {"Max", 6, 1, kAny, 1, operators::variadic, {}},
          {"Mean", 6, 1, kAny, 1, operators::variadic, {}},
          {"Min", 6, 1, kAny, 1, operators::variadic, {}},
          {"Mod", 10, 2, 2, 1, operators::modulo, {{"fmod", Integer}}},
          {"Mul", 7, 2, 2, 1, arithmetic, {}},
          {"Or", 7, 2, 2, 1, operators::logical, {}},
          {"PRelu", 7, 2, 2, 1, operators::parametric_relu, {}},
          {"Pow", 7, 2, 2, 1, operators::power, {}},
          {"Sub", 7, 2, 2, 1, arithmetic, {}},
          {"Sum", 6, 1, kAny, 1, operators::variadic, {}},
          {"Where", 9, 3, 3, 1, operators::where, {}},
          {"Xor", 7, 2, 2, 1, operators::logical, {}}};
}

std::vector<OperatorDefinition> axis_operators() {
  const Attributes extreme{{"axis", Integer}, {"keepdims", Integer}, {"select_last_index", Integer, 12}};
  const auto reduction = [](std::string_view name, std::int64_t axes_input) {
    return OperatorDefinition{name,
                              1,
                              1,
                              2,
                              1,
                              reduce,
                              {{"axes", Integers, 1, axes_input - 1},
                               {"keepdims", Integer},
                               {"noop_with_empty_axes", Integer, axes_input}}};
  };
  return {{"ArgMax", 1, 1, 1, 1, operators::argument_extreme, extreme},
          {"ArgMin", 1, 1, 1, 1, operators::argument_extreme, extreme},
          {"LogSoftmax", 1, 1, 1, 1, operators::softmax, {{"axis", Integer}}},
          {"Softmax", 1, 1, 1, 1, operators::softmax, {{"axis", Integer}}},
          reduction("ReduceL1", 18),
          reduction("ReduceL2", 18),
          reduction("ReduceLogSum", 18),
          reduction("ReduceLogSumExp", 18),
          reduction("ReduceMax", 18),
          reduction("ReduceMean", 18),
          reduction("ReduceMin", 18),
          reduction("ReduceProd", 18),
          reduction("ReduceSum", 13),
          reduction("ReduceSumSquare", 18)};
}

std::vector<OperatorDefinition> matrix_operators() {
  const Attributes gemm{{"alpha", Float}, {"beta", Float}, {"transA", Integer}, {"transB", Integer}};
  return {{"Gemm", 7, 2, 3, 1, operators::gemm, gemm}, {"MatMul", 1, 2, 2, 1, operators::matmul, {}}};
}

/// Attributes of windows over the axes behind batch and channels.
Attributes window_attributes(const Attributes& own) {
  Attributes all{{"auto_pad", Text}, {"kernel_shape", Integers}, {"pads", Integers}, {"strides", Integers}};
  all.insert(all.end(), own.begin(), own.end());
  return all;
}

std::vector<OperatorDefinition> window_operators() {
  const AttributeDefinition dilations{"dilations", Integers};
  const AttributeDefinition group{"group", Integer};
  return {{"AveragePool", 7, 1, 1, 1, operators::average_pool,
           window_attributes(
               {{"ceil_mode", Integer, 10}, {"count_include_pad", Integer}, {"dilations", Integers, 19}})},
          {"Conv", 1, 2, 3, 1, operators::convolution, window_attributes({dilations, group})},
          {"ConvTranspose", 1, 2, 3, 1, operators::convolution,
           window_attributes({dilations, group, {"output_padding", Integers}, {"output_shape", Integers}})},
          {"GlobalAveragePool", 1, 1, 1, 1, operators::global_pool, {}},
          {"GlobalMaxPool", 1, 1, 1, 1, operators::global_pool, {}},
          {"MaxPool", 1, 1, 1, 2, operators::max_pool,
           window_attributes(
               {{"ceil_mode", Integer, 10}, {"dilations", Integers, 10}, {"storage_order", Integer, 8}})}};
}

std::vector<OperatorDefinition> normalising_operators() {
  const AttributeDefinition epsilon{"epsilon", Float};
  return {{"BatchNormalization",
           7,
           5,
           5,
           5,
           operators::batch_normalisation,
           {epsilon, {"momentum", Float}, {"spatial", Integer, 7, 8}, {"training_mode", Integer, 14}}},
          {"GroupNormalization",
           18,
           3,
           3,
           1,
           operators::group_normalisation,
           {epsilon, {"num_groups", Integer}, {"stash_type", Integer, 21}}},
          {"InstanceNormalization", 6, 3, 3, 1, operators::instance_normalisation, {epsilon}},
          {"LayerNormalization",
           17,
           2,
           3,
           3,
           operators::layer_normalisation,
           {{"axis", Integer}, epsilon, {"stash_type", Integer}}}};
}

std::vector<OperatorDefinition> shape_operators() {
  const Attributes axes{{"axes", Integers, 1, 12}};
  return {{"ConstantOfShape", 9, 1, 1, 1, operators::constant_of_shape, {{"value", TensorValue}}},
          {"Expand", 8, 2, 2, 1, operators::expand, {}},
          {"Flatten", 1, 1, 1, 1, operators::flatten, {{"axis", Integer}}},
          {"Range", 11, 3, 3, 1, operators::range, {}},
          {"Reshape", 5, 2, 2, 1, operators::reshape, {{"allowzero", Integer, 14}}},
          {"Shape", 1, 1, 1, 1, operators::shape_of, {{"start", Integer, 15}, {"end", Integer, 15}}},
          {"Size", 1, 1, 1, 1, operators::size_of, {}},
          {"Squeeze", 1, 1, 2, 1, operators::squeeze, axes},
          {"Transpose", 1, 1, 1, 1, operators::transpose, {{"perm", Integers}}},
          {"Unsqueeze", 1, 1, 2, 1, operators::unsqueeze, axes}};
}

std::vector<OperatorDefinition> selection_operators() {
  const Attributes old_slice{{"axes", Integers, 1, 9}, {"ends", Integers, 1, 9}, {"starts", Integers, 1, 9}};
  return {{"Concat", 4, 1, kAny, 1, operators::concat, {{"axis", Integer}}},
          {"Gather", 1, 2, 2, 1, operators::gather, {{"axis", Integer}}},
          {"GatherElements", 11, 2, 2, 1, operators::gather_elements, {{"axis", Integer}}},
          {"GatherND", 11, 2, 2, 1, operators::gather_nd, {{"batch_dims", Integer, 12}}},
          {"Pad",
           2,
           1,
           4,
           1,
           operators::pad,
           {{"mode", Text}, {"pads", Integers, 1, 10}, {"value", Float, 1, 10}}},
          {"ReverseSequence",
           10,
           2,
           2,
           1,
           operators::reverse_sequence,
           {{"batch_axis", Integer}, {"time_axis", Integer}}},
          {"ScatterElements",
           11,
           3,
           3,
           1,
           operators::scatter_elements,
           {{"axis", Integer}, {"reduction", Text, 16}}},
          {"ScatterND", 11, 3, 3, 1, operators::scatter_nd, {{"reduction", Text, 16}}},
          {"Slice", 1, 1, 5, 1, operators::slice, old_slice},
          {"Split",
           2,
           1,
           2,
           kAny,
           operators::split,
           {{"axis", Integer}, {"split", Integers, 1, 12}, {"num_outputs", Integer, 18}}},
          {"Tile", 6, 2, 2, 1, operators::tile, {}}};
}

std::vector<OperatorDefinition> control_operators() {
  const Attributes branches{{"else_branch", BodyGraph}, {"then_branch", BodyGraph}};
  const Attributes scan{{"body", BodyGraph},
                        {"num_scan_inputs", Integer},
                        {"scan_input_axes", Integers},
                        {"scan_input_directions", Integers},
                        {"scan_output_axes", Integers},
                        {"scan_output_directions", Integers}};
  return {{"If", 1, 1, kAny, kAny, operators::branch, branches},
          {"Loop", 1, 0, kAny, kAny, operators::loop, {{"body", BodyGraph}}},
          {"Scan", 9, 1, kAny, kAny, operators::scan, scan}};
}

std::vector<OperatorDefinition> other_operators() {
  return {{"DequantizeLinear",
           10,
           2,
           3,
           1,
           operators::dequantise_linear,
           {{"axis", Integer, 13}, {"block_size", Integer, 21}}},
          {"Multinomial",
           7,
           1,
           1,
           1,
           operators::multinomial,
           {{"dtype", Integer}, {"sample_size", Integer}, {"seed", Float}}},
          {"QuantizeLinear",
           10,
           2,
           3,
           1,
           operators::quantise_linear,
           {{"axis", Integer, 13},
            {"block_size", Integer, 21},
            {"output_dtype", Integer},  // of the file from set 21; import states it in any
            {"saturate", Integer, 19}}}};
}

const std::vector<OperatorDefinition>& table() {
  static const std::vector<OperatorDefinition> all = [] {
    std::vector<OperatorDefinition> result;
    for (const auto& group : {recurrent_operators, elementwise_operators, broadcast_operators, axis_operators,
                              matrix_operators, window_operators, normalising_operators, shape_operators,
                              selection_operators, control_operators, other_operators})
      std::ranges::move(group(), std::back_inserter(result));
    return result;
  }();
  return all;
}

/// The most inputs of an operator set: lists and numbers that were attributes before are no
/// inputs then.
std::size_t most_inputs(const OperatorDefinition& definition, std::int64_t set) {
  const bool list_is_attribute =
      std::ranges::any_of(definition.attributes, [&](const AttributeDefinition& attribute) {
        return attribute.last_set != kLatest && set <= attribute.last_set && attribute.type != Integer;
      });
  return list_is_attribute ? 1 : definition.most_inputs;
}

Result<void> check_attribute(const OperatorDefinition& definition, const std::string& name,
                             const Attribute& value, std::int64_t operator_set) {
  const auto found = std::ranges::find(definition.attributes, name, &AttributeDefinition::name);
  if (found == definition.attributes.end())
    return fail("attribute '{}' is not known for {}", name, definition.name);
  if (operator_set < found->first_set || operator_set > found->last_set)
    return fail("attribute '{}' does not belong to {} in operator set {}", name, definition.name,
                operator_set);
  if (value.index() != static_cast<std::size_t>(found->type))
    return fail("attribute '{}' has the wrong type", name);
  return {};
}

Result<void> check_arity(const OperatorDefinition& definition, const Node& node, std::int64_t operator_set) {
  const std::size_t most = most_inputs(definition, operator_set);
  if (node.inputs.size() > most)
    return fail("{} inputs, {} takes at most {}", node.inputs.size(), node.op_type, most);
  for (std::size_t i = 0; i < definition.required_inputs; ++i)
    if (i >= node.inputs.size() || node.inputs[i].empty())
      return fail("input {} of {} is missing", i, node.op_type);
  if (node.outputs.empty()) return fail("{} without outputs", node.op_type);
  if (node.outputs.size() > definition.most_outputs)
    return fail("{} outputs, {} gives at most {}", node.outputs.size(), node.op_type,
                definition.most_outputs);
  return {};
}

/// The inputs that a call must have, so that an operator need not look.
Result<void> check_given(const OperatorCall& call, const OperatorDefinition& definition) {
  if (call.inputs.size() != call.node.inputs.size())
    return fail("{} values for {} inputs", call.inputs.size(), call.node.inputs.size());
  for (std::size_t i = 0; i < definition.required_inputs; ++i)
    if (!call.has(i)) return fail("input {} is missing", i);
  return {};
}

Result<Outputs> evaluate_checked(const OperatorCall& call) {
  FIXGATE_CHECK(check_node(call.node, call.operator_set));
  const OperatorDefinition& definition = *find_operator(call.node.op_type);
  FIXGATE_CHECK(check_given(call, definition));
  FIXGATE_ASSIGN(Outputs outputs, definition.evaluate(call));
  if (outputs.size() < call.node.outputs.size())
    return fail("{} outputs asked for, {} given", call.node.outputs.size(), outputs.size());
  return outputs;
}

}  // namespace

std::vector<std::string_view> operator_names() {
  std::vector<std::string_view> names;
  for (const OperatorDefinition& definition : table()) names.push_back(definition.name);
  return names;
}

const OperatorDefinition* find_operator(std::string_view op_type) {
  const auto found = std::ranges::find(table(), op_type, &OperatorDefinition::name);
  return found == table().end() ? nullptr : &*found;
}

Result<void> check_node(const Node& node, std::int64_t operator_set) {
  const OperatorDefinition* definition = find_operator(node.op_type);
  if (definition == nullptr) return fail("operator {} is not supported", node.op_type);
  if (operator_set < definition->first_set)
    return fail("operator {} does not exist in operator set {}", node.op_type, operator_set);
  for (const auto& [name, value] : node.attributes)
    FIXGATE_CHECK(check_attribute(*definition, name, value, operator_set));
  return check_arity(*definition, node, operator_set);
}

Result<Outputs> evaluate(const OperatorCall& call) {
  auto outputs = evaluate_checked(call);
  if (outputs) return outputs;
  return tl::make_unexpected(outputs.error().within(describe(call.node)));
}

}  // namespace fixgate
