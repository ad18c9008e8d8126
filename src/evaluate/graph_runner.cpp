#include "evaluate/graph_runner.h"

#include <algorithm>
#include <cmath>

#include "network/executor.h"
#include "network/fold.h"

namespace fixgate {
namespace {

/// Sequences of a batch are summed in other orders at times.
constexpr float kRoundingError = 1e-4F;

bool is_alike(const float* one, const float* other, std::int64_t count) {
  return std::equal(one, one + count, other,
                    [](float a, float b) { return std::abs(a - b) <= kRoundingError * (1 + std::abs(a)); });
}

/// The first sequence of those that a call answers. Error: they are all the same, but not their answers.
Result<Tensor> first_of_batch(const Tensor& output, std::int64_t batch, std::int64_t steps) {
  if (batch == 1) return output;
  const auto axis = std::ranges::find(output.shape, batch);
  if (axis == output.shape.end() || batch == steps)
    return fail("which axis of the output, of {} sequences and {} steps, is the batch cannot be told", batch,
                steps);
  const auto before = element_count({output.shape.begin(), axis});
  const auto after = element_count({axis + 1, output.shape.end()});
  Tensor first{output.shape, std::vector<float>()};
  first.shape[static_cast<std::size_t>(axis - output.shape.begin())] = 1;
  for (std::int64_t outer = 0; outer < before; ++outer) {
    const float* from = output.floats().data() + outer * batch * after;
    for (std::int64_t other = 1; other < batch; ++other)
      if (!is_alike(from, from + other * after, after))
        return fail("the graph, for batches of {}, answers the same sequence otherwise at other places",
                    batch);
    first.floats().insert(first.floats().end(), from, from + after);
  }
  return first;
}

}  // namespace

Result<GraphRunner> GraphRunner::make(const Graph& graph) {
  FIXGATE_ASSIGN(GraphRoles roles, find_roles(graph));
  Graph own = graph;
  own.outputs = {{roles.output, true, false, {}}};
  for (const GraphState& state : roles.states)
    if (!state.output.empty()) own.outputs.push_back({state.output, true, false, {}});
  remove_unused(own);
  return GraphRunner(std::move(own), std::move(roles));
}

GraphRunner::State GraphRunner::initial_state() const {
  State state;
  for (const GraphState& one : roles_.states) {
    const Shape shape = call_shape(one.input, roles_.batch);
    state[one.input.name] = {shape, std::vector<float>(static_cast<std::size_t>(element_count(shape)))};
  }
  return state;
}

Result<void> GraphRunner::check(const Sequence& sequence) const {
  if (roles_.data.is_float == (sequence.features.size() == 0))
    return fail("the network reads {}, the data has {}", roles_.data.is_float ? "features" : "tokens",
                roles_.data.is_float ? "tokens" : "features");
  if (roles_.data.is_float && sequence.features.cols() != roles_.data.shape.back())
    return fail("the network reads {} features a step, the data has {}", roles_.data.shape.back(),
                sequence.features.cols());
  return check_steps(roles_.call, static_cast<std::int64_t>(sequence.steps()));
}

Result<FloatMatrix> GraphRunner::run(const Sequence& sequence, State& state) const {
  FIXGATE_CHECK(check(sequence));
  const auto all = static_cast<std::int64_t>(sequence.steps());
  const std::int64_t steps = roles_.call.count == 0 ? all : roles_.call.count;
  FloatMatrix outputs;
  for (std::int64_t first = 0; first < all; first += steps) {
    FIXGATE_ASSIGN(FloatMatrix rows, run_call(sequence, first, steps, state));
    if (rows.rows() != steps || first == 0) {  // one output for the sequence: the last call's
      outputs = std::move(rows);
      continue;
    }
    outputs.conservativeResize(first + steps, Eigen::NoChange);
    outputs.bottomRows(steps) = rows;
  }
  return outputs;
}

Result<FloatMatrix> GraphRunner::run_call(const Sequence& sequence, std::int64_t first, std::int64_t steps,
                                          State& state) const {
  std::map<std::string, Tensor> inputs = state;
  inputs[roles_.data.name] = data_of(sequence, first, steps);
  for (const GraphValue& lengths : roles_.lengths) {
    const Shape shape = call_shape(lengths, roles_.batch);
    inputs[lengths.name] = {shape,
                            std::vector<std::int64_t>(static_cast<std::size_t>(element_count(shape)), steps)};
  }
  FIXGATE_ASSIGN(const auto outputs, Executor(graph_).run(inputs));
  for (const GraphState& one : roles_.states)
    if (!one.output.empty()) state[one.input.name] = outputs.at(one.output);
  return rows_of(outputs.at(roles_.output), steps);
}

/// Every sequence of the batch is the same one.
Tensor GraphRunner::data_of(const Sequence& sequence, std::int64_t first, std::int64_t steps) const {
  Tensor data;
  data.shape = roles_.data.shape;
  data.shape[roles_.time_axis] = steps;
  if (roles_.batch_axis) data.shape[*roles_.batch_axis] = roles_.batch;
  const bool is_batch_first = roles_.time_axis == 1;
  const std::int64_t count = roles_.batch * steps;
  const auto step_of = [&](std::int64_t at) {
    return first + (is_batch_first ? at % steps : at / roles_.batch);
  };
  if (!roles_.data.is_float) {
    std::vector<std::int64_t> tokens;
    for (std::int64_t at = 0; at < count; ++at)
      tokens.push_back(sequence.tokens[static_cast<std::size_t>(step_of(at))]);
    data.data = std::move(tokens);
    return data;
  }
  FloatMatrix rows(count, sequence.features.cols());
  for (std::int64_t at = 0; at < count; ++at) rows.row(at) = sequence.features.row(step_of(at));
  data.data = std::vector<float>(rows.data(), rows.data() + rows.size());
  return data;
}

Result<FloatMatrix> GraphRunner::rows_of(const Tensor& output, std::int64_t steps) const {
  if (!output.is_float())
    return fail("graph output '{}' holds integers; give a graph that ends in the values of the classes",
                roles_.output);
  FIXGATE_ASSIGN(const Tensor one, first_of_batch(output, roles_.batch, steps));
  const std::int64_t columns = one.shape.empty() ? 1 : one.shape.back();
  const std::int64_t rows = columns == 0 ? 0 : static_cast<std::int64_t>(one.floats().size()) / columns;
  if (rows != 1 && rows != steps)
    return fail("graph output '{}' has {} rows of {} values, neither one nor one for each of {} steps",
                roles_.output, rows, columns, steps);
  return FloatMatrix(Eigen::Map<const FloatMatrix>(one.floats().data(), rows, columns));
}

}  // namespace fixgate
