#include "data/task_files.h"

#include "data/task.h"

namespace fixgate {

void add_task_files(const std::filesystem::path& path, const std::filesystem::path& data_root, FileUse& use) {
  use.reads(path, "the task");
  if (path.empty()) return;
  const auto task = read_task(path);
  if (!task) return;
  const DataSpec& data = task->data;
  const std::filesystem::path root = data_root.empty() ? task->folder : data_root;
  const auto add = [&](const std::filesystem::path& file, const char* what) {
    if (!file.empty()) use.reads(root / file, what);
  };
  add(data.train, "the task's training data");
  add(data.validation, "the task's validation data");
  add(data.test, "the task's test data");
  add(data.archive, "the task's archive");
  add(data.vocabulary, "the task's vocabulary");
}

}  // namespace fixgate
