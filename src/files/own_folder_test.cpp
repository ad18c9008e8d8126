#include "files/own_folder.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <optional>

namespace fixgate {
namespace {

namespace fs = std::filesystem;

class OwnFolders : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "own-folders-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    place_ = pattern;
  }
  void TearDown() override { fs::remove_all(place_); }

  [[nodiscard]] fs::path prefix() const { return place_ / "accel.part"; }
  [[nodiscard]] std::ptrdiff_t count() const {
    return std::distance(fs::directory_iterator(place_), fs::directory_iterator());
  }

  /// A folder with a file in it whose owner was killed.
  void leave_behind() const {
    const pid_t child = ::fork();
    if (child == 0) {
      const auto folder = OwnFolder::make(prefix());
      if (folder) std::ofstream(folder->path() / "half.hex") << "0";
      ::raise(SIGKILL);
    }
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_EQ(count(), 1);
  }

  fs::path place_;
};

TEST_F(OwnFolders, GoWithTheirOwners) {
  {
    const auto one = OwnFolder::make(prefix());
    const auto other = OwnFolder::make(prefix());
    ASSERT_TRUE(one && other);
    EXPECT_NE(one->path(), other->path());
    EXPECT_TRUE(fs::is_directory(one->path())) << "the second took the first one's for a left one";
    std::ofstream(one->path() / "file") << "content";
  }
  EXPECT_EQ(count(), 0);
}

TEST_F(OwnFolders, OfKilledProcessesAreRemovedByTheNext) {
  leave_behind();
  const auto next = OwnFolder::make(prefix());
  ASSERT_TRUE(next) << next.error().message;
  EXPECT_EQ(count(), 1) << "only the new one";
}

TEST_F(OwnFolders, OfOthersStayWhateverTheirName) {
  fs::create_directory(place_ / "accel.part123456");
  std::ofstream(place_ / "accel.part123456" / "notes.txt") << "keep";
  fs::create_directory(place_ / "elsewhere");
  std::ofstream(place_ / "elsewhere" / ".fixgate-temporary") << "";
  fs::create_directory_symlink(place_ / "elsewhere", place_ / "accel.partabcdef");
  std::ofstream(place_ / "accel.partfile00") << "keep";
  ASSERT_TRUE(OwnFolder::make(prefix()));
  EXPECT_TRUE(fs::exists(place_ / "accel.part123456" / "notes.txt"));
  EXPECT_TRUE(fs::exists(place_ / "elsewhere" / ".fixgate-temporary"));
  EXPECT_TRUE(fs::is_symlink(place_ / "accel.partabcdef"));
  EXPECT_TRUE(fs::exists(place_ / "accel.partfile00"));
}

TEST_F(OwnFolders, ThatCannotBeMadeAreRefusedByName) {
  const auto folder = OwnFolder::make(place_ / "gone" / "accel.part");
  ASSERT_FALSE(folder);
  EXPECT_NE(folder.error().message.find("gone/accel.part"), std::string::npos) << folder.error().message;
  EXPECT_NE(folder.error().message.find("No such file"), std::string::npos) << folder.error().message;
}

}  // namespace
}  // namespace fixgate
