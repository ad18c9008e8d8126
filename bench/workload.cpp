#include "bench/workload.h"

#include <algorithm>
#include <map>

#include "calibrate/program_profile.h"
#include "data/load.h"
#include "files/write.h"
#include "quantize/plan.h"
#include "quantize/quantise_program.h"
#include "simulate/testing/random_chain.h"
#include "sweep/load_program.h"

namespace fixgate::bench {
namespace {

std::size_t most_frequent_length(const DataSet& data) {
  std::map<std::size_t, std::size_t> counts;
  for (const Sample& sample : data.samples) ++counts[sample.sequence.steps()];
  return std::ranges::max_element(counts, {}, [](const auto& one) { return one.second; })->first;
}

}  // namespace

Result<Workload> load_workload(const std::string& name, const std::filesystem::path& model,
                               const std::filesystem::path& task_file, const std::filesystem::path& data_root,
                               std::size_t most) {
  Workload workload;
  workload.name = name;
  workload.model = model;
  FIXGATE_ASSIGN(lowering::LoweredProgram lowered, load_program(model, {}));
  workload.network = std::move(lowered.network);
  const program::Program& program = workload.network.program;
  workload.time_major = program.values[inputs_of(program).front()].vocabulary.has_value();
  FIXGATE_ASSIGN(const Task task, read_task(task_file));
  FIXGATE_ASSIGN(workload.calibration, load_data(task, Part::Calibration, data_root));
  FIXGATE_ASSIGN(const DataSet test, load_data(task, Part::Test, data_root));
  const std::size_t steps = most_frequent_length(test);
  for (const Sample& sample : test.samples)
    if (sample.sequence.steps() == steps && workload.sequences.size() < most)
      workload.sequences.push_back(sample.sequence);
  return workload;
}

Result<program::FixedNetwork> quantised(const Workload& workload, const Widths& widths) {
  FIXGATE_ASSIGN(const FormatPlan plan, preset_plan("default", {widths.weights, widths.activations}));
  const program::FloatRunner runner(workload.network);
  FIXGATE_ASSIGN(const program::GroupProfile profile,
                 program::calibrate(runner, program::recordings_of(workload.calibration)));
  FIXGATE_ASSIGN(program::QuantisedProgram quantised,
                 program::quantise(workload.network, plan, {.profile = &profile}));
  return std::move(quantised.network);
}

Result<Workload> random_workload(int hidden, int steps, int sequences, std::uint64_t seed) {
  testing_support::Random random(seed);
  testing_support::ChainShape shape;
  shape.kind = CellKind::Gru;
  shape.linear_before_reset = true;
  shape.inputs = 64;
  shape.hidden = hidden;
  shape.select = SelectKind::LastStep;
  Workload workload;
  workload.name = fmt::format("GRU {}", hidden);
  workload.network = testing_support::make_chain(random, shape);
  workload.calibration = testing_support::drawn_data(random, workload.network.program, 4, 20);
  for (int k = 0; k < sequences; ++k)
    workload.sequences.push_back(testing_support::drawn_sequence(random, workload.network.program, steps));
  return workload;
}

Result<void> write_sequences(const Workload& workload, const std::filesystem::path& path) {
  std::string bytes;
  for (const Sequence& sequence : workload.sequences) {
    bytes.append(reinterpret_cast<const char*>(sequence.tokens.data()),
                 sequence.tokens.size() * sizeof(std::int32_t));
    bytes.append(reinterpret_cast<const char*>(sequence.features.data()),
                 static_cast<std::size_t>(sequence.features.size()) * sizeof(float));
  }
  return write_file(path, bytes);
}

}  // namespace fixgate::bench
