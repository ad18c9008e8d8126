// fixgate quantize: an ONNX file to a fixed-point network.
#include "quantize/quantize.h"

#include <fmt/format.h>

#include <memory>
#include <utility>

#include "commands.h"
#include "data/load.h"
#include "data/task.h"
#include "data/task_files.h"
#include "diagnostic/terminal.h"
#include "files/write.h"
#include "fixed/file.h"
#include "fixed/footprint.h"
#include "fixed/program_of.h"
#include "fixed/text.h"
#include "graph_options.h"
#include "import/model_files.h"
#include "numeric/share.h"
#include "quantize/calibrated.h"
#include "quantize/resolve.h"
#include "quantize/row_widths.h"
#include "quantize_program.h"
#include "sweep/load_network.h"
#include "sweep/load_program.h"

namespace fixgate {
namespace {

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

Result<Quantised> quantise_calibrated(const Network& network, const FormatPlan& plan,
                                      const Options& options) {
  FIXGATE_ASSIGN(const Task task, read_task(options.task));
  FIXGATE_ASSIGN(const DataSet data, load_data(task, Part::Calibration, options.data_root));
  say("calibration  {} of the training part, seed {}\n",
      data.is_stream ? fmt::format("{} tokens", task.calibration.tokens)
                     : fmt::format("{} sequences", data.samples.size()),
      task.calibration.seed);
  FIXGATE_ASSIGN(CalibratedNetwork calibrated,
                 CalibratedNetwork::make(network, data, task.metric, task.calibration.seed,
                                         learning_of(task, options.data_root)));
  auto quantised = calibrated.quantise(plan);
  if (!quantised) return tl::make_unexpected(quantised.error().within(options.model));
  if (!options.histograms.empty())
    FIXGATE_CHECK(write_file(options.histograms, to_json(calibrated.profile())));
  return quantised;
}

Result<Quantised> quantise_as_stated(const Network& network, const FormatPlan& plan, const Options& options) {
  auto quantised = quantise(network, plan, nullptr);
  if (!quantised)
    return fail("{}: {} (give --task for calibration)", options.model, quantised.error().message);
  return quantised;
}

/// "gru.W_z 4, gru.W_r 3".
std::string weight_codes(const FixedChain& network) {
  std::vector<std::string> codes;
  for (const WeightMatrix& matrix : network.weights)
    codes.push_back(fmt::format("{} {}", matrix.name, describe_width(matrix)));
  return fmt::format("{}", fmt::join(codes, ", "));
}

/// What learned rounding has brought, or why it changed nothing.
void print_learning(const LearningOutcome& learning) {
  if (learning.kept_start())
    return say(
        "learned      nothing: no step brought the outputs nearer to float's than they were (divergence a "
        "row "
        "on the calibration data: {:.4g} at the start, at least {:.4g} on the way); the start is kept\n",
        learning.divergence_before, learning.least_tried);
  say("learned      {} of {} weights moved; divergence of the outputs from float's a row on the calibration "
      "data: {:.4g} before, {:.4g} after\n",
      learning.weights_moved, learning.weights, learning.divergence_before, learning.divergence);
}

void print_summary(const Options& options, const FormatPlan& plan, const Quantised& quantised) {
  const FixedChain& network = quantised.network;
  if (quantised.learning) print_learning(*quantised.learning);
  if (plan.max_footprint || options.mixed_rows) say("weights      {}\n", weight_codes(network));
  const Footprint footprint = measure_footprint(program_of(network));
  say("footprint    whole model {:.1f} KiB, {:.2f} % of float; recurrent layers {:.1f} KiB, {:.2f} %\n",
      static_cast<double>(footprint.whole_bits) / 8192, 100 * footprint.whole,
      static_cast<double>(footprint.recurrent_bits) / 8192, 100 * footprint.recurrent);
  say("written      {}\n", options.output);
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

/// --mixed-rows of weights that all have one width whatever they cost would say nothing and do nothing.
Result<void> check_mixed_rows(const Options& options, const FormatPlan& plan, const Network& network) {
  if (!options.mixed_rows || plan.max_footprint) return {};
  FormatPlan without = plan;  // the option's rule is its last
  without.weights.pop_back();
  FIXGATE_ASSIGN(const auto weights, resolve_weights(without, weight_names(network)));
  for (const WeightOptions& one : weights)
    if (one.code.encoding == WeightEncoding::Integer && can_mix_rows(one.code.width)) return {};
  return fail(
      "--mixed-rows does nothing with {}: it is for plain integers of 3 to 7 bits; change the weights' "
      "widths, "
      "or give --max-footprint",
      options.plan.empty() ? fmt::format("--weights {}", options.widths.weights) : "--plan " + options.plan);
}

Result<void> quantize_chain(const Network& network, const FormatPlan& plan, const Options& options) {
  FIXGATE_CHECK(check_mixed_rows(options, plan, network));
  FIXGATE_ASSIGN(const Quantised quantised, options.task.empty()
                                                ? quantise_as_stated(network, plan, options)
                                                : quantise_calibrated(network, plan, options));
  if (!options.plan_output.empty())
    FIXGATE_CHECK(write_file(options.plan_output, to_toml(quantised.resolved)));
  FIXGATE_CHECK(write_fixed_network(program_of(quantised.network), options.output));
  print_summary(options, plan, quantised);
  return {};
}

/// A chain of layers with a task has all passes; any other network is quantised as a program.
Result<void> quantize(const Options& options) {
  FIXGATE_ASSIGN(const FormatPlan plan, choose_plan(options));
  FIXGATE_ASSIGN(const lowering::Options graph, parse_graph_options(options.graph));
  if (options.calibrate.empty() && options.graph.empty())
    if (const auto network = load_network(options.model)) return quantize_chain(*network, plan, options);
  FIXGATE_ASSIGN(const lowering::LoweredProgram lowered, load_program(options.model, graph));
  if (!options.histograms.empty())
    return fail("{}: --histograms are those of chains of layers, calibrated by --task", options.model);
  return quantize_program(lowered, plan,
                          {options.model, options.calibrate, options.task, options.data_root, options.output,
                           options.plan_output});
}

}  // namespace

void add_quantize(CLI::App& app, Command& chosen) {
  auto* command = app.add_subcommand("quantize", "Turn an ONNX network into a fixed-point one");
  auto options = std::make_shared<Options>();
  command->add_option("model", options->model, "ONNX file")->required();
  auto* task = command->add_option("-t,--task", options->task,
                                   "Task file (TOML); its training data calibrate the formats");
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
  command
      ->add_option(
          "--max-footprint", options->max_footprint,
          "Allocate the weights' bits, at most those of the plan, so that the network takes this share of "
          "32-bit float: 10% or 0.1")
      ->needs(task);
  command->add_option("-o,--output", options->output, "Fixed-point network to write (.fxg)")->required();
  command->add_option("--plan-output", options->plan_output,
                      "Write the plan with every format in full (TOML)");
  command->add_option("--histograms", options->histograms, "Write the calibration histograms (JSON)")
      ->needs(task);
  command->callback([&chosen, options] {
    chosen = {[options] { return files_of(*options); }, [options] { return quantize(*options); }};
  });
}

}  // namespace fixgate
