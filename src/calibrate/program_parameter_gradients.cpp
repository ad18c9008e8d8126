#include "calibrate/program_parameter_gradients.h"

#include "calibrate/patches.h"
#include "simulate/float_product.h"

namespace fixgate::program {
namespace {

/// By the weights of one use of a matrix.
FloatMatrix by_slide(const Slide& slide, const FloatMatrix& by_product, const FloatMatrix& operand,
                     const FloatMatrix& weights) {
  FloatMatrix by_weights = FloatMatrix::Zero(weights.rows(), weights.cols());
  for (int output = 0; output < slide.output_size(); ++output) {
    const OutputTaps its = taps_of(slide, output);
    for (const Tap& tap : its.taps)
      by_weights(its.row, tap.column) += by_product.col(output).dot(operand.col(tap.input));
  }
  return by_weights;
}

FloatMatrix by_lookup(const FloatMatrix& by_product, const FloatMatrix& tokens, const FloatMatrix& weights) {
  FloatMatrix by_weights = FloatMatrix::Zero(weights.rows(), weights.cols());
  for (Eigen::Index k = 0; k < tokens.rows(); ++k)
    by_weights.row(static_cast<Eigen::Index>(tokens(k, 0))) += by_product.row(k);
  return by_weights;
}

template <typename Key, typename Values>
void accumulate(std::map<Key, Values>& to, const Key& key, const Values& values) {
  const auto [place, is_new] = to.try_emplace(key, values);
  if (!is_new) place->second += values;
}

}  // namespace

void ParameterGradients::add(const CalibrationRunner& runner, const ObservedRun& run) {
  const Program& program = runner.network().program;
  const std::vector<ProductSite>& sites = runner.gradients().sites();
  const auto shared = shared_matrices(runner.network());
  for (std::size_t k = 0; k < sites.size(); ++k) {
    const Matrix& matrix = program.matrices[sites[k].matrix];
    if (std::holds_alternative<Diagonal>(matrix.shape) || run.gradients.products[k].size() == 0) continue;
    const FloatMatrix operand = runner.gradients().operand(k, run.operands);
    const FloatMatrix& by = run.gradients.products[k];
    const FloatMatrix& its = *runner.network().weights[sites[k].matrix];
    const std::string name = full_name(program, program.matrices[shared[sites[k].matrix]]);
    if (sites[k].is_lookup)
      accumulate(weights, name, by_lookup(by, operand, its));
    else if (const auto* slide = std::get_if<Slide>(&matrix.shape))
      accumulate(weights, name, by_slide(*slide, by, operand, its));
    else
      accumulate(weights, name, transposed_product(by, operand));
  }
  for (const ConstantId id : program.constants.ids()) accumulate(constants, id, run.gradients.constants[id]);
}

void ParameterGradients::merge(const ParameterGradients& other) {
  for (const auto& [name, values] : other.weights) accumulate(weights, name, values);
  for (const auto& [id, values] : other.constants) accumulate(constants, id, values);
}

}  // namespace fixgate::program
