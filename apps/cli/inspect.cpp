// fixgate inspect: what is in a model, and what of it the fixed-point stage can do.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>
#include <set>

#include "commands.h"
#include "diagnostic/printable.h"
#include "diagnostic/terminal.h"
#include "evaluate/graph_runner.h"
#include "hardware/supported_layers.h"
#include "import/model_files.h"
#include "network/lower.h"
#include "network/overloaded.h"
#include "sweep/load_network.h"

namespace fixgate {
namespace {

std::string shape_text(const GraphValue& value) {
  if (!value.has_shape) return "of unknown shape";
  std::string text;
  for (const std::int64_t size : value.shape)
    text += (text.empty() ? "" : ", ") + (size < 0 ? std::string("dynamic") : std::to_string(size));
  return "[" + text + "]";
}

struct LayerLine {
  std::string kind;
  std::string shape;
  std::int64_t parameters = 0;
  std::int64_t products = 0;
};

LayerLine describe_recurrent(const RecurrentLayer& layer) {
  LayerLine line{to_text(layer.kind),
                 fmt::format("{} -> {} x {}", layer.inputs(), layer.cells.size(), layer.hidden())};
  if (layer.kind == CellKind::Gru)
    line.kind += fmt::format(" linear_before_reset={}", layer.linear_before_reset ? 1 : 0);
  if (layer.cells.size() == 2) line.kind += " bidirectional";
  if (layer.cells.size() == 1 && layer.cells.front().reverse) line.kind += " reverse";
  for (const RecurrentCell& cell : layer.cells) {
    line.products += cell.input_weights.size() + cell.recurrent_weights.size();
    line.parameters += cell.input_bias.size() + cell.recurrent_bias.size();
  }
  line.parameters += line.products;
  return line;
}

LayerLine describe(const Layer& layer, std::set<const FloatMatrix*>& seen) {
  return std::visit(
      Overloaded{[](const RecurrentLayer& one) { return describe_recurrent(one); },
                 [](const SelectLayer& one) {
                   return LayerLine{"Select " + to_text(one.kind), ""};
                 },
                 [&](const EmbeddingLayer& one) {
                   seen.insert(one.table.get());
                   return LayerLine{"Embedding", fmt::format("{} x {}", one.table->rows(), one.table->cols()),
                                    one.table->size()};
                 },
                 [&](const DenseLayer& one) {
                   const bool tied = !seen.insert(one.weights.get()).second;
                   LayerLine line{"Dense", fmt::format("{} -> {}", one.weights->cols(), one.weights->rows())};
                   line.products = one.weights->size();
                   line.parameters = (tied ? 0 : line.products) + (one.has_bias ? one.bias.size() : 0);
                   if (one.has_activation) line.kind += " " + to_text(one.activation);
                   if (tied) line.kind += " (tied to the embedding)";
                   return line;
                 }},
      layer);
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

void print_layers(const Network& network) {
  const char* row = "  {:<36} {:<36} {:>16} {:>12} {:>16}\n";
  say("\n");
  say(fmt::runtime(row), "layer", "kind", "shape", "parameters", "products a step");
  std::set<const FloatMatrix*> seen;
  for (const Layer& layer : network.layers) {
    const LayerLine line = describe(layer, seen);
    say(fmt::runtime(row), shown_name(layer_name(layer)), line.kind, line.shape, line.parameters,
        line.products);
  }
}

std::string steps_text(const CallSteps& call) {
  if (call.count == 0) return "any number";
  return fmt::format("{}{} (fixed in the file)", call.repeats ? "multiples of " : "exactly ", call.count);
}

void print_totals(const Network& network) {
  const ParameterCount parameters = count_parameters(network);
  say("\nparameters           {} ({} in recurrent layers)\n", parameters.whole, parameters.recurrent);
  say("multiply-accumulates {} a step\n", multiply_accumulates(network));
  say("float footprint      {:.1f} KiB ({:.1f} KiB recurrent)\n",
      static_cast<double>(parameters.whole) * 4 / 1024, static_cast<double>(parameters.recurrent) * 4 / 1024);
  say("input                {}\n", network.takes_tokens ? fmt::format("tokens 0..{}", network.inputs - 1)
                                                        : fmt::format("{} features a step", network.inputs));
  say("output               {} values {}{}\n", output_count(network),
      outputs_every_step(network) ? "every step" : "a sequence",
      network.output_function == OutputFunction::None
          ? ""
          : fmt::format("; {} is left to the reader of the outputs", to_text(network.output_function)));
  say("steps                {}\n", steps_text(network.call));
  if (network.streaming) say("states               graph inputs and outputs: carried from call to call\n");
}

void print_list(const char* title, const std::vector<Error>& reasons) {
  say("\n{}:\n", title);
  for (const Error& reason : reasons) say("  {}\n", readable_message(reason.message));
}

void print_hardware(const Network& network) {
  const std::vector<Error> refusals = find_hardware_refusals(network);
  say("hardware             {}\n", refusals.empty() ? "rtl supports all layers" : "rtl refuses it");
  if (!refusals.empty()) print_list("not supported in hardware", refusals);
}

/// A graph that fixed point refuses: `evaluate` may run it still.
ExitCode print_unlowered(const Graph& graph, const LoweredGraph& lowered) {
  if (!lowered.network.layers.empty()) print_layers(lowered.network);
  const auto runner = GraphRunner::make(graph);
  say("\nfloat                {}\n", runner ? "evaluate runs it, operator by operator"
                                            : "refused: " + readable_message(runner.error().message));
  say("fixed point          refused\n");
  say("hardware             refused\n");
  print_list("not supported in fixed point", lowered.refusals);
  say("(a node that reads the result of one of these is judged by its own operator and attributes only)\n");
  return runner ? ExitCode::FloatOnly : ExitCode::Refused;
}

ExitCode print_refused(const std::string& model, const Refusals& refusals) {
  say("{}: refused\n", shown_name(model));
  print_list("not supported, in float or in fixed point", refusals);
  return ExitCode::Refused;
}

FileUse files_of(const std::string& model) {
  FileUse use;
  add_model_files(model, use);
  return use;
}

Result<ExitCode> inspect(const std::string& model) {
  FIXGATE_ASSIGN(const ExaminedModel examined, examine_graph(model));
  if (!examined) return print_refused(model, examined.error());
  print_graph(*examined);
  const LoweredGraph lowered = lower_what_can_be(*examined);
  if (!lowered.refusals.empty()) return print_unlowered(*examined, lowered);
  print_layers(lowered.network);
  print_totals(lowered.network);
  say("fixed point          everything in it is supported\n");
  print_hardware(lowered.network);
  return ExitCode::Done;
}

}  // namespace

void add_inspect(CLI::App& app, Command& chosen) {
  auto* command =
      app.add_subcommand("inspect", "Layers, shapes, parameters, operations, and what is not supported");
  command->footer(
      "Exit code: 0 the model converts to fixed point; 3 it runs in float only; 4 it is refused; 1 the file "
      "cannot be read as a model.");
  auto model = std::make_shared<std::string>();
  command->add_option("model", *model, "ONNX file")->required();
  command->callback([&chosen, model] {
    chosen = {[model] { return files_of(*model); }, [model] { return inspect(*model); }};
  });
}

}  // namespace fixgate
