#include "sweep/suite_files.h"

#include "data/task_files.h"
#include "files/kind.h"
#include "import/model_files.h"
#include "plot/svg.h"

namespace fixgate {
namespace {

constexpr const char* kOutput = "--output";

void add_results(const SuiteNetwork& network, const std::filesystem::path& folder, FileUse& use) {
  for (const SuitePlan& plan : network.plans)
    use.rewrites(folder / network_file_name(network, plan), kOutput,
                 [](std::string_view bytes) { return kind_of(bytes) == kFixedKind; });
  use.rewrites(folder / plot_file_name(network.name), kOutput, is_plot);
}

}  // namespace

void add_entry_files(const SuiteEntry& entry, const std::filesystem::path& data_root, FileUse& use) {
  if (entry.needs_data_root && data_root.empty()) return;
  add_model_files(entry.needs_data_root ? data_root / entry.model : entry.model, use);
  add_task_files(entry.task, entry.needs_data_root ? data_root : "", use);
}

void add_sweep_files(const std::filesystem::path& path, const SweepOptions& options, FileUse& use) {
  use.reads(path, "the suite");
  use.writes(options.output / kResultsName, kOutput);  // read before, too: foreign ones are refused there
  use.rewrites(options.output / kTableName, kOutput, begins_with("| network      | plan w/a"));
  const auto suite = read_suite(path);
  if (!suite) return;
  for (const SuiteNetwork& network : suite->networks) {
    add_entry_files(network, options.data_root, use);
    for (const SuitePlan& plan : network.plans) use.reads(plan.file, "a plan of the suite");
    if (!network.needs_data_root || !options.data_root.empty()) add_results(network, options.output, use);
  }
}

}  // namespace fixgate
