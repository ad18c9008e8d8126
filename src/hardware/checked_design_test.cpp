#include "hardware/checked_design.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "data/test_folder.h"
#include "hardware/accelerator_files.h"
#include "hardware/manifest.h"
#include "hardware/random_design_test.h"

namespace fixgate {
namespace {

namespace fs = std::filesystem;

class CheckedDesign : public TestFolder {
 protected:
  void SetUp() override {
    TestFolder::SetUp();
    ASSERT_TRUE(write_accelerator(accelerator_, place()));
  }
  [[nodiscard]] fs::path place() const { return folder_ / "accel"; }
  [[nodiscard]] std::string top() const { return "rtl/" + accelerator_.name + ".sv"; }

  void change(const std::string& file, const std::string& from, const std::string& to) const {
    std::string text = bytes_of(place() / file);
    ASSERT_NE(text.find(from), std::string::npos) << file << ": " << from;
    text.replace(text.find(from), from.size(), to);
    std::ofstream(place() / file) << text;
  }

  /// A memory, and its first word changed in its last digit.
  std::string change_memory() const {
    const std::string file = "mem/" + fs::directory_iterator(place() / "mem")->path().filename().string();
    std::string text = bytes_of(place() / file);
    char& digit = text[text.find('\n', text.find('\n') + 1) - 1];
    digit = digit == '0' ? '1' : '0';
    std::ofstream(place() / file) << text;
    return file;
  }

  [[nodiscard]] std::string refusal() const {
    const auto design = generated_design(accelerator_, place());
    return design ? "accepted" : design.error().message;
  }
  void expect_refusal(const std::vector<std::string>& parts) const {
    for (const std::string& part : parts)
      EXPECT_NE(refusal().find(part), std::string::npos) << part << " in " << refusal();
  }

  Accelerator accelerator_ = RandomDesign(7).accelerator();
};

TEST_F(CheckedDesign, IsTheFoldersWhereNothingChanged) {
  std::ofstream(place() / "README.md") << "my notes";
  const auto generated = generated_design(accelerator_, place());
  ASSERT_TRUE(generated) << generated.error().message;
  const auto present = design_as_it_is(accelerator_, place());
  ASSERT_TRUE(present) << present.error().message;
  EXPECT_EQ(generated->files.size(), present->files.size());
  for (const FolderFile& file : generated->files) EXPECT_EQ(file.bytes, bytes_of(place() / file.path));
  EXPECT_EQ(present->memories.words, 0);
}

TEST_F(CheckedDesign, RefusesEveryFileThatWasChanged) {
  const auto written = generated_design(accelerator_, place());
  ASSERT_TRUE(written);
  for (const FolderFile& file : written->files) {
    std::ofstream(place() / file.path) << file.bytes << "// one line more\n";
    expect_refusal({file.path, "is not what fixgate rtl writes", "--as-is"});
    fs::remove(place() / file.path);
    expect_refusal({file.path});
    std::ofstream(place() / file.path) << file.bytes;
  }
  EXPECT_EQ(refusal(), "accepted");
}

TEST_F(CheckedDesign, NamesTheWordOfAMemoryThatDiffers) {
  const std::string file = change_memory();
  expect_refusal({file + " (word 0 is ", "the network's is ", ") is not what fixgate rtl writes"});
  const auto design = design_as_it_is(accelerator_, place());
  ASSERT_TRUE(design) << design.error().message;
  EXPECT_EQ(design->memories.words, 1);
  EXPECT_TRUE(design->memories.first.starts_with(file + ": word 0 is ")) << design->memories.first;
}

TEST_F(CheckedDesign, TellsAnotherBuildOfFixgateFromAChange) {
  change(top(), "endmodule", "endmodule  // as written by another fixgate");
  expect_refusal({top() + " is not what fixgate rtl writes for its network"});
  std::vector<FolderFile> files;
  const auto manifest = parse_manifest(bytes_of(place() / kManifestName));
  ASSERT_TRUE(manifest) << manifest.error().message;
  for (const std::string& path : manifest->files) files.push_back({path, bytes_of(place() / path)});
  change(kManifestName, manifest->fingerprint, design_fingerprint(files));
  change(kManifestName, "\"fixgate\": \"", "\"fixgate\": \"99.");
  expect_refusal({"was made by another build of fixgate (99.", "this is " + fixgate_version(), top(),
                  "fixgate rtl", "--as-is"});
}

TEST_F(CheckedDesign, RefusesSourcesThatAreNotOfTheAccelerator) {
  std::ofstream(place() / "rtl" / "more.sv") << "module more; endmodule\n";
  expect_refusal({"rtl/more.sv is not of the accelerator", "--as-is"});
  const auto present = design_as_it_is(accelerator_, place());
  ASSERT_TRUE(present) << present.error().message;
  const std::vector<std::string> sources = source_paths(present->files, accelerator_.name);
  EXPECT_EQ(std::ranges::count(sources, "rtl/more.sv"), 1);
}

TEST_F(CheckedDesign, RefusesNamesThatToolsCouldMistake) {
  std::ofstream(place() / "rtl" / "a;touch X;b.sv") << "";
  const auto present = design_as_it_is(accelerator_, place());
  ASSERT_FALSE(present);
  EXPECT_NE(present.error().message.find("give it a name of letters"), std::string::npos);
}

TEST_F(CheckedDesign, ReadsPackagesFirst) {
  const std::vector<FolderFile> files{{"rtl/abc_pkg.sv", ""},    {"rtl/abc_pkg_pkg.sv", ""},
                                      {"rtl/lib/fg_rom.sv", ""}, {"rtl/lib/fg_pkg.sv", ""},
                                      {"mem/a.hex", ""},         {"sim/abc_pkg_tb.sv", ""}};
  EXPECT_EQ(source_paths(files, "abc_pkg"),
            (std::vector<std::string>{"rtl/lib/fg_pkg.sv", "rtl/abc_pkg_pkg.sv", "rtl/abc_pkg.sv",
                                      "rtl/lib/fg_rom.sv"}));
}

}  // namespace
}  // namespace fixgate
