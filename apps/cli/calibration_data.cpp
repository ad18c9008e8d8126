#include "calibration_data.h"

#include <fmt/format.h>

#include <utility>

#include "data/array_file.h"
#include "data/load.h"
#include "diagnostic/terminal.h"
#include "run/run_data.h"
#include "simulate/sequence_check.h"

namespace fixgate {
namespace {

/// What the outputs are for, where no task says it.
MetricSpec metric_of(const program::Program& program) {
  MetricSpec metric;
  const bool is_class = program.outputs.front().function != OutputFunction::None;
  metric.kind = is_class ? MetricKind::Accuracy : MetricKind::Rmse;
  return metric;
}

}  // namespace

Result<CalibrationData> data_of_task(const program::Program& program, const Task& task,
                                     const std::string& data_root) {
  FIXGATE_ASSIGN(DataSet data, load_data(task, Part::Calibration, data_root));
  FIXGATE_CHECK(check_data(program, data));
  const auto kept = std::make_shared<const DataSet>(std::move(data));
  say("calibration  {} of the training part, seed {}\n",
      kept->is_stream ? fmt::format("{} tokens", task.calibration.tokens)
                      : fmt::format("{} sequences", kept->samples.size()),
      task.calibration.seed);
  return CalibrationData{program::recordings_of(*kept), task.metric, task.calibration.seed,
                         learning_of(program, task, data_root), kept};
}

Result<CalibrationData> data_of_arrays(const program::Program& program, const std::string& file) {
  FIXGATE_ASSIGN(const Arrays arrays, read_arrays(file));
  auto data = run_data_of(arrays, program);
  if (!data) return tl::make_unexpected(data.error().within(file));
  const auto kept = std::make_shared<const RunData>(std::move(*data));
  CalibrationData made;
  made.metric = metric_of(program);
  made.kept = kept;
  for (std::size_t k = 0; k < kept->sequences.size(); ++k)
    made.recordings.recordings.push_back({fmt::format("{}: sequence {}", file, k), kept->sequences[k]});
  say("calibration  {} sequences of {}\n", kept->sequences.size(), file);
  return made;
}

}  // namespace fixgate
