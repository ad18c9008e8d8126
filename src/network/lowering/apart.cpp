// What a refused graph still shows of its layers: nodes behind a refused one say by their constants alone
// what they are.
#include <algorithm>

#include "network/lowering/lowering.h"
#include "network/node_attributes.h"

namespace fixgate {

void Lowering::note_apart(const Node& node) {
  if (is_recurrent(node)) note_apart_recurrent(node);
  if (node.op_type == "MatMul" || node.op_type == "Gemm") note_apart_dense(node);
  if (node.op_type == "Add") note_apart_bias(node);
}

void Lowering::note_apart_recurrent(const Node& node) {
  const auto attributes = parse_recurrent_attributes(node);
  if (!attributes) return;
  auto layer = make_recurrent_layer(node, *attributes, constants_of(node), nullptr);
  if (!layer) return;
  layer->name = layer_name_for(node);
  apart_.emplace_back(std::move(*layer));
  apart_output_.clear();
}

void Lowering::note_apart_dense(const Node& node) {
  const Tensor* weights = constant(node, 1);
  if (!is_matrix(weights)) return;
  const auto is_transposed = attribute_or<std::int64_t>(node, "transB", 0);
  FloatMatrix matrix = matrix_of(*weights);
  if (is_transposed.value_or(0) == 0) matrix = matrix.transpose().eval();
  DenseLayer layer;
  layer.name = layer_name_for(node);
  layer.has_bias = constant(node, 2) != nullptr;
  layer.bias = FloatVector::Zero(matrix.rows());
  layer.weights = std::make_shared<const FloatMatrix>(std::move(matrix));
  apart_output_ = layer.has_bias ? "" : node.outputs.front();
  apart_.emplace_back(std::move(layer));
}

void Lowering::note_apart_bias(const Node& node) {
  const bool reads_dense = !apart_output_.empty() && std::ranges::count(node.inputs, apart_output_) == 1;
  const Tensor* bias = constant(node, constant(node, 0) != nullptr ? 0 : 1);
  if (!reads_dense || bias == nullptr) return;
  auto& layer = std::get<DenseLayer>(apart_.back());
  layer.has_bias = element_count(bias->shape) == layer.bias.size();
  apart_output_.clear();
}

}  // namespace fixgate
