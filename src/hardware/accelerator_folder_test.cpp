#include <gtest/gtest.h>

#include "data/test_folder.h"
#include "hardware/folder.h"
#include "hardware/random_design_test.h"

namespace fixgate {
namespace {

namespace fs = std::filesystem;

class AcceleratorFolder : public TestFolder {
 protected:
  [[nodiscard]] std::vector<std::string> listed() const {
    const auto paths = list_folder(folder_);
    EXPECT_TRUE(paths);
    return paths.value_or(std::vector<std::string>{});
  }
  [[nodiscard]] fs::path written() const {
    EXPECT_TRUE(write_accelerator(accelerator_, folder_ / "accel"));
    return folder_ / "accel";
  }
  static std::string refusal(const Result<void>& result) {
    return result ? "accepted" : result.error().message;
  }

  Accelerator accelerator_ = RandomDesign(7).accelerator();
};

TEST_F(AcceleratorFolder, ReadsBackWhatItWrote) {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    Accelerator accelerator = RandomDesign(seed).accelerator();
    for (Engine& engine : accelerator.engines) engine.geometry.lanes = engine.geometry.split = 1;
    const fs::path folder = folder_ / std::to_string(seed);
    ASSERT_TRUE(write_accelerator(accelerator, folder));
    const auto read = read_accelerator(folder);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->network, accelerator.network);
    EXPECT_EQ(read->engines, accelerator.engines);
    EXPECT_EQ(read->name, accelerator.name);
    EXPECT_EQ(read->output, accelerator.output);
  }
}

TEST_F(AcceleratorFolder, ReplacesAnAcceleratorAndAnEmptyFolder) {
  fs::create_directory(folder_ / "accel");
  const fs::path folder = written();
  std::ofstream(folder / "README.md") << "old";
  ASSERT_TRUE(write_accelerator(accelerator_, folder / ""));
  EXPECT_NE(bytes_of(folder / "README.md"), "old");
  for (const std::string& path : listed()) EXPECT_TRUE(path.starts_with("accel/")) << path;
}

TEST_F(AcceleratorFolder, FollowsALink) {
  fs::create_directory(folder_ / "place");
  fs::create_directory_symlink(folder_ / "place", folder_ / "link");
  ASSERT_TRUE(write_accelerator(accelerator_, folder_ / "link"));
  EXPECT_TRUE(fs::is_symlink(folder_ / "link"));
  EXPECT_TRUE(fs::exists(folder_ / "place" / "accelerator.json"));
}

TEST_F(AcceleratorFolder, RefusesOtherContent) {
  fs::create_directory(folder_ / "mine");
  std::ofstream(folder_ / "mine" / "notes.txt") << "keep";
  EXPECT_NE(refusal(write_accelerator(accelerator_, folder_ / "mine")).find("is no accelerator"),
            std::string::npos);
  EXPECT_NE(refusal(write_accelerator(accelerator_, folder_ / "mine" / "notes.txt")).find("is no folder"),
            std::string::npos);
  const fs::path folder = written();
  std::ofstream(folder / "rtl" / "mine.sv") << "keep";
  EXPECT_NE(refusal(write_accelerator(accelerator_, folder)).find("holds rtl/mine.sv"), std::string::npos);
  EXPECT_EQ(bytes_of(folder / "rtl" / "mine.sv"), "keep");
  EXPECT_EQ(bytes_of(folder_ / "mine" / "notes.txt"), "keep");
}

TEST_F(AcceleratorFolder, LosesNothingThatAForgedManifestLists) {
  const fs::path folder = written();
  const std::string good = bytes_of(folder / "accelerator.json");
  const std::string first = "\"files\": [\n    ";
  ASSERT_NE(good.find(first), std::string::npos);
  for (const char* path : {"thesis.tex", "rtl/mine.sv", "rtl/lib/mine.sv", "mem/notes.txt", "sim/mine_tb.sv",
                           "mem/deep/a.hex", "synth/notes.txt", "sim/build/notes.txt"}) {
    std::string forged = good;
    forged.insert(forged.find(first) + first.size(), "\"" + std::string(path) + "\", ");
    std::ofstream(folder / "accelerator.json") << forged;
    fs::create_directories((folder / path).parent_path());
    std::ofstream(folder / path) << "keep";
    EXPECT_NE(refusal(write_accelerator(accelerator_, folder)).find("holds " + std::string(path)),
              std::string::npos);
    EXPECT_EQ(bytes_of(folder / path), "keep");
    fs::remove(folder / path);
  }
  ASSERT_TRUE(write_accelerator(accelerator_, folder));
}

