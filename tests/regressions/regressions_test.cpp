// Replays tests/data/regressions/READER/*: a promise that is broken again ends the test.
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <string>

#include "exercise.h"
#include "files/read.h"

namespace fixgate {
namespace {

using Exercise = void (*)(std::string_view);

const std::map<std::string, Exercise> kExercises{
    {"onnx", exercise_onnx},   {"fixed_network", exercise_fixed_network},
    {"task", exercise_task},   {"plan", exercise_plan},
    {"suite", exercise_suite}, {"records", exercise_records},
    {"npy", exercise_npy},     {"program", exercise_program}};

TEST(Regressions, AreHandled) {
  int replayed = 0;
  const std::filesystem::path folder = FIXGATE_SOURCE_DIR "/tests/data/regressions";
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    const std::string reader = entry.path().parent_path().filename().string();
    ASSERT_TRUE(kExercises.contains(reader)) << entry.path();
    const auto bytes = read_file(entry.path());
    ASSERT_TRUE(bytes) << bytes.error().message;
    SCOPED_TRACE(entry.path().string());
    kExercises.at(reader)(*bytes);
    ++replayed;
  }
  EXPECT_GT(replayed, 0);
}

}  // namespace
}  // namespace fixgate
