#include "files/file_use.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

namespace fixgate {
namespace {

namespace fs = std::filesystem;

class FileUses : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "fixgate-use-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
    std::ofstream(folder_ / "input") << "content";
    use_.reads(folder_ / "input", "the input");
  }
  void TearDown() override { fs::remove_all(folder_); }

  static std::string error_of(const FileUse& use) {
    const auto checked = use.check();
    return checked ? "" : checked.error().message;
  }

  [[nodiscard]] std::string error_of_writing(const fs::path& path) const {
    FileUse use = use_;
    use.writes(path, "--output");
    return error_of(use);
  }

  [[nodiscard]] std::string error_of_replacing(const fs::path& path) const {
    FileUse use = use_;
    use.replaces(path, "--folder");
    return error_of(use);
  }

  fs::path folder_;
  FileUse use_;
};

TEST_F(FileUses, AnOutputIsNoInput) {
  EXPECT_EQ(error_of_writing(folder_ / "output"), "");
  EXPECT_EQ(error_of_writing(""), "");
  const std::string input = (folder_ / "input").string();
  EXPECT_EQ(error_of_writing(input), "--output " + input + ": would overwrite the input, " + input +
                                         ", which is read: name another file");
}

TEST_F(FileUses, AnInputHasManyNames) {
  fs::create_directory(folder_ / "sub");
  fs::create_symlink("input", folder_ / "link");
  fs::create_symlink("link", folder_ / "second");
  fs::create_hard_link(folder_ / "input", folder_ / "hard");
  fs::create_directory_symlink(folder_, folder_ / "sub" / "up");
  for (const char* name :
       {"./input", "sub/../input", "link", "second", "hard", "sub/up/input", "sub/up/link", "sub/up/hard"})
    EXPECT_NE(error_of_writing(folder_ / name).find("would overwrite the input"), std::string::npos) << name;
}

TEST_F(FileUses, RelativePathsAreTheSameFiles) {
  const fs::path relative = fs::proximate(folder_ / "input", fs::current_path());
  EXPECT_NE(error_of_writing(relative).find("would overwrite"), std::string::npos) << relative;
}

TEST_F(FileUses, AnInputThatIsMissingIsTheSameByItsName) {
  use_.reads(folder_ / "absent" / "file", "the missing one");
  EXPECT_NE(error_of_writing(folder_ / "absent" / "." / "file").find("the missing one"), std::string::npos);
  EXPECT_EQ(error_of_writing(folder_ / "absent" / "other"), "");
  fs::create_symlink(fs::path("absent") / "file", folder_ / "dangling");
  EXPECT_NE(error_of_writing(folder_ / "dangling").find("the missing one"), std::string::npos);
}

TEST_F(FileUses, OutputsAreNotTheSame) {
  FileUse use;
  use.writes(folder_ / "new", "--one");
  use.writes(folder_ / "other", "--other");
  EXPECT_EQ(error_of(use), "");
  fs::create_symlink("new", folder_ / "link");
  use.writes(folder_ / "link", "--two");
  const std::string link = (folder_ / "link").string();
  EXPECT_EQ(error_of(use), "--two " + link + ": is the file of --one, " + (folder_ / "new").string() +
                               ", too: name another one");
}

TEST_F(FileUses, DevicesCanBeNamedAgain) {
  FileUse use;
  use.reads("/dev/null", "the input");
  use.writes("/dev/null", "--one");
  use.writes("/dev/null", "--two");
  EXPECT_EQ(error_of(use), "");
}

TEST_F(FileUses, AFolderThatIsReplacedHoldsNoInput) {
  fs::create_directory(folder_ / "sub");
  EXPECT_EQ(error_of_replacing(folder_ / "sub"), "");
  EXPECT_EQ(error_of_replacing(folder_ / "new"), "");
  const std::string folder = folder_.string();
  const std::string holds =
      ": holds the input, " + (folder_ / "input").string() + ", which is read: name another folder";
  EXPECT_EQ(error_of_replacing(folder_), "--folder " + folder + holds);
  EXPECT_EQ(error_of_replacing(folder + "/"), "--folder " + folder + "/" + holds);
  fs::create_directory_symlink(folder_, folder_ / "sub" / "up");
  EXPECT_NE(error_of_replacing(folder_ / "sub" / "up").find("holds the input"), std::string::npos);
}

TEST_F(FileUses, AFolderThatIsReplacedHoldsNoLinkThatIsReadAndNoOutput) {
  fs::create_directory(folder_ / "sub");
  fs::create_symlink("../input", folder_ / "sub" / "link");
  FileUse use;
  use.reads(folder_ / "sub" / "link", "the link");
  use.replaces(folder_ / "sub", "--folder");
  EXPECT_NE(error_of(use).find("holds the link"), std::string::npos) << error_of(use);
  FileUse outputs;
  outputs.writes(folder_ / "sub" / "new", "--output");
  outputs.replaces(folder_ / "sub", "--folder");
  EXPECT_NE(error_of(outputs).find("which is replaced"), std::string::npos) << error_of(outputs);
}

TEST_F(FileUses, OnlyItsOwnFilesAreRewritten) {
  const auto error_of_rewriting = [&](const char* name) {
    FileUse use;
    use.rewrites(folder_ / name, "--output", begins_with("ours:"));
    return error_of(use);
  };
  std::ofstream(folder_ / "ours") << "ours: a table";
  std::ofstream(folder_ / "empty") << "";
  for (const char* name : {"ours", "empty", "absent"}) EXPECT_EQ(error_of_rewriting(name), "") << name;
  EXPECT_EQ(error_of_rewriting("input"),
            "--output " + (folder_ / "input").string() +
                ": is there, and no earlier run wrote it: move it away, or name another folder");
}

}  // namespace
}  // namespace fixgate
