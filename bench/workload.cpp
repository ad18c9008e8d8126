#include "bench/workload.h"

#include <algorithm>
#include <map>

#include "calibrate/calibrate.h"
#include "data/load.h"
#include "files/write.h"
#include "fixed/program_of.h"
#include "quantize/plan.h"
#include "quantize/quantize.h"
#include "simulate/testing/random_network.h"
#include "sweep/load_network.h"

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
  FIXGATE_ASSIGN(workload.network, load_network(model));
  workload.time_major = workload.network.takes_tokens;
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
  FIXGATE_ASSIGN(const SignalProfile profile, calibrate(workload.network, workload.calibration));
  FIXGATE_ASSIGN(Quantised quantised, quantise(workload.network, plan, &profile));
  return program_of(std::move(quantised.network));
}

Result<Workload> random_workload(int hidden, int steps, int sequences, std::uint64_t seed) {
  testing_support::Random random(seed);
  testing_support::NetworkShape shape;
  shape.kind = CellKind::Gru;
  shape.linear_before_reset = true;
  shape.inputs = 64;
  shape.hidden = hidden;
  shape.select = SelectKind::LastStep;
  Workload workload;
  workload.name = fmt::format("GRU {}", hidden);
  workload.network = testing_support::make_network(random, shape);
  workload.calibration = testing_support::random_data(random, workload.network, 4, 20);
  for (int k = 0; k < sequences; ++k)
    workload.sequences.push_back(testing_support::random_sequence(random, workload.network, steps));
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
