// How errors of an embedding's rows hurt: by way of the layer that reads them.
#pragma once

#include "calibrate/observed_run.h"
#include "calibrate/weight_statistics.h"

namespace fixgate {

/// The recurrent layer behind the network's first layer, an embedding; null: another kind of layer reads it.
const RecurrentLayer* reader_of_embedding(const Network& network);

/// How many sums the layer has, over all its gates and cells.
Eigen::Index count_sums(const RecurrentLayer& layer);

/// The gradient by those sums [steps, sums], gates in ONNX's order, in the order of the steps; if another
/// kind of layer reads the embedding, by the embedded vector.
FloatMatrix gradient_behind_embedding(const CalibrationRunner& runner, const ObservedRun& run);

/// `fisher`: the second moment of that gradient. `harm`: by token.
MatrixUse embedding_use(const CalibrationRunner& runner, const Eigen::MatrixXd& fisher,
                        const Eigen::VectorXd& harm);

}  // namespace fixgate
