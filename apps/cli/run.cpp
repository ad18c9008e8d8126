// fixgate run: the outputs of a network on data of one's own.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>

#include "commands.h"
#include "data/array_file.h"
#include "diagnostic/printable.h"
#include "diagnostic/terminal.h"
#include "fixed/file.h"
#include "graph_options.h"
#include "import/model_files.h"
#include "lists.h"
#include "numbers.h"
#include "program/left_to_reader.h"
#include "run/look_ahead.h"
#include "run/run_program.h"
#include "sweep/load_program.h"

namespace fixgate {
namespace {

struct Options {
  std::string network;
  GraphOptions graph;
  std::string simulator = "fast";
  std::string input;
  std::string output;
  std::string signals;
  bool integers = false;
  std::string state_input;
  std::string state_output;
  std::int64_t frame = 0;
  std::int64_t hop = 0;
  std::int64_t rate = 0;
};

bool is_float(const Options& options) {
  return options.network.ends_with(".onnx");
}

FileUse files_of(const Options& options) {
  FileUse use;
  if (is_float(options))
    add_model_files(options.network, use);
  else
    use.reads(options.network, "the network");
  use.reads(options.input, "the data");
  use.reads(options.state_input, "the state");
  use.writes(options.output, "--output");
  use.writes(options.state_output, "--state-output");
  return use;
}

RecordingOptions recording_of(const Options& options) {
  RecordingOptions recording;
  if (options.frame > 0)
    recording.framing = Framing{options.frame, options.hop > 0 ? options.hop : options.frame};
  if (options.rate > 0) recording.rate = static_cast<int>(options.rate);
  return recording;
}

Result<RunOptions> run_options(const Options& options) {
  RunOptions run;
  run.integers = options.integers;
  run.simulator = options.simulator == "fast" ? Simulator::Fast : Simulator::Reference;
  run.signals = CLI::detail::split(options.signals, ',');
  if (options.signals.empty()) run.signals.clear();
  if (!options.state_input.empty()) {
    FIXGATE_ASSIGN(run.state_input, read_arrays(options.state_input));
  }
  return run;
}

void say_look_ahead(const program::Program& program) {
  const auto steps = look_ahead_of(program);
  if (!steps)
    say("look-ahead   the whole sequence: it cannot be run in pieces\n");
  else if (*steps > 0)
    say("look-ahead   {} steps: the last {} outputs of a piece miss what follows\n", *steps, *steps);
}

void say_left_out(const program::Program& program) {
  for (const program::Output& output : program.outputs)
    if (const std::string functions = left_to_reader(output); !functions.empty())
      say("left out     {}: {} at its end, for whoever reads it\n", shown_name(output.name), functions);
}

template <typename Network>
Result<void> run_on(const Network& network, const Options& options) {
  if (!options.state_output.empty() && network.program.states.empty())
    return fail("--state-output: the network has no states");
  FIXGATE_ASSIGN(const RunOptions run, run_options(options));
  FIXGATE_ASSIGN(const Arrays arrays, read_arrays(options.input, recording_of(options)));
  const auto data = run_data_of(arrays, network.program);
  if (!data) return tl::make_unexpected(data.error().within(options.input));
  auto result = run_program(network, *data, run);
  if (!result) return tl::make_unexpected(result.error().within(options.input));
  FIXGATE_CHECK(write_npz(options.output, result->outputs));
  if (!options.state_output.empty()) FIXGATE_CHECK(write_npz(options.state_output, result->states));
  say("sequences    {}\n", data->sequences.size());
  for (const auto& [name, array] : result->outputs)
    say("{:<12} {} [{}]\n", shown_name(name), npy_type_name(array.type), fmt::join(array.shape, ", "));
  say_left_out(network.program);
  say_look_ahead(network.program);
  return {};
}

Result<void> run_float(const Options& options) {
  if (options.simulator != "fast")
    return fail("--simulator {}: {} is a float network, which no simulator runs; leave it out",
                options.simulator, options.network);
  FIXGATE_ASSIGN(const GraphSettings graph, parse_graph_options(options.graph));
  FIXGATE_ASSIGN(const lowering::LoweredProgram lowered, load_program(options.network, graph));
  return run_on(lowered.network, options);
}

Result<void> run_fixed(const Options& options) {
  if (!options.graph.empty())
    return fail("--set and --state are for ONNX files; {} has been quantised with its own", options.network);
  FIXGATE_ASSIGN(const program::FixedNetwork network, read_fixed_network(options.network));
  return run_on(network, options);
}

Result<void> run(const Options& options) {
  if (options.hop > 0 && options.frame == 0) return fail("--hop needs --frame");
  return is_float(options) ? run_float(options) : run_fixed(options);
}

}  // namespace

void add_run(CLI::App& app, Command& chosen) {
  auto* command = app.add_subcommand("run", "Run a network on data and write its outputs");
  auto options = std::make_shared<Options>();
  command->add_option("network", options->network, "Fixed-point network (.fxg), or a float one (.onnx)")
      ->required();
  add_graph_options(*command, options->graph);
  command
      ->add_option("--simulator", options->simulator,
                   "fast, or reference to check it with: both give the same integers")
      ->check(CLI::IsMember({"fast", "reference"}))
      ->capture_default_str();
  command->add_option("-i,--input", options->input, "Data: .npz, .npy or .wav")->required();
  command->add_option("-o,--output", options->output, "Outputs (.npz)")->required();
  command
      ->add_option("--signals", options->signals,
                   "Also every step of these values: names or patterns with * and ?, by commas")
      ->check(comma_list());
  command->add_flag("--integers", options->integers, "Integers in the values' formats, not real numbers");
  command->add_option("--state-input", options->state_input, "Go on from this state (.npz)");
  command->add_option("--state-output", options->state_output, "Write the state at the end (.npz)");
  command->add_option("--frame", options->frame, "Of a .wav: samples of a step")->check(positive_number());
  command
      ->add_option("--hop", options->hop, "Of a .wav: samples from one step to the next (default: the frame)")
      ->check(positive_number());
  command->add_option("--rate", options->rate, "Of a .wav: samples a second that it must have")
      ->check(positive_number());
  command->callback([&chosen, options] {
    chosen = {[options] { return files_of(*options); }, [options] { return run(*options); }};
  });
}

}  // namespace fixgate
