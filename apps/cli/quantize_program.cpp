#include "quantize_program.h"

#include <memory>
#include <utility>

#include "data/array_file.h"
#include "data/load.h"
#include "data/task.h"
#include "diagnostic/terminal.h"
#include "files/write.h"
#include "fixed/file.h"
#include "fixed/footprint.h"
#include "quantize/calibrated_program.h"
#include "run/run_data.h"
#include "simulate/sequence_check.h"

namespace fixgate {
namespace {

using program::CalibratedProgram;
using program::FloatNetwork;
using program::QuantisedProgram;
using program::Recordings;

/// What a network is calibrated on, and what the recordings refer to.
struct CalibrationData {
  Recordings recordings = {};
  MetricSpec metric = {};
  std::uint64_t seed = 1;
  program::ProgramLearning learning = {};
  std::shared_ptr<const void> kept = {};
};

Result<CalibrationData> data_of_task(const FloatNetwork& network, const ProgramQuantisation& options) {
  FIXGATE_ASSIGN(const Task task, read_task(options.task));
  FIXGATE_ASSIGN(DataSet data, load_data(task, Part::Calibration, options.data_root));
  FIXGATE_CHECK(check_data(network.program, data));
  const auto kept = std::make_shared<const DataSet>(std::move(data));
  say("calibration  {} of the training part, seed {}\n",
      kept->is_stream ? fmt::format("{} tokens", task.calibration.tokens)
                      : fmt::format("{} sequences", kept->samples.size()),
      task.calibration.seed);
  return CalibrationData{program::recordings_of(*kept), task.metric, task.calibration.seed,
                         learning_of(network.program, task, options.data_root), kept};
}

/// What the outputs are for, where no task says it.
MetricSpec metric_of(const program::Program& program) {
  MetricSpec metric;
  const bool is_class = program.outputs.front().function != OutputFunction::None;
  metric.kind = is_class ? MetricKind::Accuracy : MetricKind::Rmse;
  return metric;
}

Result<CalibrationData> data_of_arrays(const FloatNetwork& network, const std::string& file) {
  FIXGATE_ASSIGN(const Arrays arrays, read_arrays(file));
  auto data = run_data_of(arrays, network.program);
  if (!data) return tl::make_unexpected(data.error().within(file));
  const auto kept = std::make_shared<const RunData>(std::move(*data));
  CalibrationData made;
  made.metric = metric_of(network.program);
  made.kept = kept;
  for (std::size_t k = 0; k < kept->sequences.size(); ++k)
    made.recordings.recordings.push_back({fmt::format("{}: sequence {}", file, k), kept->sequences[k]});
  say("calibration  {} sequences of {}\n", kept->sequences.size(), file);
  return made;
}

Result<QuantisedProgram> quantise_calibrated(const FloatNetwork& network, const FormatPlan& plan,
                                             const ProgramQuantisation& options) {
  FIXGATE_ASSIGN(const CalibrationData data, options.calibrate.empty()
                                                 ? data_of_task(network, options)
                                                 : data_of_arrays(network, options.calibrate));
  FIXGATE_ASSIGN(CalibratedProgram calibrated,
                 CalibratedProgram::make(network, data.recordings, data.metric, data.seed, data.learning));
  return calibrated.quantise(plan);
}

}  // namespace

Result<void> quantize_program(const lowering::LoweredProgram& lowered, const FormatPlan& plan,
                              const ProgramQuantisation& options) {
  const bool has_data = !options.calibrate.empty() || !options.task.empty();
  const auto quantised =
      has_data ? quantise_calibrated(lowered.network, plan, options) : quantise(lowered.network, plan, {});
  if (!quantised)
    return fail("{}: {}{}", options.model, quantised.error().message,
                has_data ? "" : " (give --calibrate or --task for calibration)");
  const program::FixedNetwork& network = quantised->network;
  if (!options.plan_output.empty())
    FIXGATE_CHECK(write_file(options.plan_output, to_toml(quantised->resolved)));
  FIXGATE_CHECK(write_fixed_network(network, options.output));
  const Footprint footprint = measure_footprint(network);
  say("footprint    whole model {:.1f} KiB, {:.2f} % of float\n",
      static_cast<double>(footprint.whole_bits) / 8192, 100 * footprint.whole);
  say("written      {}\n", options.output);
  return {};
}

}  // namespace fixgate
