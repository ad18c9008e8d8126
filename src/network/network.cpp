#include "network/network.h"

#include <set>

#include "network/overloaded.h"

namespace fixgate {
namespace {

class ParameterCounter {
 public:
  void operator()(const EmbeddingLayer& layer) { add_shared(layer.table); }
  void operator()(const SelectLayer&) {}
  void operator()(const DenseLayer& layer) {
    add_shared(layer.weights);
    if (layer.has_bias) count_.whole += layer.bias.size();
  }
  void operator()(const RecurrentLayer& layer) {
    for (const RecurrentCell& cell : layer.cells) {
      const std::int64_t parameters = cell.input_weights.size() + cell.recurrent_weights.size() +
                                      cell.input_bias.size() + cell.recurrent_bias.size();
      count_.whole += parameters;
      count_.recurrent += parameters;
    }
  }
  [[nodiscard]] ParameterCount count() const { return count_; }

 private:
  void add_shared(const SharedMatrix& matrix) {
    if (seen_.insert(matrix.get()).second) count_.whole += matrix->size();
  }

  ParameterCount count_;
  std::set<const FloatMatrix*> seen_;
};

}  // namespace

const std::string& layer_name(const Layer& layer) {
  return std::visit([](const auto& one) -> const std::string& { return one.name; }, layer);
}

Eigen::Index output_count(const Layer& layer, Eigen::Index inputs) {
  return std::visit(Overloaded{[](const EmbeddingLayer& one) { return one.table->cols(); },
                               [](const RecurrentLayer& one) {
                                 return one.hidden() * static_cast<Eigen::Index>(one.cells.size());
                               },
                               [](const DenseLayer& one) { return one.weights->rows(); },
                               [inputs](const SelectLayer&) { return inputs; }},
                    layer);
}

Eigen::Index output_count(const Network& network) {
  Eigen::Index count = network.inputs;
  for (const Layer& layer : network.layers) count = output_count(layer, count);
  return count;
}

bool outputs_every_step(const Network& network) {
  for (const Layer& layer : network.layers)
    if (std::holds_alternative<SelectLayer>(layer)) return false;
  return true;
}

ParameterCount count_parameters(const Network& network) {
  ParameterCounter counter;
  for (const Layer& layer : network.layers) std::visit(counter, layer);
  return counter.count();
}

std::int64_t multiply_accumulates(const Network& network) {
  std::int64_t count = 0;
  for (const Layer& layer : network.layers) {
    if (const auto* dense = std::get_if<DenseLayer>(&layer)) count += dense->weights->size();
    if (const auto* recurrent = std::get_if<RecurrentLayer>(&layer))
      for (const RecurrentCell& cell : recurrent->cells)
        count += cell.input_weights.size() + cell.recurrent_weights.size();
  }
  return count;
}

}  // namespace fixgate
