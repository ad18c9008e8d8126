// fixgate quantize: an ONNX file to a fixed-point network.
#include <fmt/format.h>

#include <memory>
#include <optional>
#include <utility>

#include "calibration_data.h"
#include "commands.h"
#include "data/task.h"
#include "data/task_files.h"
#include "diagnostic/terminal.h"
#include "files/write.h"
#include "fixed/file.h"
#include "fixed/footprint.h"
#include "fixed/text.h"
#include "graph_options.h"
#include "import/model_files.h"
#include "numeric/share.h"
#include "quantize/calibrated_program.h"
#include "quantize/resolve.h"
#include "quantize/row_widths.h"
#include "sweep/load_program.h"

namespace fixgate {
namespace {

using program::CalibratedProgram;
using program::FloatNetwork;
using program::QuantisedProgram;

struct Options {
  std::string model;
  GraphOptions graph;
  std::string calibrate;
  std::string task;
  std::string data_root;
  std::string preset = "default";
  std::string plan;
  PresetOptions widths;
  bool mixed_rows = false;
  std::string max_footprint;
  std::string output;
  std::string plan_output;
  std::string histograms;
};

Result<FormatPlan> choose_plan(const Options& options) {
  FIXGATE_ASSIGN(FormatPlan plan, options.plan.empty() ? preset_plan(options.preset, options.widths)
                                                       : read_plan(options.plan));
  if (options.mixed_rows) {
    WeightRule mixed;
    mixed.mixed_rows = true;
    plan.weights.push_back(std::move(mixed));
  }
  if (!options.max_footprint.empty()) {
    FIXGATE_ASSIGN(plan.max_footprint, parse_share("--max-footprint", options.max_footprint));
    if (!(*plan.max_footprint > 0 && *plan.max_footprint <= 1))
      return fail("--max-footprint {}: expected more than 0 and at most 100%", options.max_footprint);
  }
  return plan;
}

/// --mixed-rows of weights that all have one width whatever they cost would say nothing and do nothing.
Result<void> check_mixed_rows(const Options& options, const FormatPlan& plan, const FloatNetwork& network) {
  if (!options.mixed_rows || plan.max_footprint) return {};
  FormatPlan without = plan;  // the option's rule is its last
  without.weights.pop_back();
  FIXGATE_ASSIGN(const auto weights, resolve_weights(without, weight_names(network)));
  for (const WeightOptions& one : weights)
    if (one.code.encoding == WeightEncoding::Integer && can_mix_rows(one.code.width)) return {};
  return fail(
      "--mixed-rows does nothing with {}: it is for plain integers of 3 to 7 bits; change the weights' "
      "widths, or give --max-footprint",
      options.plan.empty() ? fmt::format("--weights {}", options.widths.weights) : "--plan " + options.plan);
}

/// On the task's data where there is a task, else on --calibrate's.
Result<QuantisedProgram> quantise_calibrated(const FloatNetwork& network, const FormatPlan& plan,
                                             const std::optional<Task>& task, const Options& options) {
  FIXGATE_ASSIGN(const CalibrationData data, task ? data_of_task(network.program, *task, options.data_root)
                                                  : data_of_arrays(network.program, options.calibrate));
  FIXGATE_ASSIGN(CalibratedProgram calibrated,
                 CalibratedProgram::make(network, data.recordings, data.metric, data.seed, data.learning));
  auto quantised = calibrated.quantise(plan);
  if (quantised && !options.histograms.empty())
    FIXGATE_CHECK(write_file(options.histograms, to_json(network.program, calibrated.profile())));
  return quantised;
}

/// "gru.W_z 4, gru.W_r 3".
std::string weight_codes(const program::FixedNetwork& network) {
  std::vector<std::string> codes;
  for (const program::MatrixId id : network.program.matrices.ids())
    codes.push_back(fmt::format("{} {}", full_name(network.program, network.program.matrices[id]),
                                describe_width(network.weights[id])));
  return fmt::format("{}", fmt::join(codes, ", "));
}

/// What learned rounding has brought, or why it changed nothing.
void print_learning(const LearningOutcome& learning) {
  if (learning.kept_start())
    return say(
        "learned      nothing: no step brought the outputs nearer to float's than they were (divergence a "
        "row on the calibration data: {:.4g} at the start, at least {:.4g} on the way); the start is kept\n",
        learning.divergence_before, learning.least_tried);
  say("learned      {} of {} weights moved; divergence of the outputs from float's a row on the calibration "
      "data: {:.4g} before, {:.4g} after\n",
      learning.weights_moved, learning.weights, learning.divergence_before, learning.divergence);
}

void print_summary(const Options& options, const FormatPlan& plan, const QuantisedProgram& quantised) {
  const program::FixedNetwork& network = quantised.network;
  if (quantised.learning) print_learning(*quantised.learning);
  if (plan.max_footprint || options.mixed_rows) say("weights      {}\n", weight_codes(network));
  const Footprint footprint = measure_footprint(network);
  say("footprint    whole model {:.1f} KiB, {:.2f} % of float",
      static_cast<double>(footprint.whole_bits) / 8192, 100 * footprint.whole);
  if (network.float_recurrent_parameters > 0)
    say("; recurrent layers {:.1f} KiB, {:.2f} %", static_cast<double>(footprint.recurrent_bits) / 8192,
        100 * footprint.recurrent);
  say("\nwritten      {}\n", options.output);
  if (!options.plan_output.empty()) say("plan         {}\n", options.plan_output);
}

FileUse files_of(const Options& options) {
  FileUse use;
  add_model_files(options.model, use);
  add_task_files(options.task, options.data_root, use);
  use.reads(options.calibrate, "the calibration data");
  use.reads(options.plan, "the plan");
  use.writes(options.output, "--output");
  use.writes(options.plan_output, "--plan-output");
  use.writes(options.histograms, "--histograms");
  return use;
}

Result<void> quantize(const Options& options) {
  FIXGATE_ASSIGN(const FormatPlan plan, choose_plan(options));
  FIXGATE_ASSIGN(GraphSettings graph, parse_graph_options(options.graph));
  std::optional<Task> task;
  if (!options.task.empty()) {
    FIXGATE_ASSIGN(task, read_task(options.task));
    graph = merged(std::move(graph), task->graph);
  }
  FIXGATE_ASSIGN(const lowering::LoweredProgram lowered, load_program(options.model, graph));
  const FloatNetwork& network = lowered.network;
  FIXGATE_CHECK(check_mixed_rows(options, plan, network));
  const bool has_data = task || !options.calibrate.empty();
  const auto quantised =
      has_data ? quantise_calibrated(network, plan, task, options) : quantise(network, plan, {});
  if (!quantised)
    return fail("{}: {}{}", options.model, quantised.error().message,
                has_data ? "" : " (give --calibrate or --task for calibration)");
  if (!options.plan_output.empty())
    FIXGATE_CHECK(write_file(options.plan_output, to_toml(quantised->resolved)));
  FIXGATE_CHECK(write_fixed_network(quantised->network, options.output));
  print_summary(options, plan, *quantised);
  return {};
}

}  // namespace

void add_quantize(CLI::App& app, Command& chosen) {
  auto* command = app.add_subcommand("quantize", "Turn an ONNX network into a fixed-point one");
  auto options = std::make_shared<Options>();
  command->add_option("model", options->model, "ONNX file")->required();
  auto* task = command->add_option("-t,--task", options->task,
                                   "Task file (TOML); its training data calibrate the formats");
  auto* arrays =
      command->add_option("--calibrate", options->calibrate, "Data instead of a task: .npz, .npy or .wav")
          ->excludes(task);
  add_graph_options(*command, options->graph);
  command
      ->add_option("--data-root", options->data_root,
                   "Folder that the task's paths start from (default: the task file's)")
      ->needs(task);
  auto* preset = command->add_option("--preset", options->preset, "default, compensated, learned or paper")
                     ->capture_default_str();
  auto* weights = command->add_option("-w,--weights", options->widths.weights, "Bits of all weights")
                      ->check(CLI::Range(1, kMaxFormatWidth))
                      ->capture_default_str();
  auto* activations = command
                          ->add_option("-a,--activations", options->widths.activations,
                                       "Bits of inputs, hidden states and gates")
                          ->check(CLI::Range(1, kMaxFormatWidth))
                          ->capture_default_str();
  command->add_option("--plan", options->plan, "Format plan (TOML) instead of a preset")
      ->excludes(preset)
      ->excludes(weights)
      ->excludes(activations);
  command->add_flag("--mixed-rows", options->mixed_rows,
                    "Rows of a matrix share its bits by what their errors cost: frequent words get more");
  command->add_option(
      "--max-footprint", options->max_footprint,
      "Allocate the weights' bits, at most those of the plan, so that the network takes this share of "
      "32-bit float: 10% or 0.1");
  command->add_option("-o,--output", options->output, "Fixed-point network to write (.fxg)")->required();
  command->add_option("--plan-output", options->plan_output,
                      "Write the plan with every format in full (TOML)");
  command->add_option("--histograms", options->histograms, "Write the calibration histograms (JSON)");
  command->callback([&chosen, options, task, arrays] {
    for (const auto& [name, value] : {std::pair{"--max-footprint", options->max_footprint},
                                      std::pair{"--histograms", options->histograms}})
      if (!value.empty() && task->count() + arrays->count() == 0)
        throw CLI::RequiresError(name, "--task or --calibrate");
    chosen = {[options] { return files_of(*options); }, [options] { return quantize(*options); }};
  });
}

}  // namespace fixgate
