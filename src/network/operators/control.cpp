#include <algorithm>
#include <optional>

#include "network/node_attributes.h"
#include "network/operators/arguments.h"
#include "network/operators/bodies.h"
#include "network/operators/evaluations.h"
#include "network/operators/strided_walk.h"
#include "network/run_graph.h"

namespace fixgate::operators {
namespace {

using Integers = std::vector<std::int64_t>;
using Tensors = std::vector<Tensor>;

Result<bool> flag_of(const Tensor& tensor) {
  if (tensor.is_float() || tensor.integers().size() != 1) return fail("the condition must be one bool");
  return tensor.integers()[0] != 0;
}

/// Runs bodies of one node, each run at the cost of its nodes.
class BodyRunner {
 public:
  explicit BodyRunner(const OperatorCall& call) : call_(call) {
    const auto first = call.inputs.end() - static_cast<std::ptrdiff_t>(call.node.captured);
    captured_.assign(first, call.inputs.end());
  }

  /// With the inputs and behind them what the node's bodies capture.
  Result<Tensors> run(const Graph& body, std::vector<const Tensor*> inputs) {
    inputs.insert(inputs.end(), captured_.begin(), captured_.end());
    FIXGATE_CHECK(check_types(body, inputs));
    RunBudget& budget = call_.budget != nullptr ? *call_.budget : own_;
    budget.body_nodes -= std::ssize(body.nodes) + 1;
    if (budget.body_nodes < 0)
      return fail("the bodies of If, Loop and Scan run more than {} nodes, which is the limit",
                  RunBudget().body_nodes);
    return run_graph(body, inputs, {call_.element_limit, call_.shared_limit, &budget});
  }

 private:
  static Result<void> check_types(const Graph& body, const std::vector<const Tensor*>& inputs) {
    for (std::size_t i = 0; i < inputs.size() && i < body.inputs.size(); ++i) {
      if (inputs[i] == nullptr) return fail("a value that its body reads is missing");
      if (inputs[i]->is_float() != body.inputs[i].is_float)
        return fail("input '{}' of its body is of another type", body.inputs[i].name);
    }
    return {};
  }

  const OperatorCall& call_;
  std::vector<const Tensor*> captured_;
  RunBudget own_;
};

/// Tensors of one shape, stacked along a new axis in front.
class Stack {
 public:
  Result<void> add(const OperatorCall& call, const Tensor& step) {
    if (steps_ == 0) stacked_ = step;
    if (steps_ > 0 && (step.shape != shape_ || step.is_float() != stacked_.is_float()))
      return fail("its body gives an output of the shape {} after {}", to_text(step.shape), to_text(shape_));
    shape_ = step.shape;
    Shape whole = shape_;
    whole.insert(whole.begin(), ++steps_);
    FIXGATE_CHECK(check_size(call, whole));
    if (steps_ > 1)
      std::visit(
          [&](auto& values) {
            const auto& more = std::get<std::decay_t<decltype(values)>>(step.data);
            values.insert(values.end(), more.begin(), more.end());
          },
          stacked_.data);
    return {};
  }

  /// `declared` says what there would be where there was no step.
  Tensor take(const GraphValue& declared) {
    if (steps_ == 0) {
      if (declared.is_float)
        stacked_.data = std::vector<float>();
      else
        stacked_.data = Integers();
      shape_ = declared.shape;
      std::ranges::replace_if(
          shape_, [](std::int64_t size) { return size < 0; }, 0);
    }
    stacked_.shape = shape_;
    stacked_.shape.insert(stacked_.shape.begin(), steps_);
    return std::move(stacked_);
  }

 private:
  std::int64_t steps_ = 0;
  Shape shape_;
  Tensor stacked_;
};

/// What a Loop or Scan carries along.
struct Progress {
  Tensors states;
  std::vector<Stack> stacks;

  /// `first`: where the states stand among the body's outputs.
  Result<void> take(const OperatorCall& call, Tensors outputs, std::size_t first) {
    for (std::size_t i = 0; i < states.size(); ++i) states[i] = std::move(outputs[first + i]);
    for (std::size_t i = 0; i < stacks.size(); ++i)
      FIXGATE_CHECK(stacks[i].add(call, outputs[first + states.size() + i]));
    return {};
  }
};

Result<Tensors> initial_states(const OperatorCall& call, std::size_t first, std::size_t count) {
  Tensors states;
  for (std::size_t i = 0; i < count; ++i) {
    if (!call.has(first + i)) return fail("input {} is missing", first + i);
    states.push_back(*call.inputs[first + i]);
  }
  return states;
}

/// One of Scan's axis or direction lists, 0 where the node has none.
Result<Integers> scan_list(const Node& node, const std::string& name, std::size_t count) {
  FIXGATE_ASSIGN(const Integers values, attribute_or<Integers>(node, name, Integers(count, 0)));
  if (values.size() != count) return fail("attribute '{}' has {} values, not {}", name, values.size(), count);
  return values;
}

/// An input that Scan cuts into steps.
struct Scanned {
  Tensor steps;  // its axis in front
  bool backwards = false;

  [[nodiscard]] std::int64_t count() const { return steps.shape[0]; }

