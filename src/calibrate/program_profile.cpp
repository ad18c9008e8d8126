#include "calibrate/program_profile.h"

#include <tbb/enumerable_thread_specific.h>

#include <cmath>
#include <optional>
#include <utility>

#include "calibrate/calibrate.h"
#include "parallel/for_each_index.h"

namespace fixgate::program {
namespace {

/// Counts what is written, by group.
class GroupObserver : public FloatValueObserver {
 public:
  GroupObserver(const Program& program, const FormatGroups& groups)
      : histograms(groups.groups.size()), written_(program.values.size(), std::nullopt) {
    for (const FormatGroupId id : groups.groups.ids())
      for (const ValueId value : groups.groups[id].written) written_[value] = id;
  }

  void observe(ValueId value, std::int64_t, Eigen::Ref<FloatMatrix> rows) override {
    for (Eigen::Index row = 0; row < rows.rows(); ++row)
      add(value, {&rows(row, 0), static_cast<std::size_t>(rows.cols())});
  }

  void add(ValueId value, std::span<const float> numbers) {
    if (!written_[value]) return;
    Histogram& histogram = histograms[written_[value]->index()];
    for (const float number : numbers) {
      if (std::isfinite(number))
        histogram.add(number);
      else if (!not_finite)
        not_finite = value;
    }
  }

  GroupProfile histograms;
  std::optional<ValueId> not_finite;  // the first such value of this recording

 private:
  IdVector<ValueId, std::optional<FormatGroupId>> written_;
};

// The first ticks read the constants of the file: formats must hold them too. Zeros fit any.
FloatMemory started(const FloatRunner& runner, const FormatGroups& groups, GroupObserver& observer) {
  const Program& program = runner.network().program;
  const FloatMemory& memory = runner.initial_memory();
  for (const StateId id : program.states.ids()) {
    if (memory[id].isZero(0)) continue;
    const ValueId value = program.states[id].value;
    const FormatGroup& group = groups.groups[*groups.group_of[value]];
    observer.add(group.written.front(), {memory[id].data(), static_cast<std::size_t>(memory[id].size())});
  }
  return memory;
}

Result<void> observe(const FloatRunner& runner, const Recording& recording, FloatMemory& memory,
                     GroupObserver& observer) {
  observer.not_finite.reset();  // a thread's observer sees one recording after the other
  if (auto outputs = runner.run(recording.inputs, memory, &observer); !outputs)
    return tl::make_unexpected(outputs.error().within(recording.name));
  if (!observer.not_finite) return {};
  const Program& program = runner.network().program;
  return fail("{}: signal '{}' is not finite on the calibration data", recording.name,
              full_name(program, program.values[*observer.not_finite]));
}

Result<GroupProfile> observe_stream(const FloatRunner& runner, const Recordings& data,
                                    const FormatGroups& groups) {
  GroupObserver observer(runner.network().program, groups);
  FloatMemory memory = started(runner, groups, observer);
  for (const Recording& recording : data.recordings)
    FIXGATE_CHECK(observe(runner, recording, memory, observer));
  return std::move(observer.histograms);
}

// Counts are whole numbers: the order of merging does not matter.
Result<GroupProfile> observe_separately(const FloatRunner& runner, const Recordings& data,
                                        const FormatGroups& groups) {
  tbb::enumerable_thread_specific<GroupObserver> observers(
      [&] { return GroupObserver(runner.network().program, groups); });
  std::vector<Result<void>> results(data.recordings.size());
  parallel_for_each_index(data.recordings.size(), [&](std::size_t index) {
    GroupObserver& observer = observers.local();
    FloatMemory memory = started(runner, groups, observer);
    results[index] = observe(runner, data.recordings[index], memory, observer);
  });
  for (const auto& result : results) FIXGATE_CHECK(result);
  GroupProfile profile(groups.groups.size());
  for (const GroupObserver& observer : observers)
    for (std::size_t group = 0; group < profile.size(); ++group)
      profile[group].merge(observer.histograms[group]);
  return profile;
}

}  // namespace

Recordings recordings_of(const DataSet& data) {
  Recordings all{{}, data.is_stream};
  for (const Sample& sample : data.samples)
    all.recordings.push_back({sample.name, std::span<const Sequence>(&sample.sequence, 1)});
  return all;
}

Result<GroupProfile> calibrate(const FloatRunner& runner, const Recordings& data) {
  if (data.recordings.empty()) return fail("there is no calibration data");
  const FormatGroups groups = format_groups_of(runner.network().program);
  return data.is_stream ? observe_stream(runner, data, groups) : observe_separately(runner, data, groups);
}

std::string to_json(const Program& program, const GroupProfile& profile) {
  SignalProfile named{{}, profile};
  for (const FormatGroup& group : format_groups_of(program).groups)
    named.signals.push_back(
        {group.name,
         program.values[(group.written.empty() ? group.moved : group.written).front()].role,
         false,
         {}});
  return fixgate::to_json(named);
}

}  // namespace fixgate::program