TEST_F(AcceleratorFolder, ReplacesWhatSynthesisWroteButNoLinks) {
  const fs::path folder = written();
  fs::create_directories(folder / "synth" / "ice40-hx8k");
  std::ofstream(folder / "synth" / "ice40-hx8k" / "report.json") << "{}";
  EXPECT_EQ(refusal(write_accelerator(accelerator_, folder)), "accepted");
  EXPECT_FALSE(fs::exists(folder / "synth"));
  fs::rename(folder / "mem", folder_ / "mem");
  fs::create_directory_symlink(folder_ / "mem", folder / "mem");
  EXPECT_NE(refusal(write_accelerator(accelerator_, folder)).find("holds mem, "), std::string::npos);
  EXPECT_FALSE(fs::is_empty(folder_ / "mem"));
}

TEST_F(AcceleratorFolder, ReplacesOneOfAnotherVersionButDoesNotReadIt) {
  const fs::path folder = written();
  std::string old = bytes_of(folder / "accelerator.json");
  old.replace(old.find("\"version\": 2"), 12, "\"version\": 1, \"another\": 0");
  std::ofstream(folder / "accelerator.json") << old;
  const auto read = read_accelerator(folder);
  ASSERT_FALSE(read);
  EXPECT_NE(read.error().message.find("was made by another version of fixgate"), std::string::npos)
      << read.error().message;
  EXPECT_EQ(refusal(write_accelerator(accelerator_, folder)), "accepted");
}

TEST_F(AcceleratorFolder, DoesNotReplaceTheFolderThatItIsRunIn) {
  const fs::path folder = written();
  const fs::path before = fs::current_path();
  fs::current_path(folder / "rtl");
  EXPECT_NE(refusal(write_accelerator(accelerator_, "..")).find("is the current folder, or holds it"),
            std::string::npos);
  fs::current_path(folder);
  EXPECT_NE(refusal(write_accelerator(accelerator_, ".")).find("is the current folder"), std::string::npos);
  fs::current_path(folder_);
  EXPECT_EQ(refusal(write_accelerator(accelerator_, "accel")), "accepted");
  EXPECT_EQ(refusal(write_accelerator(accelerator_, "acc")), "accepted") << "no folder above the current one";
  fs::current_path(before);
}

TEST_F(AcceleratorFolder, KeepsModes) {
  const fs::path folder = written();
  fs::permissions(folder, fs::perms::owner_all);
  fs::permissions(folder / "network.fxg", fs::perms::owner_read);
  ASSERT_TRUE(write_accelerator(accelerator_, folder));
  EXPECT_EQ(fs::status(folder).permissions(), fs::perms::owner_all);
  EXPECT_EQ(fs::status(folder / "network.fxg").permissions(), fs::perms::owner_read);
}

TEST_F(AcceleratorFolder, LeavesNothingBehindWhenItCannotWrite) {
  EXPECT_NE(refusal(write_accelerator(accelerator_, folder_ / "missing" / "accel")), "accepted");
  const std::vector<FolderFile> files{{"a", "1"}, {"b", "2"}, {"a/c", "a is a file already"}};
  EXPECT_NE(refusal(replace_folder(folder_ / "accel", files)), "accepted");
  EXPECT_EQ(listed(), std::vector<std::string>{});
  EXPECT_TRUE(fs::is_empty(folder_));
}

TEST_F(AcceleratorFolder, RefusesDamage) {
  for (Engine& engine : accelerator_.engines) engine.geometry.lanes = engine.geometry.split = 1;
  const fs::path folder = written();
  const fs::path manifest = folder / "accelerator.json";
  const std::string good = bytes_of(manifest);
  const auto refuses = [&](const std::string& from, const std::string& to) {
    std::string bad = good;
    ASSERT_NE(bad.find(from), std::string::npos) << from;
    bad.replace(bad.find(from), from.size(), to);
    std::ofstream(manifest) << bad;
    EXPECT_FALSE(read_accelerator(folder)) << to;
  };
  refuses("\"version\": 2", "\"version\": 3");
  refuses("\"version\": 2", "\"version\": 2, \"more\": 0");
  refuses("\"format\": \"fixgate accelerator\"", "\"format\": \"other\"");
  refuses("\"slices\": ", "\"slices\": 9999");
  refuses("\"identifier\": \"", "\"identifier\": \"x");
  refuses("\"name\": \"", "\"name\": \"1");
  refuses("{", "");
  std::ofstream(manifest) << good;
  const auto read = read_accelerator(folder);
  EXPECT_TRUE(read) << read.error().message;
  fs::remove(folder / "README.md");
  EXPECT_FALSE(read_accelerator(folder));
  EXPECT_FALSE(read_accelerator(folder_ / "nowhere"));
}

}  // namespace
}  // namespace fixgate
