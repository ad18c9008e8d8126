#include "calibrate/embedding_use.h"

#include <cmath>

namespace fixgate {
namespace {

Eigen::MatrixXd stacked_weights(const RecurrentLayer& layer) {
  Eigen::MatrixXd all(count_sums(layer), layer.inputs());
  Eigen::Index row = 0;
  for (const RecurrentCell& cell : layer.cells) {
    all.middleRows(row, cell.input_weights.rows()) = cell.input_weights.cast<double>();
    row += cell.input_weights.rows();
  }
  return all;
}

Eigen::MatrixXd stacked_weights(const FixedChain& network, Eigen::Index sums) {
  const auto& layer = std::get<FixedRecurrent>(network.layers[1]);
  Eigen::MatrixXd all(sums, layer.inputs);
  Eigen::Index row = 0;
  for (const FixedCell& cell : layer.cells)
    for (const FixedGate& gate : cell.gates) {
      const WeightMatrix& matrix = network.weights[static_cast<std::size_t>(gate.input_weights)];
      for (int j = 0; j < matrix.rows; ++j, ++row)
        for (int k = 0; k < matrix.columns; ++k)
          all(row, k) = std::ldexp(matrix.row(j)[static_cast<std::size_t>(k)],
                                   -matrix.row_fractions[static_cast<std::size_t>(j)]);
    }
  return all;
}

}  // namespace

const RecurrentLayer* reader_of_embedding(const Network& network) {
  return network.layers.size() < 2 ? nullptr : std::get_if<RecurrentLayer>(&network.layers[1]);
}

Eigen::Index count_sums(const RecurrentLayer& layer) {
  return layer.cells.front().input_weights.rows() * static_cast<Eigen::Index>(layer.cells.size());
}

FloatMatrix gradient_behind_embedding(const CalibrationRunner& runner, const ObservedRun& run) {
  const auto* reader = reader_of_embedding(runner.network());
  if (reader == nullptr) return run.gradients[static_cast<std::size_t>(runner.signals().layers[0].output)];
  FloatMatrix gradient(static_cast<Eigen::Index>(run.sequence().steps()), count_sums(*reader));
  Eigen::Index column = 0;
  for (std::size_t cell = 0; cell < reader->cells.size(); ++cell)
    for (const int pre : runner.signals().layers[1].cells[cell].pre_activation) {
      const FloatMatrix& visits = run.gradients[static_cast<std::size_t>(pre)];
      gradient.middleCols(column, visits.cols()) =
          reader->cells[cell].reverse ? FloatMatrix(visits.colwise().reverse()) : visits;
      column += visits.cols();
    }
  return gradient;
}

MatrixUse embedding_use(const CalibrationRunner& runner, const Eigen::MatrixXd& fisher,
                        const Eigen::VectorXd& harm) {
  MatrixUse use;
  use.harm = harm;
  use.moment = use.cross = fisher;
  if (const auto* reader = reader_of_embedding(runner.network())) {
    const Eigen::MatrixXd weights = stacked_weights(*reader);
    const Eigen::MatrixXd judged =
        (runner.fixed() == nullptr ? weights : stacked_weights(*runner.fixed(), weights.rows())).transpose() *
        fisher;
    use.cross = judged * weights;
    use.moment =
        runner.fixed() == nullptr ? use.cross : judged * stacked_weights(*runner.fixed(), weights.rows());
  }
  use.mean = Eigen::VectorXd::Zero(use.moment.rows());
  return use;
}

}  // namespace fixgate
