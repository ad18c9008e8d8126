// fixgate inspect: what is in a model, and what of it the fixed-point stage can do.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <memory>

#include "commands.h"
#include "diagnostic/printable.h"
#include "diagnostic/terminal.h"
#include "evaluate/graph_runner.h"
#include "fixed/text_columns.h"
#include "graph_options.h"
#include "hardware/supported_layers.h"
#include "import/model_files.h"
#include "lowering/lower_to_program.h"
#include "program/layer_costs.h"
#include "program/left_to_reader.h"
#include "quantize/quantise_program.h"
#include "run/look_ahead.h"
#include "sweep/load_graph.h"

namespace fixgate {
namespace {

using lowering::Examination;
using lowering::LayerLine;
using lowering::LoweredProgram;
using program::Program;

struct Options {
  std::string model;
  GraphOptions graph;
};

std::string dimension_text(const GraphValue& value, std::size_t axis) {
  if (value.shape[axis] >= 0) return std::to_string(value.shape[axis]);
  const bool is_named = axis < value.dimension_names.size() && !value.dimension_names[axis].empty();
  return is_named ? shown_name(value.dimension_names[axis]) : "dynamic";
}

std::string shape_text(const GraphValue& value) {
  if (!value.has_shape) return "of unknown shape";
  std::vector<std::string> sizes;
  for (std::size_t axis = 0; axis < value.shape.size(); ++axis) sizes.push_back(dimension_text(value, axis));
  return fmt::format("[{}]", fmt::join(sizes, ", "));
}

void print_graph(const Graph& graph) {
  say("{}: ONNX operator set {}, {} nodes\n", shown_name(graph.name), graph.operator_set, graph.nodes.size());
  for (const GraphValue& input : graph.inputs)
    say("  input  {} {} {}\n", shown_name(input.name), input.is_float ? "float" : "integer",
        shape_text(input));
  for (const GraphValue& output : graph.outputs)
    say("  output {} {}\n", shown_name(output.name), shape_text(output));
  std::map<std::string, int> operators;
  for (const Node& node : graph.nodes) ++operators[node.op_type];
  std::vector<std::string> counts;
  counts.reserve(operators.size());
  for (const auto& [name, count] : operators) counts.push_back(fmt::format("{} x {}", count, name));
  say("  operators after folding: {}\n", fmt::join(counts, ", "));
}

std::string names_text(const std::vector<std::string>& names) {
  std::vector<std::string> shown;
  shown.reserve(names.size());
  for (const std::string& name : names) shown.push_back(shown_name(name));
  return fmt::format("{}", fmt::join(shown, ", "));
}

void print_layers(const Program& program) {
  TextColumns rows(2);
  rows.add({"layer", "kind", "ticks by", "reads", "parameters", "products a tick"});
  const auto costs = program::layer_costs(program);
  std::size_t index = 0;
  for (const LayerLine& line : lowering::layer_lines(program)) {
    const program::LayerCost& cost = costs[program::LayerId(index++)];
    rows.add({shown_name(line.name), shown_name(line.label), line.clock, names_text(line.inputs),
              fmt::format("{}", cost.parameters), fmt::format("{}", cost.products)});
  }
  say("\n{}", rows.text());
}

void print_understood(const std::vector<LayerLine>& layers) {
  if (layers.empty()) return;
  TextColumns rows(2);
  rows.add({"layer that is understood", "kind", "ticks by"});
  for (const LayerLine& line : layers) rows.add({shown_name(line.name), shown_name(line.label), line.clock});
  say("\n{}", rows.text());
}

std::string steps_text(const CallSteps& call) {
  if (call.count == 0) return "any number";
  return fmt::format("{}{} (fixed in the file)", call.repeats ? "multiples of " : "exactly ", call.count);
}

std::string input_text(const program::Value& input) {
  if (input.vocabulary) return fmt::format("tokens 0..{}", *input.vocabulary - 1);
  return fmt::format("{} features", input.size);
}

void print_inputs(const LoweredProgram& lowered) {
  const Program& program = lowered.network.program;
  std::size_t index = 0;
  for (const program::ValueId id : inputs_of(program)) {
    const program::Value& input = program.values[id];
    const program::Clock& clock = program.clocks[input.clock];
    const bool is_once = clock.kind == program::ClockKind::Once;
    say("input                {}: {} {}{}\n", shown_name(lowered.inputs[index++].name), input_text(input),
        is_once ? "a sequence" : "a step", is_once ? "" : "; steps: " + steps_text(clock.call));
  }
}

void print_outputs(const LoweredProgram& lowered) {
  const Program& program = lowered.network.program;
  for (std::size_t index = 0; index < lowered.outputs.size(); ++index) {
    const std::string& name = lowered.outputs[index].name;
    const program::Value& value = program.values[program.outputs[index].value];
    const bool is_once = program.clocks[value.clock].kind == program::ClockKind::Once;
    const std::string left = left_to_reader(program.outputs[index]);
    say("output               {}: {} values {}{}\n", shown_name(name), value.size,
        is_once ? "a sequence" : "a tick of " + program.clocks[value.clock].name,
        left.empty() ? "" : "; " + left + " is left to the reader of the outputs");
  }
  for (const program::ConstantOutput& output : program.origin.constants)
    say("constant output      {}: does not depend on the data; run hands it on\n", shown_name(output.name));
}

void print_states(const LoweredProgram& lowered) {
  for (const lowering::StatePair& pair : lowered.states)
    if (pair.output)
      say("state                {} comes from {}\n", shown_name(pair.input), shown_name(*pair.output));
    else
      say("initial state        {}: zero\n", shown_name(pair.input));
}

void print_totals(const LoweredProgram& lowered) {
  const Program& program = lowered.network.program;
  const std::int64_t parameters = count_parameters(lowered.network);
  const program::ProductCount products = program::count_products(program);
  say("\nparameters           {}\n", parameters);
  say("multiply-accumulates {:.0f} a step{}\n", products.per_step,
      products.per_sequence > 0 ? fmt::format(", {} a sequence besides", products.per_sequence) : "");
  say("float footprint      {:.1f} KiB\n", static_cast<double>(parameters) * 4 / 1024);
  print_inputs(lowered);
  print_outputs(lowered);
  print_states(lowered);
  const auto steps = look_ahead_of(program);
  say("look-ahead           {}\n", steps ? fmt::format("{} steps", *steps) : "the whole sequence");
}

void print_list(const char* title, const std::vector<Error>& reasons) {
  say("\n{}:\n", title);
  for (const Error& reason : reasons) say("  {}\n", readable_message(reason.message));
}

/// The network with formats that are stated and not chosen: enough to see what its layers are.
Result<program::QuantisedProgram> with_stated_formats(const program::FloatNetwork& network) {
  FormatPlan plan;
  SignalRule signals;
  signals.format = Format{true, 16, 8};
  WeightRule weights;
  weights.width = 4;
  TableRule tables;
  tables.segments = 4;
  plan.signals.push_back(signals);
  plan.weights.push_back(weights);
  plan.tables.push_back(tables);
  return quantise(network, plan, {});
}

void print_hardware(const program::FloatNetwork& network) {
  const auto stated = with_stated_formats(network);
  const std::vector<Error> refusals =
      stated ? find_hardware_refusals(stated->network) : std::vector<Error>{stated.error()};
  say("hardware             {}\n", refusals.empty() ? "rtl supports all layers" : "rtl refuses it");
  if (!refusals.empty()) print_list("not supported in hardware", refusals);
}

void print_must_be_set(const std::vector<std::string>& names) {
  for (const std::string& name : names)
    say("to be set            {}: if it is always the same, say --set {}=SIZE\n", shown_name(name),
        shown_name(name));
}

/// A graph that fixed point refuses: `evaluate` may run it still.
ExitCode print_unlowered(const Graph& graph, const Examination& examination) {
  print_understood(examination.understood);
  const auto runner = GraphRunner::make(graph);
  say("\nfloat                {}\n", runner ? "evaluate runs it, operator by operator"
                                            : "refused: " + readable_message(runner.error().message));
  say("fixed point          refused\n");
  say("hardware             refused\n");
  print_must_be_set(examination.must_be_set);
  print_list("not supported in fixed point", examination.refusals);
  say("(a node that reads the result of one of these is judged by its own operator and attributes only)\n");
  return runner ? ExitCode::FloatOnly : ExitCode::Refused;
}

ExitCode print_refused(const std::string& model, const Refusals& refusals) {
  say("{}: refused\n", shown_name(model));
  print_list("not supported, in float or in fixed point", refusals);
  return ExitCode::Refused;
}

FileUse files_of(const Options& options) {
  FileUse use;
  add_model_files(options.model, use);
  return use;
}

Result<ExitCode> inspect(const Options& options) {
  FIXGATE_ASSIGN(const GraphSettings graph, parse_graph_options(options.graph));
  FIXGATE_ASSIGN(const ExaminedModel model, examine_graph(options.model));
  if (!model) return print_refused(options.model, model.error());
  print_graph(*model);
  const Examination examination = lowering::examine(*model, graph);
  if (!examination.lowered) return print_unlowered(*model, examination);
  print_layers(examination.lowered->network.program);
  print_totals(*examination.lowered);
  say("fixed point          everything in it is supported\n");
  print_hardware(examination.lowered->network);
  return ExitCode::Done;
}

}  // namespace

void add_inspect(CLI::App& app, Command& chosen) {
  auto* command =
      app.add_subcommand("inspect", "Layers, shapes, parameters, operations, and what is not supported");
  command->footer(
      "Exit code: 0 the model converts to fixed point; 3 it runs in float only; 4 it is refused; 1 the file "
      "cannot be read as a model.");
  auto options = std::make_shared<Options>();
  command->add_option("model", options->model, "ONNX file")->required();
  add_graph_options(*command, options->graph);
  command->callback([&chosen, options] {
    chosen = {[options] { return files_of(*options); }, [options] { return inspect(*options); }};
  });
}

}  // namespace fixgate
