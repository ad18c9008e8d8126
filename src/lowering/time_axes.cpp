#include "lowering/time_axes.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "lowering/axis_labels.h"
#include "network/recurrent_shapes.h"

namespace fixgate::lowering {
namespace {

/// What makes dimensions of different inputs the same: a symbol, or their place where they have none. Where it is
/// known which axes are sequences, those without a symbol are one dimension, wherever they stand.
std::string key_of(const GraphValue& input, std::size_t axis, const std::set<InputAxis>& sequences = {}) {
  const bool is_named = axis < input.dimension_names.size() && !input.dimension_names[axis].empty();
  if (is_named) return input.dimension_names[axis];
  return sequences.contains({input.name, axis}) ? "sequences" : fmt::format("axis {}", axis);
}

bool is_open(const GraphValue& input, std::size_t axis) {
  return input.shape[axis] < 0;
}

/// Sizes of the open dimensions, by key.
using Sizes = std::map<std::string, std::int64_t>;

Shape shape_with(const GraphValue& input, const Sizes& sizes, const std::set<InputAxis>& sequences = {}) {
  Shape shape = input.shape;
  for (std::size_t axis = 0; axis < shape.size(); ++axis)
    if (is_open(input, axis)) shape[axis] = sizes.at(key_of(input, axis, sequences));
  return shape;
}

/// The axes of inputs that are steps, and those that are sequences.
struct Roles {
  std::set<InputAxis> time;
  std::set<InputAxis> sequences;
  bool is_guessed = false;
};

class RoleFinder {
 public:
  explicit RoleFinder(const Graph& graph) : graph_(graph) {}

  Result<Roles> find() {
    for (const std::int64_t size : {40, 0}) {
      Sizes sizes = first_sizes(size);
      std::map<std::string, Shape> shapes;
      for (const GraphValue& input : graph_.inputs) shapes[input.name] = shape_with(input, sizes);
      labels_ = label_axes(graph_, shapes);
      if (!labels_.recurrent.empty() || labels_.is_complete) break;
    }
    Roles roles;
    for (const RecurrentAxes& axes : labels_.recurrent) {
      if (axes.steps) roles.time.insert(*axes.steps);
      if (axes.sequences) roles.sequences.insert(*axes.sequences);
    }
    // An axis of steps in one node and of sequences in another: the first says what it is.
    for (const InputAxis& axis : roles.time) roles.sequences.erase(axis);
    extend(roles.time, roles.sequences);
    extend(roles.sequences, roles.time);
    if (roles.time.empty()) take_open_axis(roles);
    return roles;
  }

 private:
  /// The first axis gets 2, others more than windows and kernels reach; 0: all the same.
  [[nodiscard]] Sizes first_sizes(std::int64_t size) const {
    Sizes sizes;
    for (const GraphValue& input : graph_.inputs)
      for (std::size_t axis = 0; axis < input.shape.size(); ++axis)
        if (is_open(input, axis)) sizes.emplace(key_of(input, axis), size == 0 || axis == 0 ? 2 : size);
    return sizes;
  }

  /// Axes of other inputs with the same symbol; or of the same fixed size at the same place. What is known to be
  /// something else is left alone.
  void extend(std::set<InputAxis>& axes, const std::set<InputAxis>& others) const {
    const std::set<InputAxis> known = axes;
    for (const GraphValue& input : graph_.inputs)
      for (std::size_t axis = 0; axis < input.shape.size(); ++axis)
        for (const InputAxis& other : known)
          if (other.input != input.name && !others.contains({input.name, axis}) &&
              is_same(input, axis, other))
            axes.insert({input.name, axis});
  }

  [[nodiscard]] bool is_same(const GraphValue& input, std::size_t axis, const InputAxis& other) const {
    const auto found = std::ranges::find(graph_.inputs, other.input, &GraphValue::name);
    const std::size_t place = other.axis;
    if (is_open(input, axis) != is_open(*found, place)) return false;
    if (is_open(input, axis)) return key_of(input, axis) == key_of(*found, place);
    return input.shape[axis] > 1 && axis == place && input.shape[axis] == found->shape[place] &&
           input.shape.size() == found->shape.size();
  }

  /// A symbol that is the first axis of an input stands for the batch.
  [[nodiscard]] bool is_batch(const GraphValue& input, std::size_t axis) const {
    return std::ranges::any_of(graph_.inputs, [&](const GraphValue& other) {
      return !other.shape.empty() && is_open(other, 0) && key_of(other, 0) == key_of(input, axis);
    });
  }

