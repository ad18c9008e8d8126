#include "simulate/float/float_gradients.h"

#include <cmath>

#include "simulate/float/layer_backward.h"
#include "simulate/float_gradients.h"

namespace fixgate::program {
namespace {

double wide_derivative(WideFunction function, double x, double y) {
  switch (function) {
    case WideFunction::Reciprocal:
      return -y * y;
    case WideFunction::SquareRoot:
      return 0.5 / y;
    case WideFunction::ReciprocalSquareRoot:
      return -0.5 * y * y * y;
    case WideFunction::Logarithm:
      return 1 / x;
  }
  return 0;
}

/// The place of each layer's first product among all.
std::vector<std::size_t> first_sites(const Program& program, const std::vector<ProductSite>& sites) {
  std::vector<std::size_t> first(program.layers.size(), 0);
  std::size_t at = 0;
  for (const LayerId id : program.layers.ids()) {
    first[id.index()] = at;
    while (at < sites.size() && sites[at].layer == id) ++at;
  }
  return first;
}

}  // namespace

FloatGradients::FloatGradients(const FloatNetwork& network)
    : network_(network), sites_(product_sites_of(network.program)) {
  const Program& program = network.program;
  for (const MatrixId id : program.matrices.ids())
    matrices_.add(FloatMatrixProduct(program.matrices[id], *network.weights[id]));
  for (const LayerId id : program.layers.ids()) layers_.push_back(prepare(network, matrices_, id));
}

ValueGradients FloatGradients::run(const FloatTrace& trace,
                                   const std::vector<FloatMatrix>& by_outputs) const {
  const Program& program = network_.program;
  ValueGradients gradients;
  for (const Value& value : program.values)
    gradients.values.add(FloatMatrix::Zero(trace.counts[value.clock], value.size));
  for (const Constant& constant : program.constants)
    gradients.constants.add(FloatVector::Zero(constant.size));
  gradients.products.resize(sites_.size());
  for (std::size_t k = 0; k < by_outputs.size(); ++k)
    gradients.values[program.outputs[k].value] += by_outputs[k];
  const std::vector<std::size_t> first = first_sites(program, sites_);
  for (std::size_t layer = layers_.size(); layer-- > 0;)
    LayerBackward(program, layers_[layer], trace, first[layer], gradients).run();
  return gradients;
}

FloatMatrix FloatGradients::operand(std::size_t site, const FloatTrace& trace) const {
  const Layer& layer = network_.program.layers[sites_[site].layer];
  const TickOrder order(network_.program, layer, trace.counts);
  return trace.rows(ReadPath(network_.program, layer, sites_[site].read), order, 0, order.count());
}

float derivative(const Function& function, float x, float y) {
  const auto* wide = std::get_if<WideFunction>(&function);
  if (wide == nullptr) return fixgate::derivative(std::get<ActivationFunction>(function), x, y);
  const double found = wide_derivative(*wide, x, y);
  return std::isfinite(found) ? static_cast<float>(found) : 0.0F;
}

}  // namespace fixgate::program
