#include "verification/gather.h"

#include <iterator>

#include "data/load.h"
#include "simulate/sequence_check.h"

namespace fixgate {
namespace {

Result<std::vector<Part>> parse_parts(const std::string& name) {
  if (name == "test") return std::vector{Part::Test};
  if (name == "validation") return std::vector{Part::Validation};
  if (name == "calibration") return std::vector{Part::Calibration};
  if (name == "all") return std::vector{Part::Test, Part::Validation, Part::Calibration};
  return fail("--part {}: expected test, validation, calibration or all", name);
}

bool has_enough(const DataSet& data, const TestLimits& limits) {
  return limits.sequences && static_cast<std::int64_t>(data.samples.size()) >= *limits.sequences;
}

}  // namespace

Result<std::vector<TestSequence>> gather_sequences(const Task& task, const CallSteps& call,
                                                   const std::string& part,
                                                   const std::filesystem::path& data_root,
                                                   const TestLimits& limits) {
  FIXGATE_ASSIGN(const std::vector<Part> parts, parse_parts(part));
  DataSet all;
  for (const Part one : parts) {
    if (has_enough(all, limits)) break;
    FIXGATE_ASSIGN(DataSet data, load_data(task, one, data_root));
    FIXGATE_CHECK(check_steps(call, data));
    if (data.is_stream && parts.size() > 1)
      return fail("--part all: {} is one text, whose parts do not follow each other; name one part",
                  task.name);
    all.is_stream = data.is_stream;
    std::move(data.samples.begin(), data.samples.end(), std::back_inserter(all.samples));
  }
  if (limits.sequences && !all.is_stream && !has_enough(all, limits))
    return fail("--sequences {}: the part '{}' of {} has only {}", *limits.sequences, part, task.name,
                all.samples.size());
  return first_sequences(all, limits);
}

}  // namespace fixgate
