// fixgate evaluate: how well a network, float or fixed-point, does its task.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "commands.h"
#include "data/load.h"
#include "data/task.h"
#include "data/task_files.h"
#include "diagnostic/printable.h"
#include "diagnostic/terminal.h"
#include "evaluate/graph_runner.h"
#include "evaluate/outcome.h"
#include "evaluate/signal_noise.h"
#include "files/write.h"
#include "fixed/file.h"
#include "fixed/footprint.h"
#include "graph_options.h"
#include "import/model_files.h"
#include "numbers.h"
#include "sweep/load_graph.h"
#include "sweep/load_program.h"
#include "sweep/records.h"

namespace fixgate {
namespace {

struct Options {
  std::string network;
  std::string float_model;
  GraphOptions graph;
  std::string task;
  std::string data_root;
  std::string part = "test";
  std::string json;
  std::int64_t noise_steps = 2000;
  std::string simulator = "fast";
};

/// Everything that the command found, for the terminal and for JSON.
struct Findings {
  Task task;
  std::size_t samples = 0;
  std::int64_t steps = 0;
  std::optional<FloatOutcomes> reference;
  std::string why_by_operators;  // the float network is no program: what fixed point refuses
  std::optional<program::FixedNetwork> network;
  std::optional<FixedOutcomes> outcomes;
  std::vector<SignalNoise> noise;
};

Result<Part> parse_part(const std::string& name) {
  if (name == "test") return Part::Test;
  if (name == "validation") return Part::Validation;
  return fail("--part {}: expected test or validation", name);
}

/// As a program, as the fixed-point stages see the network; a graph that they refuse operator by operator.
Result<void> run_float_model(const Options& options, const DataSet& data, Findings& findings) {
  const std::string& model = options.network;
  const MetricSpec& metric = findings.task.metric;
  FIXGATE_ASSIGN(const GraphSettings settings, parse_graph_options(options.graph));
  FIXGATE_ASSIGN(const Graph graph, load_graph(model));
  const auto lowered = lowering::lower_to_program(graph, merged(settings, findings.task.graph));
  if (lowered) {
    FIXGATE_ASSIGN(findings.reference, run_float(lowered->network, data, metric));
    return {};
  }
  findings.why_by_operators = lowered.error().message;
  const auto runner = GraphRunner::make(graph);
  if (!runner) return fail("{}: {}; {}", model, findings.why_by_operators, runner.error().message);
  FIXGATE_ASSIGN(findings.reference, run_float(*runner, data, metric));
  return {};
}

/// The float network to compare with; what the command line leaves open of its graph is as it was when the
/// fixed-point network was made.
Result<program::FloatNetwork> float_network_of(const Options& options, const Findings& findings) {
  FIXGATE_ASSIGN(const GraphSettings stated, parse_graph_options(options.graph));
  const GraphSettings settings =
      merged(merged(stated, findings.network->program.origin.settings), findings.task.graph);
  FIXGATE_ASSIGN(lowering::LoweredProgram lowered, load_program(options.float_model, settings));
  return std::move(lowered.network);
}

Result<Findings> find(const Options& options) {
  Findings findings;
  FIXGATE_ASSIGN(const Part part, parse_part(options.part));
  FIXGATE_ASSIGN(findings.task, read_task(options.task));
  const bool is_float = options.network.ends_with(".onnx");
  if (is_float && !options.float_model.empty())
    return fail("--float {}: {} is a float network itself; give the .fxg file to compare",
                options.float_model, options.network);
  if (is_float && options.simulator != "fast")
    return fail("--simulator {}: {} is a float network, which no simulator runs; leave it out",
                options.simulator, options.network);
  if (!is_float) {
    FIXGATE_ASSIGN(findings.network, read_fixed_network(options.network));
  }
  std::optional<program::FloatNetwork> network;
  if (!options.float_model.empty()) {
    FIXGATE_ASSIGN(network, float_network_of(options, findings));
  }
  FIXGATE_ASSIGN(const DataSet data, load_data(findings.task, part, options.data_root));
  findings.samples = data.samples.size();
  findings.steps = count_steps(data);
  if (is_float) FIXGATE_CHECK(run_float_model(options, data, findings));
  if (network) {
    FIXGATE_ASSIGN(findings.reference, run_float(*network, data, findings.task.metric));
  }
  if (!findings.network) return findings;
  const Simulator simulator = options.simulator == "fast" ? Simulator::Fast : Simulator::Reference;
  FIXGATE_ASSIGN(findings.outcomes, run_fixed(*findings.network, data, findings.task.metric, simulator));
  if (network) {
    FIXGATE_ASSIGN(findings.noise, measure_noise(*network, *findings.network, data, options.noise_steps));
  }
  return findings;
}

void print_metrics(const Findings& findings, const Options& options) {
  const MetricKind kind = findings.task.metric.kind;
  say("task         {} ({}): {} samples, {} steps\n", findings.task.name, options.part, findings.samples,
      findings.steps);
  if (findings.reference)
    say("float        {} {}\n", metric_name(kind), format_metric(kind, findings.reference->metric));
  if (!findings.why_by_operators.empty())
    say("run          operator by operator; fixed point refuses it: {}\n",
        readable_message(findings.why_by_operators));
  if (!findings.outcomes) return;
  say("fixed        {} {}\n", metric_name(kind), format_metric(kind, findings.outcomes->metric));
  if (findings.reference) {
    const double agrees =
        agreement(findings.task.metric, findings.reference->samples, findings.outcomes->samples);
    const bool is_share = kind == MetricKind::Accuracy || kind == MetricKind::Perplexity;
    say("agreement    {}\n", is_share ? fmt::format("{:.2f} % of decisions equal float's", 100 * agrees)
                                      : with_places(agrees, 6) + " root mean squared difference from float");
  }
  const Footprint footprint = measure_footprint(*findings.network);
  say("footprint    whole model {:.2f} % of float, recurrent layers {:.2f} %\n", 100 * footprint.whole,
      100 * footprint.recurrent);
  say("entropy      coded integer by integer, the whole model has {:.2f} % at least\n",
      100 * footprint.entropy);
}

void print_signals(const Findings& findings) {
  if (!findings.network) return;
  const char* row = "{:<32} {:<14} {:>9} {:>14} {:>10}\n";
  say("\n");
  say(fmt::runtime(row), "signal", "format", "SQNR dB", "saturated", "share");
  const program::FixedNetwork& network = *findings.network;
  const program::ValueCounts& counts = findings.outcomes->counts;
  std::size_t index = 0;  // of the value's noise
  for (const program::ValueId id : written_values(network.program)) {
    const double share = static_cast<double>(counts.overflows[id]) /
                         static_cast<double>(std::max<std::int64_t>(counts.written[id], 1));
    say(fmt::runtime(row), full_name(network.program, network.program.values[id]),
        to_text(network.formats[id].format),
        findings.noise.empty() ? "-" : fmt::format("{:.1f}", findings.noise[index].sqnr()),
        counts.overflows[id], fmt::format("{:.4f} %", 100 * share));
    ++index;
  }
}

void add_signals(const Findings& findings, nlohmann::ordered_json& json) {
  const program::FixedNetwork& network = *findings.network;
  std::size_t index = 0;  // of the value's noise
  for (const program::ValueId id : written_values(network.program)) {
    nlohmann::ordered_json signal{{"name", full_name(network.program, network.program.values[id])},
                                  {"format", to_text(network.formats[id].format)},
                                  {"values", findings.outcomes->counts.written[id]},
                                  {"overflows", findings.outcomes->counts.overflows[id]}};
    if (!findings.noise.empty()) signal["sqnr_db"] = findings.noise[index].sqnr();
    json["signals"].push_back(signal);
    ++index;
  }
}

std::string to_json(const Findings& findings) {
  nlohmann::ordered_json json{{"version", 1},
                              {"task", findings.task.name},
                              {"metric", metric_name(findings.task.metric.kind)},
                              {"samples", findings.samples},
                              {"steps", findings.steps}};
  if (findings.reference) json["float"] = findings.reference->metric;
  if (findings.outcomes) {
    const Footprint footprint = measure_footprint(*findings.network);
    json["fixed"] = findings.outcomes->metric;
    json["footprint_whole"] = footprint.whole;
    json["footprint_recurrent"] = footprint.recurrent;
    json["entropy"] = footprint.entropy;
    if (findings.reference)
      json["agreement"] =
          agreement(findings.task.metric, findings.reference->samples, findings.outcomes->samples);
    add_signals(findings, json);
  }
  return json.dump(1) + "\n";
}

FileUse files_of(const Options& options) {
  FileUse use;
  if (options.network.ends_with(".onnx"))
    add_model_files(options.network, use);
  else
    use.reads(options.network, "the network");
  add_model_files(options.float_model, use);
  add_task_files(options.task, options.data_root, use);
  use.writes(options.json, "--json");
  return use;
}

Result<void> evaluate(const Options& options) {
  FIXGATE_ASSIGN(const Findings findings, find(options));
  if (!options.json.empty()) FIXGATE_CHECK(write_file(options.json, to_json(findings)));
  print_metrics(findings, options);
  print_signals(findings);
  return {};
}

}  // namespace

void add_evaluate(CLI::App& app, Command& chosen) {
  auto* command = app.add_subcommand(
      "evaluate", "Float against fixed: metric, agreement, footprint, noise and saturation by signal");
  auto options = std::make_shared<Options>();
  command->add_option("network", options->network, "Fixed-point network (.fxg), or a float one (.onnx)")
      ->required();
  add_graph_options(*command, options->graph);
  auto* reference =
      command->add_option("--float", options->float_model, "ONNX file to compare a fixed-point network with");
  command->add_option("-t,--task", options->task, "Task file (TOML)")->required();
  command->add_option("--data-root", options->data_root,
                      "Folder that the task's paths start from (default: the task file's)");
  command->add_option("--part", options->part, "test or validation")->capture_default_str();
  command->add_option("--json", options->json, "Write the findings as JSON");
  command
      ->add_option("--noise-steps", options->noise_steps, "Steps over which the signals' noise is measured")
      ->needs(reference)
      ->check(positive_number())
      ->capture_default_str();
  command
      ->add_option("--simulator", options->simulator,
                   "fast, or reference to check it with: both give the same integers")
      ->check(CLI::IsMember({"fast", "reference"}))
      ->capture_default_str();
  command->callback([&chosen, options] {
    chosen = {[options] { return files_of(*options); }, [options] { return evaluate(*options); }};
  });
}

}  // namespace fixgate
