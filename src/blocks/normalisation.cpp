#include "blocks/normalisation.h"

namespace fixgate::blocks {

using program::now;
using program::Sum;

ValueId add_layer_normalisation(LayerWriter& layer, const Read& read, const ReducedAxes& axes, double epsilon,
                                const Affine& affine) {
  const int size = layer.size_of(read.value);
  const ValueId mean = add_mean(layer, read, axes, "mean");
  const ValueId means = add_spread(layer, {mean}, axes, "means");
  const ValueId centred = layer.value("centred", size);
  layer.sum(centred, read_sum(read) - now(means));
  const ValueId square = layer.value("square", size);
  layer.sum(square, now(centred) * now(centred));
  const ValueId variance = add_mean(layer, {square}, axes, "variance");
  const ConstantId least = layer.constant("epsilon", Eigen::VectorXd::Constant(1, epsilon));
  const ValueId shifted = layer.value("variance_epsilon", layer.size_of(variance));
  layer.sum(shifted, now(variance) + program::constant(least));
  const ValueId inverse = layer.value("inverse_deviation", layer.size_of(variance));
  layer.table(inverse, WideFunction::ReciprocalSquareRoot, shifted);
  const ValueId inverses = add_spread(layer, {inverse}, axes, "inverse_deviations");
  Sum normal = now(centred) * now(inverses);
  if (affine.scale.size() > 0)
    normal = program::constant(layer.constant("scale", affine.scale, affine.inner)) * normal;
  if (affine.shift.size() > 0)
    normal = std::move(normal) + program::constant(layer.constant("shift", affine.shift, affine.inner));
  const ValueId out = layer.value("out", size);
  layer.sum(out, std::move(normal));
  return out;
}

ValueId add_magnitude(LayerWriter& layer, const Read& re, const Read& im, double epsilon) {
  const int size = layer.size_of(re.value);
  Sum sum = read_sum(re) * read_sum(re) + read_sum(im) * read_sum(im);
  if (epsilon != 0)
    sum =
        std::move(sum) + program::constant(layer.constant("epsilon", Eigen::VectorXd::Constant(1, epsilon)));
  const ValueId power = layer.value("power", size);
  layer.sum(power, std::move(sum));
  const ValueId magnitude = layer.value("magnitude", size);
  layer.table(magnitude, WideFunction::SquareRoot, power);
  return magnitude;
}

void fold_affine(const Eigen::VectorXd& scale, const Eigen::VectorXd& shift, FloatMatrix& weights,
                 Eigen::VectorXd& bias) {
  weights = (weights.cast<double>().array().colwise() * scale.array()).cast<float>();
  if (bias.size() == 0) bias = Eigen::VectorXd::Zero(shift.size());
  bias = (bias.array() * scale.array() + shift.array()).matrix();
}

Affine affine_of_batch_normalisation(const Eigen::VectorXd& scale, const Eigen::VectorXd& bias,
                                     const Eigen::VectorXd& mean, const Eigen::VectorXd& variance,
                                     double epsilon) {
  Affine affine;
  affine.scale = (scale.array() / (variance.array() + epsilon).sqrt()).matrix();
  affine.shift = (bias.array() - mean.array() * affine.scale.array()).matrix();
  return affine;
}

}  // namespace fixgate::blocks
