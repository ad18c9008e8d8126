// Layer normalisation, magnitudes of complex vectors, and batch normalisation folded into a matrix before it.
#pragma once

#include "blocks/reduction.h"

namespace fixgate::blocks {

/// Scale and shift of a normalisation: an element meets number (e / inner) modulo their count; none: 1 and 0.
struct Affine {
  Eigen::VectorXd scale;
  Eigen::VectorXd shift;
  int inner = 1;
};

/// (x - mean) / sqrt(variance + epsilon) along the axes, scaled and shifted, by a table of 1 / sqrt.
ValueId add_layer_normalisation(LayerWriter& layer, const Read& read, const ReducedAxes& axes, double epsilon,
                                const Affine& affine);

/// sqrt(re^2 + im^2 + epsilon), element by element.
ValueId add_magnitude(LayerWriter& layer, const Read& re, const Read& im, double epsilon = 0);

/// scale * (W x + b) + shift as W' x + b': by row, in double, rounded once.
void fold_affine(const Eigen::VectorXd& scale, const Eigen::VectorXd& shift, FloatMatrix& weights,
                 Eigen::VectorXd& bias);

/// What BatchNormalization does to each channel at inference.
Affine affine_of_batch_normalisation(const Eigen::VectorXd& scale, const Eigen::VectorXd& bias,
                                     const Eigen::VectorXd& mean, const Eigen::VectorXd& variance,
                                     double epsilon);

}  // namespace fixgate::blocks
