#include "files/write.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "files/read.h"

namespace fixgate {
namespace {

namespace fs = std::filesystem;

class WriteFile : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "fixgate-write-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { fs::remove_all(folder_); }

  [[nodiscard]] std::ptrdiff_t files() const {
    return std::distance(fs::directory_iterator(folder_), fs::directory_iterator());
  }

  fs::path folder_;
};

// A limit on the size of files stands for a disk that fills up in the middle of a write.
class SmallDisk {
 public:
  explicit SmallDisk(rlim_t bytes) : old_handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &old_limit_);
    const rlimit limit{bytes, old_limit_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~SmallDisk() {
    ::setrlimit(RLIMIT_FSIZE, &old_limit_);
    std::signal(SIGXFSZ, old_handler_);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;

 private:
  rlimit old_limit_{};
  void (*old_handler_)(int);
};

// Permissions do not bind root; tests of them run as nobody.
class Unprivileged {
 public:
  Unprivileged() : is_root_(::geteuid() == 0), is_bound_(!is_root_ || ::seteuid(65534) == 0) {}
  ~Unprivileged() {
    if (is_root_ && ::seteuid(0) != 0) std::abort();
  }
  Unprivileged(const Unprivileged&) = delete;
  Unprivileged& operator=(const Unprivileged&) = delete;

  [[nodiscard]] bool is_bound() const { return is_bound_; }

 private:
  bool is_root_;
  bool is_bound_;
};

TEST_F(WriteFile, WritesEveryByte) {
  const std::string bytes("a\0b\n", 4);
  ASSERT_TRUE(write_file(folder_ / "new", bytes));
  EXPECT_EQ(*read_file(folder_ / "new"), bytes);
  EXPECT_EQ(files(), 1);
}

TEST_F(WriteFile, ReplacesTheOldContent) {
  ASSERT_TRUE(write_file(folder_ / "file", "old and longer"));
  ASSERT_TRUE(write_file(folder_ / "file", "new"));
  EXPECT_EQ(*read_file(folder_ / "file"), "new");
  EXPECT_EQ(files(), 1);
}

TEST_F(WriteFile, AFullDiskLeavesTheOldContentAndNoPart) {
  ASSERT_TRUE(write_file(folder_ / "file", "old"));
  {
    const SmallDisk disk(4096);
    const auto written = write_file(folder_ / "file", std::string(100'000, 'x'));
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().message, (folder_ / "file").string() + ": cannot be written: File too large");
  }
  EXPECT_EQ(*read_file(folder_ / "file"), "old");
  EXPECT_EQ(files(), 1);
}

// Through a link, so that a faulty rename could only replace the link.
TEST_F(WriteFile, AFullDeviceIsAnError) {
  if (!fs::exists("/dev/full")) GTEST_SKIP() << "needs /dev/full";
  fs::create_symlink("/dev/full", folder_ / "full");
  const auto written = write_file(folder_ / "full", "content");
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().message,
            (folder_ / "full").string() + ": cannot be written: No space left on device");
}

TEST_F(WriteFile, ADeviceIsWrittenNotReplaced) {
  fs::create_symlink("/dev/null", folder_ / "null");
  ASSERT_TRUE(write_file(folder_ / "null", "content"));
  EXPECT_TRUE(fs::is_symlink(folder_ / "null"));
}

TEST_F(WriteFile, AnOpenFileIsWrittenNotReplaced) {
  std::FILE* const open = std::fopen((folder_ / "file").c_str(), "w");
  ASSERT_NE(open, nullptr);
  fs::create_symlink("/proc/self/fd/" + std::to_string(::fileno(open)), folder_ / "stdout");
  EXPECT_TRUE(write_file(folder_ / "stdout", "content"));
  std::fclose(open);
  EXPECT_TRUE(fs::is_symlink(folder_ / "stdout"));
  EXPECT_EQ(*read_file(folder_ / "file"), "content");
  EXPECT_EQ(files(), 2);
}

TEST_F(WriteFile, ALinkStaysAndItsFileIsReplaced) {
  fs::create_directory(folder_ / "elsewhere");
  ASSERT_TRUE(write_file(folder_ / "elsewhere" / "file", "old"));
  fs::create_symlink("elsewhere/file", folder_ / "link");
  ASSERT_TRUE(write_file(folder_ / "link", "new"));
  EXPECT_TRUE(fs::is_symlink(folder_ / "link"));
  EXPECT_EQ(*read_file(folder_ / "elsewhere" / "file"), "new");
}

TEST_F(WriteFile, ALinkToNothingMakesItsFile) {
  fs::create_symlink("new", folder_ / "link");
  ASSERT_TRUE(write_file(folder_ / "link", "content"));
  EXPECT_EQ(*read_file(folder_ / "new"), "content");
  fs::create_symlink("circle", folder_ / "circle");
  EXPECT_FALSE(write_file(folder_ / "circle", "content"));
}

TEST_F(WriteFile, TheNewFileHasTheRightsOfTheOld) {
  for (const unsigned rights : {0600U, 0640U, 0444U, 0777U}) {
    const fs::path file = folder_ / "file";
    ASSERT_TRUE(write_file(file, "old"));
    fs::permissions(file, fs::perms(rights));
    ASSERT_TRUE(write_file(file, "new"));
    EXPECT_EQ(*read_file(file), "new");
    EXPECT_EQ(fs::status(file).permissions(), fs::perms(rights));
    fs::remove(file);
  }
}

TEST_F(WriteFile, TheNewFileHasTheOwnerOfTheOldWhereThatIsAllowed) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root's rights";
  const fs::path file = folder_ / "file";
  ASSERT_TRUE(write_file(file, "old"));
  ASSERT_EQ(::chown(file.c_str(), 65534, 65533), 0);
  ASSERT_TRUE(write_file(file, "new"));
  struct stat status = {};
  ASSERT_EQ(::stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_uid, 65534U);
  EXPECT_EQ(status.st_gid, 65533U);
}

/// The number of a process that has ended.
pid_t dead_process() {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  ::waitpid(child, nullptr, 0);
  return child;
}

TEST_F(WriteFile, WhatKilledRunsLeftIsRemoved) {
  const fs::path file = folder_ / "file";
  const std::string dead = ".fixgate.part" + std::to_string(dead_process());
  for (const std::string& name : {"file" + dead, "file.fixgate.part" + std::to_string(::getpid())})
    std::ofstream(folder_ / name) << "half";
  const std::vector<std::string> others{"other" + dead, "file.fixgate.part1",   "file.fixgate.part",
                                        "file.part7",   "file" + dead + ".txt", "file" + dead + "x"};
  for (const std::string& name : others) std::ofstream(folder_ / name) << "not of a dead run of this file";
  ASSERT_TRUE(write_file(file, "content"));
  for (const std::string& name : others) EXPECT_TRUE(fs::exists(folder_ / name)) << name;
  EXPECT_EQ(files(), static_cast<std::ptrdiff_t>(others.size() + 1));
}

TEST_F(WriteFile, WhatIsLockedIsLeft) {
  const fs::path part = folder_ / ("file.fixgate.part" + std::to_string(dead_process()));
  std::ofstream(part) << "half";
  const int lock = ::open(part.c_str(), O_RDONLY);
  ASSERT_EQ(::flock(lock, LOCK_EX), 0);
  ASSERT_TRUE(write_file(folder_ / "file", "content"));
  EXPECT_TRUE(fs::exists(part)) << "its process lives elsewhere";
  ::close(lock);
  ASSERT_TRUE(write_file(folder_ / "file", "content"));
  EXPECT_FALSE(fs::exists(part));
}

TEST_F(WriteFile, ALinkInThePlaceOfAPartIsNotFollowed) {
  ASSERT_TRUE(write_file(folder_ / "victim", "kept"));
  fs::create_symlink("victim", folder_ / ("file.fixgate.part" + std::to_string(::getpid())));
  EXPECT_FALSE(write_file(folder_ / "file", "content"));
  EXPECT_EQ(*read_file(folder_ / "victim"), "kept");
}

TEST_F(WriteFile, AReadOnlyFolderIsAnErrorAndKeepsTheOldContent) {
  ASSERT_TRUE(write_file(folder_ / "file", "old"));
  fs::permissions(folder_, fs::perms::owner_read | fs::perms::owner_exec | fs::perms::others_exec);
  {
    const Unprivileged nobody;
    if (!nobody.is_bound()) GTEST_SKIP() << "cannot give up root's rights";
    const auto written = write_file(folder_ / "file", "new");
    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().message,
              (folder_ / "file").string() + ": cannot be written: Permission denied");
  }
  fs::permissions(folder_, fs::perms::owner_all);
  EXPECT_EQ(*read_file(folder_ / "file"), "old");
  EXPECT_EQ(files(), 1);
}

TEST_F(WriteFile, NamesAMissingFolder) {
  const auto written = write_file(folder_ / "absent" / "file", "content");
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().message,
            (folder_ / "absent" / "file").string() + ": cannot be written: No such file or directory");
}

TEST_F(WriteFile, RefusesAFolder) {
  fs::create_directory(folder_ / "taken");
  EXPECT_FALSE(write_file(folder_ / "taken", "content"));
  EXPECT_TRUE(fs::is_directory(folder_ / "taken"));
  EXPECT_EQ(files(), 1);
}

}  // namespace
}  // namespace fixgate
