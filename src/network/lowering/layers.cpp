// Operators that become layers, or parts of them.
#include <algorithm>

#include "network/lowering/lowering.h"
#include "network/node_attributes.h"

namespace fixgate {
namespace {

// A bias: one number for each of `outputs`, in whatever shape broadcasts along the last axis.
Result<FloatVector> bias_of(const Tensor* tensor, const Flow& flow) {
  const Eigen::Index outputs = flow.axes.back().size;
  if (flow.axes.back().kind != Axis::Kind::Feature) return fail("adds along another axis than the features");
  if (tensor == nullptr || !tensor->is_float())
    return fail("adds what is not constant; this is not supported in fixed point");
  const auto count = static_cast<Eigen::Index>(tensor->floats().size());
  if (tensor->shape.size() > flow.axes.size()) return fail("adds a constant of more axes than the data");
  if (count == 1) return FloatVector::Constant(outputs, tensor->floats().front());
  if (count != outputs || tensor->shape.back() != outputs)
    return fail("adds a constant that is no bias of {} numbers", outputs);
  return Eigen::Map<const FloatVector>(tensor->floats().data(), outputs);
}

// ArgMax leaves one number: what becomes of the axis of the features.
Result<void> drop_features(const Node& node, Flow& flow) {
  FIXGATE_ASSIGN(const std::int64_t keeps, attribute_or<std::int64_t>(node, "keepdims", 1));
  FIXGATE_ASSIGN(const std::int64_t takes_last, attribute_or<std::int64_t>(node, "select_last_index", 0));
  if (takes_last != 0) return fail("attribute 'select_last_index' is not supported in fixed point");
  flow.axes.back() = Axis{};
  if (keeps == 0) flow.axes.pop_back();
  return {};
}

}  // namespace

FloatMatrix matrix_of(const Tensor& tensor) {
  return Eigen::Map<const FloatMatrix>(tensor.floats().data(), tensor.shape[0], tensor.shape[1]);
}

bool is_matrix(const Tensor* tensor) {
  return tensor != nullptr && tensor->is_float() && tensor->shape.size() == 2;
}

Result<void> Lowering::lower_embedding(const Node& node) {
  const Tensor* table = constant(node, 0);
  FIXGATE_ASSIGN(Flow flow, data_input(node, 1));
  FIXGATE_ASSIGN(const std::int64_t axis, attribute_or<std::int64_t>(node, "axis", 0));
  if (!is_matrix(table) || axis != 0 || !flow.is_tokens)
    return fail(
        "a Gather that is no embedding (tokens into the rows of a matrix) is not supported in fixed point");
  if (!network_.layers.empty()) return fail("a second embedding is not supported in fixed point");
  EmbeddingLayer layer{layer_name_for(node), std::make_shared<const FloatMatrix>(matrix_of(*table))};
  network_.takes_tokens = true;
  network_.inputs = layer.table->rows();
  flow.layer = 0;
  flow.is_tokens = false;
  flow.axes.push_back({Axis::Kind::Feature, -1, layer.table->cols()});
  network_.layers.emplace_back(std::move(layer));
  put(node, flow);
  return {};
}

Result<void> Lowering::append_dense(const Node& node, const Flow& flow, SharedMatrix weights) {
  if (flow.is_tokens || flow.axes.empty() || flow.axes.back().kind != Axis::Kind::Feature)
    return fail("a matrix product over another axis than the features is not supported in fixed point");
  if (flow.axes.back().size != weights->cols())
    return fail("multiplies {} features by a matrix for {}", flow.axes.back().size, weights->cols());
  // A decoder tied to the embedding, whether the file shares the tensor or holds a (transposed) copy: stored
  // once.
  if (const auto* embedding =
          network_.layers.empty() ? nullptr : std::get_if<EmbeddingLayer>(&network_.layers.front()))
    if (embedding->table->rows() == weights->rows() && embedding->table->cols() == weights->cols() &&
        *embedding->table == *weights)
      weights = embedding->table;
  DenseLayer layer;
  layer.name = layer_name_for(node);
  layer.bias = FloatVector::Zero(weights->rows());
  layer.weights = std::move(weights);
  Flow out = flow;
  out.axes.back().size = layer.weights->rows();
  FIXGATE_CHECK(append(std::move(layer), flow));
  out.layer = static_cast<int>(network_.layers.size()) - 1;
  out.directions.clear();
  out.state = StateKind::None;
  out.changes = 0;
  // The Select is a layer of its own now; what follows is one vector for the sequence.
  if (out.selection == Selection::FinalState) out.selection = Selection::LastStep;
  put(node, out);
  return {};
}

Result<void> Lowering::lower_matrix(const Node& node) {
  const Tensor* weights = constant(node, 1);
  if (!is_matrix(weights))
    return fail("a MatMul by anything but a constant matrix on the right is not supported in fixed point");
  FIXGATE_ASSIGN(const Flow flow, data_input(node));
  return append_dense(node, flow, std::make_shared<const FloatMatrix>(matrix_of(*weights).transpose()));
}

Result<void> Lowering::lower_gemm(const Node& node) {
  FIXGATE_ASSIGN(const Flow flow, data_input(node));
  FIXGATE_ASSIGN(const float alpha, attribute_or<float>(node, "alpha", 1.0F));
  FIXGATE_ASSIGN(const float beta, attribute_or<float>(node, "beta", 1.0F));
  FIXGATE_ASSIGN(const std::int64_t transposed_a, attribute_or<std::int64_t>(node, "transA", 0));
  FIXGATE_ASSIGN(const std::int64_t transposed_b, attribute_or<std::int64_t>(node, "transB", 0));
  const bool has_bias = node.inputs.size() > 2 && !node.inputs[2].empty();
  if (alpha != 1.0F || (has_bias && beta != 1.0F) || transposed_a != 0)
    return fail("alpha, beta or transA other than the default are not supported in fixed point");
  const Tensor* weights = constant(node, 1);
  if (!is_matrix(weights))
    return fail("a Gemm by anything but a constant matrix is not supported in fixed point");
  const FloatMatrix matrix =
      transposed_b != 0 ? matrix_of(*weights) : FloatMatrix(matrix_of(*weights).transpose());
  if (flow.axes.size() != 2) return fail("its input has {} axes, not 2", flow.axes.size());
  FIXGATE_CHECK(append_dense(node, flow, std::make_shared<const FloatMatrix>(matrix)));
  if (!has_bias) return {};
  Flow out = flow;
  out.axes.back().size = std::get<DenseLayer>(network_.layers.back()).weights->rows();
  auto& layer = std::get<DenseLayer>(network_.layers.back());
  FIXGATE_ASSIGN(layer.bias, bias_of(constant(node, 2), out));
  layer.has_bias = true;
  return {};
}

DenseLayer* Lowering::open_dense(const Flow& flow) {
  if (flow.layer < 0 || flow.layer + 1 != static_cast<int>(network_.layers.size()) ||
      flow.changes != changes_ || flow.function != OutputFunction::None)
    return nullptr;
  return std::get_if<DenseLayer>(&network_.layers.back());
}

// Other readers of the same value would read what it was before: `changes` tells them apart.
void Lowering::put_changed(const Node& node, Flow flow) {
  flow.changes = ++changes_;
  put(node, std::move(flow));
}

Result<void> Lowering::lower_add(const Node& node) {
  const std::size_t data = constant(node, 0) == nullptr ? 0 : 1;
  FIXGATE_ASSIGN(const Flow flow, data_input(node, data));
  DenseLayer* layer = open_dense(flow);
  if (layer == nullptr || layer->has_bias || layer->has_activation)
    return fail("an addition that is not the bias of the MatMul before it is not supported in fixed point");
  FIXGATE_ASSIGN(layer->bias, bias_of(constant(node, 1 - data), flow));
  layer->has_bias = true;
  put_changed(node, flow);
  return {};
}

Result<void> Lowering::lower_activation(const Node& node) {
  FIXGATE_ASSIGN(const Flow flow, data_input(node));
  DenseLayer* layer = open_dense(flow);
  if (layer == nullptr || layer->has_activation)
    return fail("an activation that does not follow a dense layer is not supported in fixed point");
  FIXGATE_ASSIGN(const auto alpha, find_attribute<float>(node, "alpha"));
  FIXGATE_ASSIGN(const auto beta, find_attribute<float>(node, "beta"));
  FIXGATE_ASSIGN(layer->activation, parse_activation(node.op_type, alpha, beta));
  layer->has_activation = true;
  put_changed(node, flow);
  return {};
}

Result<void> Lowering::lower_output_function(const Node& node) {
  FIXGATE_ASSIGN(Flow flow, data_input(node));
  if (flow.function != OutputFunction::None) return fail("follows a {}", to_text(flow.function));
  const std::int64_t standard = node.op_type == "ArgMax" ? 0 : (graph_.operator_set < 13 ? 1 : -1);
  FIXGATE_ASSIGN(const std::int64_t stated, attribute_or<std::int64_t>(node, "axis", standard));
  const auto rank = static_cast<std::int64_t>(flow.axes.size());
  if ((stated < 0 ? stated + rank : stated) != rank - 1 || flow.axes.back().kind != Axis::Kind::Feature)
    return fail(
        "over another axis than the last one, of the features (axis = {}) is not supported in fixed point",
        stated);
  FIXGATE_CHECK(check_directions(flow));
  flow.function = node.op_type == "Softmax"      ? OutputFunction::Softmax
                  : node.op_type == "LogSoftmax" ? OutputFunction::LogSoftmax
                                                 : OutputFunction::ArgMax;
  flow.state = StateKind::None;
  if (flow.function == OutputFunction::ArgMax) FIXGATE_CHECK(drop_features(node, flow));
  put(node, flow);
  return {};
}

}  // namespace fixgate
