// ONNX LSTM, GRU and RNN of operator sets 7 to 22, in the words of the ONNX text: one step at a time, no
// fusion.
#include <Eigen/Core>
#include <algorithm>

#include "network/operators/arguments.h"
#include "network/operators/evaluations.h"
#include "network/operators/strided_walk.h"
#include "network/recurrent_attributes.h"
#include "network/recurrent_shapes.h"

namespace fixgate::operators {
namespace {

using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
using Row = Eigen::Matrix<float, 1, Eigen::Dynamic>;
using ConstMap = Eigen::Map<const Matrix>;
using ConstRow = Eigen::Map<const Row>;
using Functions = std::vector<ActivationFunction>;

/// Sizes of one evaluation.
struct Extent {
  std::int64_t time;
  std::int64_t batch;
  std::int64_t input;
  std::int64_t hidden;
  std::int64_t gates;
  std::int64_t directions;
};

/// What one direction computes with. Rows of the matrices are gates in ONNX order (i o f c; z r h), `hidden`
/// of each.
struct Direction {
  Matrix w;
  Matrix r;
  Row wb;
  Row rb;
  Row peepholes;  // i o f; empty where there are none
  Functions functions;
  bool reverse;
};

/// The state of every batch item: [batch, hidden].
struct State {
  Matrix h;
  Matrix c;  // LSTM only
};

Result<Extent> measure(const OperatorCall& call, const RecurrentAttributes& attributes) {
  for (const std::size_t input : {kX, kW, kR, kB, kInitialHidden, kInitialCell, kPeepholes})
    if (call.has(input)) FIXGATE_CHECK(float_input(call, input));
  FIXGATE_ASSIGN(const RecurrentExtent shapes, check_recurrent_shapes(attributes, [&](std::size_t input) {
                   return call.has(input) ? &call.input(input)->shape : nullptr;
                 }));
  const Extent extent{shapes.time,   shapes.batch,       shapes.inputs,
                      shapes.hidden, attributes.gates(), static_cast<std::int64_t>(attributes.directions())};
  if (extent.input <= 0) return fail("input X has no features");
  FIXGATE_CHECK(check_size(call, {extent.time, extent.directions, extent.batch, extent.hidden}));
  FIXGATE_CHECK(check_size(call, {extent.time, extent.batch, extent.gates * extent.hidden}));
  return extent;
}

/// sequence_lens, or the full time of every batch item.
Result<std::vector<std::int64_t>> lengths_of(const OperatorCall& call, const Extent& extent) {
  if (!call.has(kSequenceLengths))
    return std::vector<std::int64_t>(static_cast<std::size_t>(extent.batch), extent.time);
  FIXGATE_ASSIGN(const auto lengths, integer_list(call, kSequenceLengths));
  for (const std::int64_t length : lengths)
    if (length < 0 || length > extent.time)
      return fail("sequence_lens has {}, outside 0..{}", length, extent.time);
  return lengths;
}

ConstMap block(const Tensor& tensor, std::int64_t d, std::int64_t rows, std::int64_t columns) {
  return {tensor.floats().data() + d * rows * columns, rows, columns};
}

Direction direction_of(const OperatorCall& call, const RecurrentAttributes& attributes, const Extent& extent,
                       std::int64_t d) {
  const std::int64_t rows = extent.gates * extent.hidden;
  Direction result;
  result.w = block(*call.input(kW), d, rows, extent.input);
  result.r = block(*call.input(kR), d, rows, extent.hidden);
  result.wb = Row::Zero(rows);
  result.rb = Row::Zero(rows);
  if (call.has(kB)) {
    result.wb = block(*call.input(kB), 2 * d, 1, rows);
    result.rb = block(*call.input(kB), 2 * d + 1, 1, rows);
  }
  if (call.has(kPeepholes)) result.peepholes = block(*call.input(kPeepholes), d, 1, 3 * extent.hidden);
  result.functions = attributes.activations[static_cast<std::size_t>(d)];
  result.reverse = attributes.direction == RecurrentDirection::Reverse || d == 1;
  return result;
}

/// The initial state in layout 0, [directions, batch, hidden]; zero where the input is left out.
Matrix initial_state(const OperatorCall& call, std::size_t position, const RecurrentAttributes& attributes,
                     const Extent& extent, std::int64_t d) {
  const Tensor* tensor = call.input(position);
  if (tensor == nullptr) return Matrix::Zero(extent.batch, extent.hidden);
  if (attributes.layout == 0) return block(*tensor, d, extent.batch, extent.hidden);
  return block(transposed(*tensor, {1, 0, 2}), d, extent.batch, extent.hidden);
}

/// Clipping bounds the input of the gates' activations; h(Ct) sees Ct as it is (ONNX Runtime).
float activate(const ActivationFunction& function, const std::optional<float>& clip, float x) {
  if (clip) x = std::clamp(x, -*clip, *clip);
  return static_cast<float>(fixgate::evaluate(function, static_cast<double>(x)));
}

/// One cell of each kind: from the gates' input parts `xw` (W x + Wb, [batch, gates * hidden]) to the next
/// state.
class Cell {
 public:
  Cell(const RecurrentAttributes& attributes, const Direction& direction, std::int64_t hidden)
      : attributes_(attributes), direction_(direction), hidden_(hidden) {}

