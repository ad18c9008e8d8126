// The network as a chain of layers over a sequence: what calibration, quantisation and the float runner read.
#pragma once

#include <Eigen/Core>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "network/activation_function.h"
#include "network/kinds.h"

namespace fixgate {

using FloatMatrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using FloatVector = Eigen::VectorXf;
/// Shared, so that a decoder tied to the embedding is the same matrix: stored and counted once.
using SharedMatrix = std::shared_ptr<const FloatMatrix>;

/// One direction of a recurrent layer. Matrices hold the gates' row blocks one under the other.
struct RecurrentCell {
  bool reverse = false;
  FloatMatrix input_weights;                    // W [gates * hidden, inputs]
  FloatMatrix recurrent_weights;                // R [gates * hidden, hidden]
  FloatVector input_bias;                       // Wb [gates * hidden]
  FloatVector recurrent_bias;                   // Rb [gates * hidden]
  FloatVector initial_hidden;                   // [hidden]
  FloatVector initial_cell;                     // [hidden], LSTM only
  std::vector<ActivationFunction> activations;  // as ONNX's f, g, h: LSTM 3, GRU 2, RNN 1
};

/// ONNX LSTM, GRU or RNN (operator set 14), without peepholes and clip.
struct RecurrentLayer {
  std::string name;
  CellKind kind = CellKind::Lstm;
  bool linear_before_reset = false;  // GRU only
  std::vector<RecurrentCell> cells;  // forward, reverse, or both in that order

  [[nodiscard]] Eigen::Index inputs() const { return cells.front().input_weights.cols(); }
  [[nodiscard]] Eigen::Index hidden() const { return cells.front().recurrent_weights.cols(); }
};

struct EmbeddingLayer {
  std::string name;
  SharedMatrix table;  // [vocabulary, outputs]
};

struct DenseLayer {
  std::string name;
  SharedMatrix weights;  // [outputs, inputs]
  bool has_bias = false;
  FloatVector bias;  // [outputs], zero where the file has none
  bool has_activation = false;
  ActivationFunction activation;
};

struct SelectLayer {
  std::string name;
  SelectKind kind = SelectKind::LastStep;
};

using Layer = std::variant<EmbeddingLayer, RecurrentLayer, DenseLayer, SelectLayer>;

struct Network {
  std::string name;
  bool takes_tokens = false;
  Eigen::Index inputs = 0;  // features a step, or the vocabulary's size
  bool streaming = false;   // its states are graph inputs and outputs: they carry on from call to call
  std::vector<Layer> layers;
  OutputFunction output_function = OutputFunction::None;
  CallSteps call;
};

const std::string& layer_name(const Layer& layer);
/// Values a step that the layer hands on; `inputs` is what it gets.
Eigen::Index output_count(const Layer& layer, Eigen::Index inputs);
Eigen::Index output_count(const Network& network);
/// True if the network gives one output for each step, false if one for the sequence.
bool outputs_every_step(const Network& network);

/// Distinct float parameters; a tied matrix counts once.
struct ParameterCount {
  std::int64_t whole = 0;
  std::int64_t recurrent = 0;
};
ParameterCount count_parameters(const Network& network);
/// Multiplications with a weight in one time step (dense layers after a Select included).
std::int64_t multiply_accumulates(const Network& network);

}  // namespace fixgate
