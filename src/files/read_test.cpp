#include "files/read.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

namespace fixgate {
namespace {

namespace fs = std::filesystem;

class ReadFile : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "fixgate-read-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { fs::remove_all(folder_); }

  fs::path store(const std::string& name, const std::string& bytes) const {
    std::ofstream(folder_ / name, std::ios::binary) << bytes;
    return folder_ / name;
  }

  fs::path folder_;
};

TEST_F(ReadFile, GivesEveryByte) {
  const std::string bytes("a\0b\r\n\xff", 6);
  const auto read = read_file(store("bytes", bytes));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, bytes);
}

TEST_F(ReadFile, GivesAnEmptyFile) {
  const auto read = read_file(store("empty", ""));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(*read, "");
}

TEST_F(ReadFile, NamesAMissingFile) {
  const auto read = read_file(folder_ / "absent");
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message, (folder_ / "absent").string() + ": no such file");
}

TEST_F(ReadFile, RefusesAFolder) {
  const auto read = read_file(folder_);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message, folder_.string() + ": is a folder, not a file");
}

TEST_F(ReadFile, RefusesADanglingLink) {
  fs::create_symlink(folder_ / "absent", folder_ / "link");
  EXPECT_FALSE(read_file(folder_ / "link"));
}

TEST_F(ReadFile, RefusesAnEndlessDevice) {
  EXPECT_FALSE(read_file("/dev/zero"));
}

TEST_F(ReadFile, KeepsToTheLimit) {
  const fs::path path = store("five", "12345");
  EXPECT_TRUE(read_file(path, 5));
  const auto read = read_file(path, 4);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message, path.string() + ": 5 bytes, more than the 4 that are read");
}

TEST_F(ReadFile, GivesTheBeginning) {
  const fs::path path = store("five", "12345");
  EXPECT_EQ(*read_beginning(path, 3), "123");
  EXPECT_EQ(*read_beginning(path, 9), "12345");
  const auto read = read_beginning(folder_ / "absent", 3);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message, (folder_ / "absent").string() + ": no such file");
}

TEST_F(ReadFile, RefusesAHugeSparseFileBeforeAllocating) {
  const fs::path path = store("sparse", "");
  fs::resize_file(path, std::uintmax_t{1} << 40);
  EXPECT_FALSE(read_file(path));
}

}  // namespace
}  // namespace fixgate
