// The digits networks in a second simulator, and as netlists that Yosys made.
#include <gtest/gtest.h>

#include "calibrate/program_profile.h"
#include "data/load.h"
#include "data/test_folder.h"
#include "fixed/program_of.h"
#include "hardware/accelerator_files.h"
#include "quantize/quantise_program.h"
#include "sweep/load_program.h"
#include "tools/program.h"
#include "verification/gather.h"
#include "verification/verification.h"

namespace fixgate {
namespace {

const std::filesystem::path kDigits = FIXGATE_SOURCE_DIR "/examples/digits";

class DigitsHardware : public TestFolder {
 protected:
  void write(const std::string& model, const AcceleratorOptions& more = {}) {
    const auto lowered = load_program(kDigits / model, {});
    task_ = *read_task(kDigits / "digits.toml");
    const DataSet data = *load_data(task_, Part::Calibration, "");
    const program::FloatRunner runner(lowered->network);
    const auto profile = program::calibrate(runner, program::recordings_of(data));
    auto quantised =
        program::quantise(lowered->network, *preset_plan("default", {4, 8}), {.profile = &*profile});
    AcceleratorOptions options = more;
    options.lanes = {{"", 8}, {"classify_Gemm", 1}};
    accelerator_ = *design_accelerator(std::move(quantised->network), options);
    ASSERT_TRUE(write_accelerator(accelerator_, folder_ / "accelerator"));
  }

  void expect_equal(std::int64_t sequences, const VerificationOptions& options) {
    const auto chosen = gather_sequences(task_, {}, "test", "", {sequences, std::nullopt});
    ASSERT_TRUE(chosen) << chosen.error().message;
    const auto result = verify_accelerator(accelerator_, folder_ / "accelerator", *chosen, options);
    ASSERT_TRUE(result) << result.error().message;
    EXPECT_TRUE(check(*result, "digits")) << check(*result, "digits").error().message;
    EXPECT_EQ(result->output_values, 10 * sequences);
    EXPECT_EQ(result->hidden_values, options.netlist ? 0 : 8 * 32 * sequences);
  }

  /// The SystemVerilog of docs/hardware.md.
  static std::string documented_example() {
    const std::string page = bytes_of(FIXGATE_SOURCE_DIR "/docs/hardware.md");
    const std::string mark = "```systemverilog\n";
    const std::size_t begin = page.find(mark) + mark.size();
    return page.substr(begin, page.find("```", begin) - begin);
  }

  static VerificationOptions in(SimulatorKind simulator) {
    VerificationOptions options;
    options.simulator = simulator;
    return options;
  }

  static VerificationOptions netlist_of(SynthesisTarget target) {
    VerificationOptions options;
    options.netlist = target;
    return options;
  }

  Task task_;
  Accelerator accelerator_;
};

TEST_F(DigitsHardware, VerilatorAndIcarusAgreeWithTheSimulator) {
  write("digits-gru.onnx");
  expect_equal(100, in(SimulatorKind::Verilator));
  expect_equal(2, in(SimulatorKind::Icarus));
}

TEST_F(DigitsHardware, TheLstmsNetlistForIce40Agrees) {
  write("digits-lstm.onnx");
  expect_equal(5, netlist_of(SynthesisTarget::Ice40));
}

TEST_F(DigitsHardware, TheGrusNetlistOfGenericGatesAgrees) {
  write("digits-gru.onnx");
  expect_equal(5, netlist_of(SynthesisTarget::Generic));
}

TEST_F(DigitsHardware, TheExampleOfTheDocumentationIsClean) {
  AcceleratorOptions options;
  options.name = "digits_lstm";
  options.output = AcceleratorOutput::Index;
  write("digits-lstm.onnx", options);
  const std::string example = documented_example();
  ASSERT_NE(example.find("module digit_reader"), std::string::npos);
  const auto file = store("digit_reader.sv", example);
  const auto files = accelerator_files(accelerator_);
  ASSERT_TRUE(files) << files.error().message;
  std::vector<std::string> arguments{"--lint-only", "-Wall", "--top-module", "digit_reader"};
  for (const std::string& source : source_paths(*files, accelerator_.name))
    arguments.push_back((folder_ / "accelerator" / source).string());
  arguments.push_back(file.string());
  const auto linted = run_program({"verilator", arguments, folder_, {}});
  ASSERT_TRUE(linted) << linted.error().message;
  EXPECT_EQ(linted->exit_code, 0) << linted->error;
}

}  // namespace
}  // namespace fixgate
