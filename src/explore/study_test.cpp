#include "explore/study.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "data/test_folder.h"

namespace fixgate {
namespace {

class StudyFile : public TestFolder {
 protected:
  [[nodiscard]] std::filesystem::path path() const { return folder_ / "study.sqlite"; }

  [[nodiscard]] Result<std::unique_ptr<Study>> open() const { return Study::open(path(), subject_); }

  void expect_refused(const StudySubject& subject, const std::string& part) const {
    const auto study = Study::open(path(), subject);
    ASSERT_FALSE(study);
    EXPECT_NE(study.error().message.find(part), std::string::npos) << study.error().message;
    EXPECT_NE(study.error().message.find(path().string()), std::string::npos) << study.error().message;
  }

  static TrialRequest trial(const std::string& key) { return {key, "grid", 1, {0, 1}, "version = 1\n"}; }

  static TrialResult result() {
    TrialResult result;
    result.figures.complete = true;
    result.figures.samples = 3;
    result.figures.loss = 0.25;
    result.figures.footprint = 1.0 / 3;
    result.figures.cycles = 17;
    result.numerators = {1, -1, 0.5};
    return result;
  }

  StudySubject subject_{"net.onnx", "m1", "t1", "d1"};
};

TEST_F(StudyFile, KeepsTrialsFromOneOpeningToTheNext) {
  {
    auto study = open();
    ASSERT_TRUE(study) << study.error().message;
    ASSERT_TRUE((*study)->request({trial("a"), trial("b")}));
    EXPECT_TRUE(*(*study)->claim("a"));
    ASSERT_TRUE((*study)->store("a", result()));
  }
  auto study = open();
  ASSERT_TRUE(study) << study.error().message;
  EXPECT_EQ(*(*study)->trials_done(), 1);
  const auto found = *(*study)->find("a");
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->complete);
  EXPECT_EQ(found->loss, 0.25);
  EXPECT_EQ(found->footprint, 1.0 / 3);
  EXPECT_EQ(found->cycles, 17);
  EXPECT_EQ(*(*study)->numerators("a"), (std::vector<double>{1, -1, 0.5}));
  EXPECT_FALSE(*(*study)->find("b"));
  EXPECT_FALSE(*(*study)->claim("a")) << "done";
}

TEST_F(StudyFile, ATrialIsClaimedOnceAmongTheLiving) {
  auto one = open();
  auto two = open();
  ASSERT_TRUE(one && two);
  ASSERT_TRUE((*one)->request({trial("a"), trial("b")}));
  ASSERT_TRUE((*two)->request({trial("a"), trial("b")}));
  EXPECT_TRUE(*(*one)->claim("a"));
  EXPECT_FALSE(*(*two)->claim("a"));
  EXPECT_TRUE(*(*two)->claim("b"));
  ASSERT_TRUE((*one)->release("a"));
  EXPECT_TRUE(*(*two)->claim("a"));
  two->reset();
  EXPECT_TRUE(*(*one)->claim("b")) << "its claims are open again";
}

TEST_F(StudyFile, TheDeadsClaimsAreTakenOver) {
  auto study = open();
  ASSERT_TRUE(study);
  ASSERT_TRUE((*study)->request({trial("a")}));
  const pid_t child = ::fork();
  if (child == 0) {
    auto other = open();
    const bool claimed = other && *(*other)->claim("a");
    ::_exit(claimed ? 0 : 1);  // as if killed: nothing is given back
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  ASSERT_EQ(status, 0);
  EXPECT_FALSE(*(*study)->claim("a"));
  ASSERT_TRUE((*study)->remove_dead_workers());
  EXPECT_TRUE(*(*study)->claim("a"));
}

TEST_F(StudyFile, OneIsFirst) {
  auto one = open();
  auto two = open();
  ASSERT_TRUE(one && two);
  EXPECT_TRUE(*(*one)->is_first("writer"));
  EXPECT_FALSE(*(*two)->is_first("writer"));
  one->reset();
  EXPECT_TRUE(*(*two)->is_first("writer"));
}

TEST_F(StudyFile, AnotherSubjectIsRefused) {
  ASSERT_TRUE(open());
  expect_refused({"other.onnx", "m2", "t1", "d1"}, "net.onnx with other content of the model");
  expect_refused({"net.onnx", "m1", "t2", "d1"}, "of the task");
  expect_refused({"net.onnx", "m1", "t1", "d2"}, "of the data");
}

TEST_F(StudyFile, AnotherVersionIsRefused) {
  ASSERT_TRUE(open());
  ASSERT_TRUE(Database::open(path())->execute("PRAGMA user_version = 99"));
  expect_refused(subject_, "another version of fixgate (99");
}

TEST_F(StudyFile, OtherFilesAreRefusedAndKept) {
  (void)store("study.sqlite", std::string(5000, 'x'));
  expect_refused(subject_, "damaged, or no study");
  EXPECT_EQ(bytes_of(path()), std::string(5000, 'x'));
  std::filesystem::remove(path());
  ASSERT_TRUE(Database::open(path())->execute("CREATE TABLE mine (a)"));
  expect_refused(subject_, "is an SQLite file, but no study");
}

TEST_F(StudyFile, DamageIsFound) {
  {
    auto study = open();
    ASSERT_TRUE(study);
    std::vector<TrialRequest> many;
    for (int k = 0; k < 500; ++k) many.push_back(trial(std::to_string(k)));
    ASSERT_TRUE((*study)->request(many));
  }
  std::string bytes = bytes_of(path());
  for (std::size_t k = 8192; k < bytes.size() - 4096; k += 97) bytes[k] = static_cast<char>(bytes[k] ^ 0x55);
  (void)store("study.sqlite", bytes);
  expect_refused(subject_, "damaged");
  (void)store("study.sqlite", bytes.substr(0, 6000));
  expect_refused(subject_, "damaged");
}

}  // namespace
}  // namespace fixgate
