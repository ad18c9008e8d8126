#include "explore/explore_files.h"

#include "data/task_files.h"
#include "explore/report.h"
#include "import/model_files.h"

namespace fixgate {

void add_explore_files(const ExploreOptions& options, FileUse& use) {
  add_model_files(options.model, use);
  add_task_files(options.task, options.data_root, use);
  use.writes(options.study, "--study");  // one that is no study is refused when it is opened
  for (const ReportFile& file : report_files())
    use.rewrites(options.output / file.name, "--output", file.is_ours);
}

}  // namespace fixgate