  [[nodiscard]] State next(const Matrix& xw, const State& state) const {
    if (attributes_.kind == CellKind::Lstm) return next_lstm(xw, state);
    if (attributes_.kind == CellKind::Gru) return next_gru(xw, state);
    return {apply(0, recur(xw, state.h)), {}};
  }

 private:
  [[nodiscard]] Matrix apply(std::size_t function, const Matrix& x) const {
    return x.unaryExpr(
        [&](float value) { return activate(direction_.functions[function], attributes_.clip, value); });
  }

  [[nodiscard]] Matrix recur(const Matrix& xw, const Matrix& h) const {
    return (xw + h * direction_.r.transpose()).rowwise() + direction_.rb;
  }

  [[nodiscard]] auto gate(const Matrix& all, std::int64_t position) const {
    return all.middleCols(position * hidden_, hidden_);
  }

  /// z = f(..), r = f(..), n = g(..), H = (1 - z) n + z h.
  [[nodiscard]] State next_gru(const Matrix& xw, const State& state) const {
    const auto rh = direction_.r.bottomRows(hidden_).transpose();
    const auto rbh = direction_.rb.tail(hidden_);
    const Matrix zr =
        (xw.leftCols(2 * hidden_) + state.h * direction_.r.topRows(2 * hidden_).transpose()).rowwise() +
        direction_.rb.head(2 * hidden_);
    const Matrix z = apply(0, gate(zr, 0));
    const Matrix r = apply(0, gate(zr, 1));
    Matrix recurrent;
    if (attributes_.linear_before_reset) {
      const Matrix linear = (state.h * rh).rowwise() + rbh;
      recurrent = r.cwiseProduct(linear);
    } else {
      recurrent = (r.cwiseProduct(state.h) * rh).rowwise() + rbh;
    }
    const Matrix n = apply(1, gate(xw, 2) + recurrent);
    return {n - z.cwiseProduct(n) + z.cwiseProduct(state.h), {}};
  }

  /// `x` with a gate's peephole connection to `c` added; positions as in P: i 0, o 1, f 2.
  [[nodiscard]] Matrix with_peephole(Matrix x, const Matrix& c, std::int64_t position) const {
    if (direction_.peepholes.size() == 0) return x;
    const Row weights = direction_.peepholes.segment(position * hidden_, hidden_);
    return x + Matrix(c.array().rowwise() * weights.array());
  }

  /// Gates in the order i o f c; C = f c + i g(..), H = o h(C).
  [[nodiscard]] State next_lstm(const Matrix& xw, const State& state) const {
    const Matrix all = recur(xw, state.h);
    const Matrix i = apply(0, with_peephole(gate(all, 0), state.c, 0));
    Matrix f = Matrix::Ones(i.rows(), i.cols()) - i;
    if (!attributes_.input_forget) f = apply(0, with_peephole(gate(all, 2), state.c, 2));
    const Matrix c = f.cwiseProduct(state.c) + i.cwiseProduct(apply(1, gate(all, 3)));
    const Matrix o = apply(0, with_peephole(gate(all, 1), c, 1));
    const Matrix squashed =
        c.unaryExpr([&](float value) { return activate(direction_.functions[2], {}, value); });
    return {o.cwiseProduct(squashed), c};
  }

  const RecurrentAttributes& attributes_;
  const Direction& direction_;
  std::int64_t hidden_;
};

/// Runs one direction over the time steps. A batch item whose sequence has ended holds its state and leaves Y
/// at zero; the reverse direction starts at each item's own last step. An item of length 0 ends with zero
/// state (ONNX Runtime).
class Run {
 public:
  Run(const RecurrentAttributes& attributes, const Extent& extent, const std::vector<std::int64_t>& lengths)
      : attributes_(attributes), extent_(extent), lengths_(lengths) {}