  [[nodiscard]] Tensor at(std::int64_t step) const {
    const Shape shape(steps.shape.begin() + 1, steps.shape.end());
    const std::int64_t position = backwards ? count() - 1 - step : step;
    return gather_strided(steps, shape, row_major_strides(shape), position * element_count(shape));
  }
};

/// The axis at `from` moved to `to`.
Tensor with_moved_axis(const Tensor& tensor, std::size_t from, std::size_t to) {
  Shape order;
  for (std::size_t d = 0; d < tensor.shape.size(); ++d)
    if (d != from) order.push_back(static_cast<std::int64_t>(d));
  order.insert(order.begin() + static_cast<std::ptrdiff_t>(to), static_cast<std::int64_t>(from));
  return transposed(tensor, order);
}

Result<std::vector<Scanned>> scanned_inputs(const OperatorCall& call, const BodyParts& parts) {
  FIXGATE_ASSIGN(const Integers axes, scan_list(call.node, "scan_input_axes", parts.scanned));
  FIXGATE_ASSIGN(const Integers directions, scan_list(call.node, "scan_input_directions", parts.scanned));
  std::vector<Scanned> inputs;
  for (std::size_t i = 0; i < parts.scanned; ++i) {
    const Tensor* tensor = call.input(parts.states + i);
    if (tensor == nullptr) return fail("input {} is missing", parts.states + i);
    FIXGATE_ASSIGN(const std::size_t axis, normalise_axis(axes[i], tensor->shape.size()));
    inputs.push_back({with_moved_axis(*tensor, axis, 0), directions[i] != 0});
    if (inputs[i].count() != inputs[0].count())
      return fail("scanned inputs have {} and {} steps", inputs[0].count(), inputs[i].count());
  }
  return inputs;
}

Tensor reversed_steps(const Tensor& tensor) {
  Shape strides = row_major_strides(tensor.shape);
  const std::int64_t last = tensor.shape[0] > 0 ? (tensor.shape[0] - 1) * strides[0] : 0;
  strides[0] = -strides[0];
  return gather_strided(tensor, tensor.shape, strides, last);
}

Result<Outputs> finished_scan(const OperatorCall& call, const Graph& body, Progress progress) {
  const std::size_t states = progress.states.size();
  FIXGATE_ASSIGN(const Integers axes, scan_list(call.node, "scan_output_axes", progress.stacks.size()));
  FIXGATE_ASSIGN(const Integers directions,
                 scan_list(call.node, "scan_output_directions", progress.stacks.size()));
  Outputs outputs = std::move(progress.states);
  for (std::size_t i = 0; i < progress.stacks.size(); ++i) {
    Tensor stacked = progress.stacks[i].take(body.outputs[states + i]);
    if (directions[i] != 0) stacked = reversed_steps(stacked);
    FIXGATE_ASSIGN(const std::size_t axis, normalise_axis(axes[i], stacked.shape.size()));
    outputs.push_back(axis == 0 ? std::move(stacked) : with_moved_axis(stacked, 0, axis));
  }
  return outputs;
}

}  // namespace

Result<Outputs> branch(const OperatorCall& call) {
  FIXGATE_CHECK(check_bodies(call.node));
  FIXGATE_ASSIGN(const bool condition, flag_of(*call.inputs[0]));
  FIXGATE_ASSIGN(const Body body, body_of(call.node, condition ? "then_branch" : "else_branch"));
  return BodyRunner(call).run(*body, {});
}

Result<Outputs> loop(const OperatorCall& call) {
  FIXGATE_ASSIGN(const BodyParts parts, parts_of_loop(call.node));
  FIXGATE_ASSIGN(const Body body, body_of(call.node, "body"));
  std::optional<std::int64_t> most;
  if (call.has(0)) {
    FIXGATE_ASSIGN(const Tensor* trips, integer_input(call, 0));
    if (trips->integers().size() != 1) return fail("input M must be one number");
    most = trips->integers()[0];
  }
  bool goes_on = true;
  if (call.has(1)) {
    FIXGATE_ASSIGN(goes_on, flag_of(*call.inputs[1]));
  }
  Progress progress{{}, std::vector<Stack>(parts.collected)};
  FIXGATE_ASSIGN(progress.states, initial_states(call, 2, parts.states));
  BodyRunner runner(call);
  for (std::int64_t i = 0; goes_on && (!most || i < *most); ++i) {
    const Tensor count{{}, Integers{i}};
    const Tensor condition{{}, Integers{1}};
    std::vector<const Tensor*> inputs{&count, &condition};
    for (const Tensor& state : progress.states) inputs.push_back(&state);
    FIXGATE_ASSIGN(Tensors outputs, runner.run(*body, std::move(inputs)));
    FIXGATE_ASSIGN(goes_on, flag_of(outputs[0]));
    FIXGATE_CHECK(progress.take(call, std::move(outputs), 1));
  }
  Outputs outputs = std::move(progress.states);
  for (std::size_t i = 0; i < parts.collected; ++i)
    outputs.push_back(progress.stacks[i].take(body->outputs[1 + parts.states + i]));
  return outputs;
}

Result<Outputs> scan(const OperatorCall& call) {
  FIXGATE_ASSIGN(const BodyParts parts, parts_of_scan(call.node));
  FIXGATE_ASSIGN(const Body body, body_of(call.node, "body"));
  FIXGATE_ASSIGN(const std::vector<Scanned> scanned, scanned_inputs(call, parts));
  Progress progress{{}, std::vector<Stack>(parts.collected)};
  FIXGATE_ASSIGN(progress.states, initial_states(call, 0, parts.states));
  BodyRunner runner(call);
  for (std::int64_t step = 0; step < scanned[0].count(); ++step) {
    Tensors cut;
    for (const Scanned& input : scanned) cut.push_back(input.at(step));
    std::vector<const Tensor*> inputs;
    for (const Tensor& state : progress.states) inputs.push_back(&state);
    for (const Tensor& part : cut) inputs.push_back(&part);
    FIXGATE_ASSIGN(Tensors outputs, runner.run(*body, std::move(inputs)));
    FIXGATE_CHECK(progress.take(call, std::move(outputs), 0));
  }
  return finished_scan(call, *body, std::move(progress));
}

}  // namespace fixgate::operators