  /// Where no recurrent node says it: the first open axis that is no batch.
  void take_open_axis(Roles& roles) const {
    if (graph_.inputs.empty()) return;
    for (const GraphValue& input : graph_.inputs)
      for (std::size_t axis = 1; axis < input.shape.size(); ++axis) {
        const InputAxis candidate{input.name, axis};
        if (!is_open(input, axis) || roles.sequences.contains(candidate) || is_batch(input, axis)) continue;
        roles.time = {candidate};
        roles.is_guessed = true;
        extend(roles.time, roles.sequences);
        return;
      }
  }

  const Graph& graph_;
  AxisLabels labels_;
};

std::optional<std::size_t> axis_in(const std::set<InputAxis>& axes, const std::string& input) {
  for (const InputAxis& axis : axes)
    if (axis.input == input) return axis.axis;
  return std::nullopt;
}

/// One probe: `ticks` steps on the first clock, a few more on each further one.
Probe probe_with(const Graph& graph, const Roles& roles, std::int64_t ticks) {
  Probe probe;
  probe.steps_are_guessed = roles.is_guessed;
  std::map<std::string, std::size_t> clocks;  // by key of the time axis
  Sizes sizes;
  for (const GraphValue& input : graph.inputs)
    for (std::size_t axis = 0; axis < input.shape.size(); ++axis)
      if (is_open(input, axis)) sizes.emplace(key_of(input, axis, roles.sequences), 1);
  for (const GraphValue& input : graph.inputs) {
    const auto time = axis_in(roles.time, input.name);
    if (!time) continue;
    const std::string key =
        is_open(input, *time) ? key_of(input, *time, roles.sequences) : std::to_string(input.shape[*time]);
    const auto [at, is_new] = clocks.emplace(key, probe.clocks.size());
    if (!is_new) continue;
    const auto extra = 17 * static_cast<std::int64_t>(probe.clocks.size());
    if (is_open(input, *time)) {
      sizes[key] = ticks + extra;
      probe.clocks.push_back({ticks + extra, 0});
    } else {
      probe.clocks.push_back({input.shape[*time], input.shape[*time]});
    }
  }
  if (probe.clocks.empty()) probe.clocks.push_back({1, 1});
  for (const GraphValue& input : graph.inputs) {
    ProbedInput probed{shape_with(input, sizes, roles.sequences), axis_in(roles.time, input.name),
                       std::nullopt, 0, false};
    probed.may_be_state = !probed.time && input.is_float;
    const auto sequences = axis_in(roles.sequences, input.name);
    if (sequences && probed.shape[*sequences] > 1) probed.sequences = sequences;
    if (probed.time) {
      const std::string key = is_open(input, *probed.time) ? key_of(input, *probed.time, roles.sequences)
                                                           : std::to_string(input.shape[*probed.time]);
      probed.clock = clocks.at(key);
      if (probed.shape[*probed.time] == 1) {
        probed.time = std::nullopt;
        probed.may_be_state = input.is_float;
      }
    }
    probe.inputs.emplace(input.name, std::move(probed));
  }
  return probe;
}

bool slides_over_time(const Graph& graph) {
  return std::ranges::any_of(graph.nodes, [](const Node& node) {
    return node.op_type == "Conv" || node.op_type == "ConvTranspose" || node.op_type == "MaxPool" ||
           node.op_type == "AveragePool";
  });
}

}  // namespace

Result<std::vector<Probe>> make_probes(const Graph& graph, const FixedAxes& fixed) {
  for (const GraphValue& input : graph.inputs)
    if (!input.has_shape)
      return fail("graph input '{}' has no shape: export the model with one (dynamic axes are fine)",
                  input.name);
  FIXGATE_ASSIGN(Roles roles, RoleFinder(graph).find());
  const auto is_fixed = [&](const InputAxis& axis) {
    const auto input = std::ranges::find(graph.inputs, axis.input, &GraphValue::name);
    return input->shape[axis.axis] > 1;
  };
  const bool has_fixed_sequences = std::ranges::any_of(roles.sequences, is_fixed);
  const bool has_fixed_steps = std::ranges::any_of(roles.time, is_fixed);
  if (!fixed.sequences) std::erase_if(roles.sequences, is_fixed);
  if (!fixed.steps) std::erase_if(roles.time, is_fixed);
  const std::int64_t ticks = slides_over_time(graph) ? 96 : 37;
  std::vector<Probe> probes{probe_with(graph, roles, ticks)};
  probes.front().has_fixed_sequences = has_fixed_sequences;
  probes.front().has_fixed_steps = has_fixed_steps;
  const bool is_open_time =
      std::ranges::any_of(probes.front().clocks, [](const auto& clock) { return clock.fixed == 0; });
  if (is_open_time) probes.push_back(probe_with(graph, roles, ticks + 60));
  return probes;
}

}  // namespace fixgate::lowering