  /// `x`: [time * batch, input]; `y`: [time, directions, batch, hidden], zero at first. Returns the final
  /// state.
  State operator()(const Direction& direction, std::int64_t d, const ConstMap& x, State state,
                   float* y) const {
    const Matrix xw = (x * direction.w.transpose()).rowwise() + direction.wb;
    const Cell cell(attributes_, direction, extent_.hidden);
    Matrix step_input(extent_.batch, xw.cols());
    for (std::int64_t step = 0; step < extent_.time; ++step) {
      for (std::int64_t b = 0; b < extent_.batch; ++b)
        step_input.row(b) = xw.row(time_of(direction, step, b) * extent_.batch + b);
      const State next = cell.next(step_input, state);
      for (std::int64_t b = 0; b < extent_.batch; ++b)
        if (step < length(b)) accept(next, b, y + y_offset(time_of(direction, step, b), d, b), state);
    }
    for (std::int64_t b = 0; b < extent_.batch; ++b)
      if (length(b) == 0 && extent_.time > 0) clear(state, b);
    return state;
  }

 private:
  [[nodiscard]] std::int64_t length(std::int64_t b) const { return lengths_[static_cast<std::size_t>(b)]; }

  [[nodiscard]] std::int64_t time_of(const Direction& direction, std::int64_t step, std::int64_t b) const {
    return direction.reverse && step < length(b) ? length(b) - 1 - step : step;
  }

  [[nodiscard]] std::int64_t y_offset(std::int64_t t, std::int64_t d, std::int64_t b) const {
    return ((t * extent_.directions + d) * extent_.batch + b) * extent_.hidden;
  }

  void accept(const State& next, std::int64_t b, float* y, State& state) const {
    state.h.row(b) = next.h.row(b);
    if (attributes_.kind == CellKind::Lstm) state.c.row(b) = next.c.row(b);
    std::copy_n(next.h.row(b).data(), extent_.hidden, y);
  }

  static void clear(State& state, std::int64_t b) {
    state.h.row(b).setZero();
    state.c.row(b).setZero();
  }

  const RecurrentAttributes& attributes_;
  const Extent& extent_;
  const std::vector<std::int64_t>& lengths_;
};

Tensor zeros(Shape shape) {
  std::vector<float> values(static_cast<std::size_t>(element_count(shape)), 0.0F);
  return {std::move(shape), std::move(values)};
}

/// Y, Y_h and Y_c from layout 0 to the node's layout.
Outputs in_layout(Outputs outputs, std::int64_t layout) {
  if (layout == 0) return outputs;
  outputs[0] = transposed(outputs[0], {2, 0, 1, 3});
  for (std::size_t i = 1; i < outputs.size(); ++i) outputs[i] = transposed(outputs[i], {1, 0, 2});
  return outputs;
}

Outputs compute(const OperatorCall& call, const RecurrentAttributes& attributes, const Tensor& x,
                const Extent& extent, const std::vector<std::int64_t>& lengths) {
  const Shape state_shape{extent.directions, extent.batch, extent.hidden};
  Outputs outputs{zeros({extent.time, extent.directions, extent.batch, extent.hidden}), zeros(state_shape)};
  if (attributes.kind == CellKind::Lstm) outputs.push_back(zeros(state_shape));
  const ConstMap steps(x.floats().data(), extent.time * extent.batch, extent.input);
  const Run run(attributes, extent, lengths);
  for (std::int64_t d = 0; d < extent.directions; ++d) {
    const Direction direction = direction_of(call, attributes, extent, d);
    State state{initial_state(call, kInitialHidden, attributes, extent, d),
                initial_state(call, kInitialCell, attributes, extent, d)};
    state = run(direction, d, steps, std::move(state), outputs[0].floats().data());
    const std::int64_t offset = d * extent.batch * extent.hidden;
    std::copy_n(state.h.data(), state.h.size(), outputs[1].floats().data() + offset);
    if (outputs.size() > 2) std::copy_n(state.c.data(), state.c.size(), outputs[2].floats().data() + offset);
  }
  return outputs;
}

}  // namespace

Result<Outputs> recurrent(const OperatorCall& call) {
  FIXGATE_ASSIGN(const RecurrentAttributes attributes, parse_recurrent_attributes(call.node));
  FIXGATE_ASSIGN(const Extent extent, measure(call, attributes));
  const Tensor& given = *call.input(kX);
  const Tensor x = attributes.layout == 0 ? given : transposed(given, {1, 0, 2});
  FIXGATE_ASSIGN(const auto lengths, lengths_of(call, extent));
  return in_layout(compute(call, attributes, x, extent, lengths), attributes.layout);
}

}  // namespace fixgate::operators
