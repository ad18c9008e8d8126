// The DSP blocks that are predicted against those that Yosys maps.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "calibrate/program_profile.h"
#include "data/load.h"
#include "data/test_folder.h"
#include "files/read.h"
#include "fixed/program_of.h"
#include "hardware/accelerator_files.h"
#include "hardware/multipliers.h"
#include "quantize/quantise_program.h"
#include "sweep/load_program.h"
#include "tools/program.h"

namespace fixgate {
namespace {

const std::filesystem::path kExamples = FIXGATE_SOURCE_DIR "/examples";

class DspBlocks : public TestFolder {
 protected:
  void SetUp() override {
    TestFolder::SetUp();
    if (!find_program("yosys")) GTEST_SKIP() << "yosys is not installed";
  }

  /// DSP48E1 by module, after the first half of synth_xilinx. `read` are the commands that read the sources.
  [[nodiscard]] nlohmann::json mapped(const std::string& read, const std::string& top,
                                      const std::filesystem::path& folder) const {
    std::ofstream(folder / "map.ys") << read << "synth_xilinx -flatten -run begin:coarse -top " << top
                                     << "\ntee -q -o map.json stat -json\n";
    const auto ran = run_program_well({"yosys", {"-q", "-s", "map.ys"}, folder, {}});
    if (!ran) ADD_FAILURE() << ran.error().message;
    const std::string text = bytes_of(folder / "map.json");
    return nlohmann::json::parse(text.substr(text.find('{')));
  }

  static int blocks_of(const nlohmann::json& module) {
    return module.at("num_cells_by_type").value("DSP48E1", 0);
  }

  [[nodiscard]] int blocks_of(const Accelerator& accelerator) const {
    const std::filesystem::path place = folder_ / "accelerator";
    std::filesystem::remove_all(place);  // with what Yosys left there
    const auto written = write_accelerator(accelerator, place);
    if (!written) ADD_FAILURE() << written.error().message;
    std::string read;
    for (const std::string& source : source_paths(*accelerator_files(accelerator), accelerator.name))
      read += "read_verilog -sv -defer " + source + '\n';
    const nlohmann::json stat = mapped(read, accelerator.name, place);
    return blocks_of(stat.at("modules").at('\\' + accelerator.name));
  }
};

TEST_F(DspBlocks, TheRuleIsThatOfYosys) {
  const std::vector<std::pair<int, int>> widths{{1, 18},  {2, 6},   {2, 7},   {4, 4},   {4, 5},   {8, 9},
                                                {25, 18}, {18, 25}, {26, 18}, {25, 19}, {33, 33}, {43, 20},
                                                {20, 20}, {12, 30}, {35, 3},  {60, 2}};
  std::string parts;
  std::string top = "module top;\n";
  for (const auto& [a, b] : widths) {
    const std::string name = fmt::format("product_{}_{}", a, b);
    parts += fmt::format(
        "(* keep, keep_hierarchy *) module {} (input signed [{}:0] a_i, input signed [{}:0] b_i, output "
        "signed [{}:0] y_o);\n"
        "  assign y_o = a_i * b_i;\nendmodule\n",
        name, a - 1, b - 1, a + b - 1);
    top += fmt::format("  {} u_{} ();\n", name, name);
  }
  std::ofstream(folder_ / "products.v") << parts << top << "endmodule\n";
  const nlohmann::json stat = mapped("read_verilog products.v\n", "top", folder_).at("modules");
  for (const auto& [a, b] : widths)
    EXPECT_EQ(blocks_of(stat.at(fmt::format("\\product_{}_{}", a, b))), dsp_blocks({a, b, a + b}))
        << a << " x " << b;
}

struct Example {
  const char* folder;
  const char* model;
  PresetOptions bits;
  int dsp;
};

class DspBlocksOfExamples : public DspBlocks {
 protected:
  static program::FixedNetwork quantised(const Example& example) {
    const std::filesystem::path folder = kExamples / example.folder;
    const auto lowered = load_program(folder / example.model, {});
    const Task task = *read_task(folder / (std::string(example.folder) + ".toml"));
    const DataSet data = *load_data(task, Part::Calibration, "");
    const program::FloatRunner runner(lowered->network);
    const auto profile = program::calibrate(runner, program::recordings_of(data));
    return program::quantise(lowered->network, *preset_plan("default", example.bits), {.profile = &*profile})
        ->network;
  }
};

TEST_F(DspBlocksOfExamples, ArePredictedWithinOne) {
  for (const Example& example :
       {Example{"digits", "digits-gru.onnx", {8, 8}, 16}, Example{"digits", "digits-gru.onnx", {4, 8}, 40},
        Example{"digits", "digits-lstm.onnx", {8, 8}, 40},
        Example{"digits", "digits-lstm.onnx", {4, 8}, 16}}) {
    SCOPED_TRACE(fmt::format("{}, --dsp {}", example.model, example.dsp));
    AcceleratorOptions options;
    options.multipliers = example.dsp;
    const auto accelerator = design_accelerator(quantised(example), options);
    ASSERT_TRUE(accelerator) << accelerator.error().message;
    const auto predicted = static_cast<int>(count_multipliers(*accelerator).dsp_blocks);
    EXPECT_LE(predicted, example.dsp);
    EXPECT_NEAR(blocks_of(*accelerator), predicted, 1);
  }
}

}  // namespace
}  // namespace fixgate
