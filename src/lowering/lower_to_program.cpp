#include "lowering/lower_to_program.h"

#include <fmt/format.h>

#include <algorithm>

#include "lowering/settings.h"
#include "lowering/time_axes.h"
#include "lowering/walk.h"
#include "program/uses.h"

namespace fixgate::lowering {
namespace {

/// Outputs that change with the number of steps are no constants.
void keep_equal_constants(program::Origin& a, program::Origin& b) {
  std::erase_if(a.constants, [&](const program::ConstantOutput& one) {
    return std::ranges::find(b.constants, one) == b.constants.end();
  });
  b.constants = a.constants;
}

bool are_equal(const program::FloatNetwork& a, const program::FloatNetwork& b) {
  const auto same_weights = [](const SharedMatrix& x, const SharedMatrix& y) {
    return x->rows() == y->rows() && x->cols() == y->cols() && *x == *y;
  };
  return a.program == b.program && std::ranges::equal(a.weights, b.weights, same_weights) &&
         std::ranges::equal(a.constants, b.constants) && std::ranges::equal(a.initial, b.initial);
}

Examination refused(const Error& error) {
  Examination result;
  result.refusals.push_back(error);
  return result;
}

/// One traced run as a program.
Examination traced(const Graph& graph, const Options& options, const Probe& probe) {
  Walk walk(graph, options, probe);
  walk.run();
  Examination result;
  result.refusals = walk.refusals();
  if (!result.refusals.empty()) {
    result.understood = walk.understood();
    return result;
  }
  auto lowered = walk.finish();
  if (!lowered) return refused(lowered.error());
  result.lowered = std::move(*lowered);
  return result;
}

}  // namespace

namespace {

/// Symbolic dimensions that are neither steps of a recurrent node nor its sequences.
void add_open_dimensions(const std::vector<Probe>& probes, const Graph& graph, Examination& examination) {
  if (!probes.front().steps_are_guessed) return;
  for (const GraphValue& input : graph.inputs) {
    const auto& time = probes.front().inputs.at(input.name).time;
    if (!time || input.shape[*time] >= 0) continue;
    const bool is_named = *time < input.dimension_names.size() && !input.dimension_names[*time].empty();
    const std::string name =
        is_named ? input.dimension_names[*time] : fmt::format("{}.{}", input.name, *time);
    if (std::ranges::find(examination.must_be_set, name) == examination.must_be_set.end())
      examination.must_be_set.push_back(name);
  }
}

Examination examined_as(const Graph& graph, const Options& options, const FixedAxes& fixed) {
  const auto probes = make_probes(graph, fixed);
  if (!probes) return refused(probes.error());
  Examination first = traced(graph, options, probes->front());
  if (!first.lowered) add_open_dimensions(*probes, graph, first);
  if (!first.lowered || probes->size() == 1) return first;
  Examination second = traced(graph, options, (*probes)[1]);
  if (second.lowered)
    keep_equal_constants(first.lowered->network.program.origin, second.lowered->network.program.origin);
  if (second.lowered && are_equal(first.lowered->network, second.lowered->network)) return first;
  Examination different =
      refused({"what the graph computes depends on the number of steps otherwise than step by step"});
  add_open_dimensions(*probes, graph, different);
  return different;
}

/// Axes of fixed size as recurrent nodes have them, else as what else they may be. The first refusals are told.
Examination examined(const Graph& graph, const Options& options) {
  Examination first = examined_as(graph, options, {});
  const auto probes = make_probes(graph, {});
  if (first.lowered || !probes) return first;
  for (const FixedAxes other : {FixedAxes{false, true}, FixedAxes{true, false}, FixedAxes{false, false}}) {
    const bool is_new = (!other.sequences && probes->front().has_fixed_sequences) ||
                        (!other.steps && probes->front().has_fixed_steps);
    if (!is_new) continue;
    Examination next = examined_as(graph, options, other);
    if (next.lowered) return next;
  }
  return first;
}

}  // namespace

Examination examine(const Graph& graph, const Options& options) {
  const auto fixed = with_settings(graph, options.set);
  if (!fixed) return refused(fixed.error());
  return examined(*fixed, options);
}

Result<LoweredProgram> lower_to_program(const Graph& graph, const Options& options) {
  Examination examined = examine(graph, options);
  if (!examined.lowered) {
    std::string hint;
    for (const std::string& name : examined.must_be_set)
      hint += fmt::format("; if '{}' is always the same, say --set {}=SIZE", name, name);
    return tl::make_unexpected(Error{examined.refusals.front().message + hint});
  }
  return std::move(*examined.lowered);
}

std::vector<LayerLine> layer_lines(const program::Program& program) {
  std::vector<LayerLine> lines;
  for (const program::LayerId id : program.layers.ids()) {
    const program::Layer& layer = program.layers[id];
    LayerLine line{layer.name, layer.label, program.clocks[layer.clock].name};
    for (const program::Read& read : program::uses_of(layer).reads) {
      const program::Value& value = program.values[read.value];
      const std::string name = full_name(program, value);
      if (value.layer != id && std::ranges::find(line.inputs, name) == line.inputs.end())
        line.inputs.push_back(name);
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace fixgate::lowering
