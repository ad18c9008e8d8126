// The library and generated designs in slang.
#include "lint/slang.h"

#include <gtest/gtest.h>

#include <fstream>

#include "data/test_folder.h"
#include "fixed/program_of.h"
#include "hardware/accelerator_files.h"
#include "hardware/random_design_test.h"

namespace fixgate {
namespace {

const std::filesystem::path kSource = FIXGATE_SOURCE_DIR;

class Slang : public TestFolder {
 protected:
  void SetUp() override {
    TestFolder::SetUp();
    const SlangVerdict verdict = lint_with_slang({"--version"}, folder_);
    if (!verdict.is_installed) GTEST_SKIP() << verdict.text << " (python3 -m pip install pyslang)";
  }

  void expect_clean(const std::vector<std::string>& arguments) const {
    const SlangVerdict verdict = lint_with_slang(arguments, folder_);
    EXPECT_TRUE(verdict.is_clean) << verdict.text;
  }

  void expect_clean(const Accelerator& accelerator) const {
    const auto place = folder_ / accelerator.name;
    ASSERT_TRUE(write_accelerator(accelerator, place));
    const auto files = accelerator_files(accelerator);
    ASSERT_TRUE(files) << files.error().message;
    // The testbench has a time scale of its own; what it tests needs none.
    std::vector<std::string> arguments{"--top", accelerator.name + "_tb", "--timescale", "1ns/1ps"};
    for (const std::string& source : source_paths(*files, accelerator.name))
      arguments.push_back((place / source).string());
    arguments.push_back((place / testbench_path(accelerator.name)).string());
    expect_clean(arguments);
  }

  [[nodiscard]] std::string refusal(const std::string& module) const {
    std::ofstream(folder_ / "wrong.sv") << module;
    const SlangVerdict verdict = lint_with_slang({"wrong.sv"}, folder_);
    return verdict.is_clean ? "clean" : verdict.text;
  }
};

TEST_F(Slang, FindsWhatOtherToolsLetPass) {
  EXPECT_NE(refusal("module part (input logic [3:0] value_i);\n"
                    "  logic unused;\n"
                    "  assign unused = ^value_i;\n"
                    "endmodule\n"
                    "module top (input logic signed [3:0] value_i);\n"
                    "  part u_part (.value_i);\n"
                    "endmodule\n")
                .find("implicit-port-type-mismatch"),
            std::string::npos);
  EXPECT_NE(refusal("module top (input logic [3:0] value_i, output logic [3:0] value_o);\n"
                    "  assign value_o = value_i >> 4;\n"
                    "endmodule\n")
                .find("shift-count-overflow"),
            std::string::npos);
}

TEST_F(Slang, GoldenDesignsAreClean) {
  int designs = 0;
  for (const auto& entry : std::filesystem::directory_iterator(kSource / "tests/golden/hardware")) {
    const std::string name = entry.path().stem().string();
    if (entry.path().extension() != ".sv" || name.ends_with("_pkg")) continue;
    SCOPED_TRACE(name);
    const std::filesystem::path package = entry.path().parent_path() / (name + "_pkg.sv");
    const std::string library = (kSource / "rtl/lib").string();
    expect_clean({"--top", name, library + "/fg_pkg.sv", "-y", library, "--libext", ".sv", package.string(),
                  entry.path().string()});
    ++designs;
  }
  EXPECT_GE(designs, 4);
}

TEST_F(Slang, RandomDesignsAndTheirTestbenchesAreClean) {
  for (std::uint64_t seed = 0; seed < 24; ++seed) {
    SCOPED_TRACE(seed);
    expect_clean(RandomDesign(seed).accelerator());
  }
}

TEST_F(Slang, OneLaneToManyAreClean) {
  const FixedChain network = make_example({.name = "lanes", .hidden = 6}, 3);
  for (const int lanes : {1, 2, 3, 5, 8, 24}) {
    SCOPED_TRACE(lanes);
    AcceleratorOptions options;
    options.lanes = {{"rnn0", lanes}, {"decoder", 1}};
    const auto accelerator = design_accelerator(program_of(network), options);
    ASSERT_TRUE(accelerator) << accelerator.error().message;
    expect_clean(*accelerator);
  }
}

}  // namespace
}  // namespace fixgate
