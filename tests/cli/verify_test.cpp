// fixgate verify and synth among hostile folders, programs and signals.
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>

#include "cli_test_case.h"
#include "small_disk.h"
#include "tools/program.h"

namespace fixgate {
namespace {

/// Every character that a shell, make or a simulator has taken for something else, in one name.
constexpr const char* kHostileName = "h '\"#:\\$`\xc3\xbc;touch X;b$(touch X)\nn";

constexpr const char* kLong = "takes minutes: make test-all runs it";

bool runs_long_tests() {
  return std::getenv("FIXGATE_LONG_TESTS") != nullptr;
}

class Verify : public CliTest {
 protected:
  void SetUp() override {
    CliTest::SetUp();
    if (!find_program("iverilog")) GTEST_SKIP() << "iverilog is not installed";
    (void)store("p.toml", "version = 1\n[[signal]]\nformat = \"sfix8_En4\"\n[[weight]]\nwidth = 8\n");
    run_well(
        {"quantize", test_model("written_lstm_forward_1x_last_op11"), "--plan", "p.toml", "-o", "n.fxg"});
    run_well({"rtl", "n.fxg", "--name", "top", "-o", "accel"});
  }
  void TearDown() override {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_))
      EXPECT_NE(entry.path().filename(), "X") << "a name was run as a command";
    CliTest::TearDown();
  }

  [[nodiscard]] static Arguments verify(const std::string& folder, const Arguments& more = {}) {
    Arguments arguments{"verify", folder, "-n", "2"};
    if (std::ranges::find(more, "--simulator") == more.end())
      arguments.insert(arguments.end(), {"--simulator", "icarus"});
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }

  /// `text` before the last endmodule of the testbench.
  void add_to_testbench(const std::string& text) const {
    std::string bench = bytes_of(folder_ / "accel/sim/top_tb.sv");
    bench.insert(bench.rfind("endmodule"), text);
    (void)store("accel/sim/top_tb.sv", bench);
  }

  /// Until w.vcd is being written.
  void wait_for_waveform(RunningCommand& command) const {
    const auto has_begun = [&] {
      for (const auto& entry : std::filesystem::directory_iterator(folder_))
        if (entry.path().filename().string().starts_with("w.vcd.fixgate.part") && entry.file_size() > 0)
          return true;
      return false;
    };
    while (command.is_running() && !has_begun()) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }

  void expect_stopped(const Arguments& arguments, const std::string& reason) const {
    const CommandResult result = run(arguments);
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_NE(result.error.find(reason), std::string::npos) << result.error;
  }
};

/// The folder for temporary files, while it lives.
class TemporaryPlace {
 public:
  explicit TemporaryPlace(const std::filesystem::path& folder) {
    if (const char* old = std::getenv("TMPDIR")) old_ = old;
    std::filesystem::create_directory(folder);
    ::setenv("TMPDIR", folder.c_str(), 1);
  }
  ~TemporaryPlace() {
    if (old_.empty())
      ::unsetenv("TMPDIR");
    else
      ::setenv("TMPDIR", old_.c_str(), 1);
  }
  TemporaryPlace(const TemporaryPlace&) = delete;
  TemporaryPlace& operator=(const TemporaryPlace&) = delete;

 private:
  std::string old_;
};

TEST_F(Verify, WorksInAnyFolder) {
  for (const char* name : {"a;touch X;b", "-x", kHostileName}) {
    run_well({"rtl", "n.fxg", "--name", "top", "-o", std::string("./") + name});
    run_well(verify(std::string("./") + name));
  }
}

TEST_F(Verify, WorksInAnyFolderForTemporaryFiles) {
  const TemporaryPlace place(folder_ / kHostileName);
  run_well(verify("accel"));
  if (find_program("verilator")) run_well(verify("accel", {"--simulator", "verilator"}));
  if (find_program("yosys")) run_well(verify("accel", {"--netlist", "generic"}));
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / kHostileName)) << "something is left behind";
}

// An LSTM whose element-wise products all go to SB_MAC16s.
TEST_F(Verify, NetlistsOfIce40AgreeInEachSimulator) {
  if (!runs_long_tests()) GTEST_SKIP() << kLong;
  if (!find_program("yosys")) GTEST_SKIP() << "yosys is not installed";
  for (const char* simulator : {"icarus", "verilator"}) {
    if (!find_program(simulator == std::string("icarus") ? "iverilog" : simulator)) continue;
    SCOPED_TRACE(simulator);
    const std::string said = run_well(verify("accel", {"--netlist", "ice40", "--simulator", simulator}));
    EXPECT_NE(said.find("outputs: 0 mismatches"), std::string::npos) << said;
  }
}

// Yosys's models of Xilinx 7's block RAMs are empty.
TEST_F(Verify, NetlistsWithLargeMemoriesAgree) {
  if (!runs_long_tests()) GTEST_SKIP() << kLong;
  if (!find_program("yosys")) GTEST_SKIP() << "yosys is not installed";
  (void)store("p.toml",
              "version = 1\n[[signal]]\nformat = \"sfix12_En8\"\n[[weight]]\nwidth = 4\n"
              "[[table]]\nkind = \"lookup\"\n");
  run_well({"quantize", test_model("written_lstm_forward_1x_last_op11"), "--plan", "p.toml", "-o", "t.fxg"});
  run_well({"rtl", "t.fxg", "--name", "top", "--lanes", "1", "-o", "tables"});
  run_well({"synth", "tables", "--target", "xilinx7"});
  const auto report = nlohmann::json::parse(bytes_of(folder_ / "tables/synth/xilinx7/report.json"));
  EXPECT_GT(report["ram_blocks"].get<int>(), 0) << "else the test shows nothing";
  run_well(verify("tables", {"--netlist", "xilinx7"}));
}

TEST_F(Verify, ANetlistThatCannotBeSimulatedIsRefusedBeforeWork) {
  expect_refused({"verify", "gone", "--netlist", "ecp5"},
                 {"no simulation model of the ECP5's multiplier", "ice40, xilinx7 or generic"});
}

TEST_F(Verify, SuitesWorkWithAnyName) {
  std::string suite = "version = 1\n";
  for (const char* name : {"a b", "a;touch X;b"})
    suite += fmt::format(
        "[[network]]\nname = '{}'\nmodel = '{}'\ntask = '{}'\nsequences = 1\n"
        "plan = {{preset = \"default\", weights = 4, activations = 8}}\nlanes = 8\n",
        name, example("digits/digits-gru.onnx"), example("digits/digits.toml"));
  (void)store("s.toml", suite);
  run_well({"verify", "--suite", "s.toml", "-o", kHostileName, "--simulator", "icarus"});
  EXPECT_TRUE(std::filesystem::exists(folder_ / kHostileName / "accelerators" / "a b" / "accelerator.json"));
}

TEST_F(Verify, SuitesWriteNothingOutsideTheirFolder) {
  (void)store("s.toml",
              "version = 1\n[[network]]\nname = \"../../evil\"\nmodel = \"a\"\ntask = \"a\"\n"
              "plan = {preset = \"default\", weights = 4, activations = 8}\nlanes = 8\n");
  expect_refused({"verify", "--suite", "s.toml", "-o", "out/deep"}, {"s.toml", "line 3", "'name'"});
  (void)store("sweep.toml",
              "version = 1\n[[network]]\nname = \"../../evil\"\nmodel = \"a\"\ntask = \"a\"\n"
              "plans = [{preset = \"default\", weights = 4, activations = 8}]\n");
  expect_refused({"sweep", "sweep.toml", "-o", "out/deep"}, {"sweep.toml", "line 3", "'name'"});
}

TEST_F(Verify, RunsNothingThatFixgateDidNotWrite) {
  const std::filesystem::path canary = folder_ / "canary";
  add_to_testbench(fmt::format("  initial $system(\"touch {}\");\n", canary.string()));
  expect_refused(verify("accel"), {"accel", "sim/top_tb.sv is not what fixgate rtl writes", "--as-is"});
  expect_refused({"synth", "accel", "--target", "generic"}, {"accel", "sim/top_tb.sv", "--as-is"});
  EXPECT_FALSE(std::filesystem::exists(canary));
  // Icarus knows no $system.
  run_well(verify("accel", {"--as-is", "--simulator", "verilator"}));
  EXPECT_TRUE(std::filesystem::exists(canary)) << "else the test shows nothing";
}

TEST_F(Verify, ComparesMemoriesThatNoDataReach) {
  const std::filesystem::path memory = folder_ / "accel/mem/table_0.hex";
  std::string text = bytes_of(memory);
  const std::size_t digit = text.find_last_of("0123456789abcdef");
  text[digit] = text[digit] == '0' ? '1' : '0';
  std::ofstream(memory) << text;
  expect_refused(verify("accel"), {"mem/table_0.hex (word ", "the network's is"});
  expect_stopped(verify("accel", {"--as-is"}), "mem/table_0.hex: word ");
}

TEST_F(Verify, WritesWaveformsWholeOrNotAtAll) {
  run_well(verify("accel", {"--waveform", "w.vcd"}));
  const std::string waveform = bytes_of(folder_ / "w.vcd");
  EXPECT_NE(waveform.find("$enddefinitions"), std::string::npos);
  EXPECT_EQ(waveform.back(), '\n');
  expect_refused(verify("accel", {"--waveform", "nodir/x.vcd"}), {"nodir/x.vcd", "No such file"});
  expect_refused(verify("accel", {"--waveform", "/dev/full"}), {"/dev/full", "No space left"});
  expect_refused(verify("accel", {"--waveform", "w.vcd"}), {"w.vcd", "File too large"},
                 {.folder = {}, .largest_file = waveform.size() / 2, .output_file = {}});
  run_well(verify("accel", {"--waveform", "/dev/null"}));
  std::filesystem::create_symlink("w.vcd", folder_ / "link.vcd");
  run_well(verify("accel", {"--waveform", "link.vcd", "--seed", "2"}));
  EXPECT_TRUE(std::filesystem::is_symlink(folder_ / "link.vcd"));
  EXPECT_NE(bytes_of(folder_ / "w.vcd"), waveform);
}

TEST_F(Verify, VerilatorsWaveformsNeitherHangNorFailInSilence) {
  if (!find_program("verilator")) GTEST_SKIP() << "verilator is not installed";
  const Arguments verilator{"verify", "accel", "-n", "2", "--waveform"};
  const auto with = [&](const std::string& file) {
    Arguments arguments = verilator;
    arguments.push_back(file);
    return arguments;
  };
  expect_refused(with("/dev/full"), {"/dev/full", "No space left"});
  run_well(with("w.vcd"));
  EXPECT_NE(bytes_of(folder_ / "w.vcd").find("$enddefinitions"), std::string::npos);
}

TEST_F(Verify, StopsWhatDoesNotEnd) {
  // Time stands still, so that the testbench's own limit on idle cycles is never reached.
  add_to_testbench("  initial forever #0 $display(\"again\");\n");
  expect_stopped(verify("accel", {"--as-is", "--time-limit", "2"}), "vvp: stopped after 2 seconds");
}

TEST_F(Verify, StopsALineThatDoesNotEnd) {
  add_to_testbench("  initial forever $write(\"x\");\n");
  expect_stopped(verify("accel", {"--as-is"}), "vvp: stopped: it writes a line of more than");
}

TEST_F(Verify, NamesTheMissingCompiler) {
  const auto verilator = find_program("verilator");
  if (!verilator) GTEST_SKIP() << "verilator is not installed";
  std::filesystem::create_directory(folder_ / "programs");
  std::filesystem::create_symlink(*verilator, folder_ / "programs/verilator");
  CommandOptions options;
  options.path = folder_ / "programs";
  expect_refused({"verify", "accel"}, {"g++ is not on the PATH: install Debian's package g++"}, options);
  std::ofstream(folder_ / "programs/g++") << "#!/bin/sh\n";
  std::filesystem::permissions(folder_ / "programs/g++", std::filesystem::perms::owner_all);
  expect_refused({"verify", "accel"}, {"make is not on the PATH: install Debian's package make"}, options);
}

TEST_F(Verify, NamesAFullDisk) {
  const SmallDisk disk(folder_ / "disk");
  if (!disk.mounted()) GTEST_SKIP() << "needs the right to mount a tmpfs";
  const TemporaryPlace place(folder_ / "disk" / "tmp");
  expect_refused(verify("accel"), {"No space left on device", "TMPDIR"});
}

TEST_F(Verify, TwoAtOnceAreBothRight) {
  CommandOptions options;
  options.folder = folder_;
  std::vector<std::unique_ptr<RunningCommand>> running;
  for (const char* seed : {"1", "2", "3", "4"})
    running.push_back(std::make_unique<RunningCommand>(verify("accel", {"--seed", seed}), options));
  for (const auto& one : running) {
    const CommandResult result = one->wait();
    EXPECT_EQ(result.exit_code, 0) << result.error;
  }
}

TEST_F(Verify, SynthesesAtOnceAreAllRight) {
  if (!runs_long_tests()) GTEST_SKIP() << kLong;
  if (!find_program("yosys")) GTEST_SKIP() << "yosys is not installed";
  run_well({"rtl", "n.fxg", "--name", "top", "-o", "alone"});
  run_well({"synth", "alone", "--target", "generic"});
  CommandOptions options;
  options.folder = folder_;
  std::vector<std::unique_ptr<RunningCommand>> running;
  for (const char* target : {"generic", "generic", "xilinx7"})
    running.push_back(
        std::make_unique<RunningCommand>(Arguments{"synth", "accel", "--target", target}, options));
  for (const auto& one : running) {
    const CommandResult result = one->wait();
    EXPECT_EQ(result.exit_code, 0) << result.error;
  }
  std::vector<std::string> found;
  for (const auto& entry : std::filesystem::directory_iterator(folder_ / "accel/synth/generic"))
    found.push_back(entry.path().filename().string());
  std::ranges::sort(found);
  EXPECT_EQ(found, (std::vector<std::string>{"netlist.json", "netlist.v", "report.json", "yosys.log"}));
  for (const char* file : {"netlist.json", "netlist.v", "report.json"})
    EXPECT_TRUE(bytes_of(folder_ / "accel/synth/generic" / file) ==
                bytes_of(folder_ / "alone/synth/generic" / file))
        << file;
  EXPECT_TRUE(std::filesystem::exists(folder_ / "accel/synth/xilinx7/report.json"));
}

TEST_F(Verify, AnInterruptionEndsTheProgramsAndLeavesNothing) {
  const TemporaryPlace place(folder_ / "temporary");
  add_to_testbench("  always @(posedge clk) drained <= 0;\n  initial begin $display(\"e begun\"); end\n");
  CommandOptions options;
  options.folder = folder_;
  RunningCommand command(verify("accel", {"--as-is", "--time-limit", "300", "--waveform", "w.vcd"}), options);
  wait_for_waveform(command);
  command.send(SIGTERM);
  EXPECT_EQ(command.wait().signal, SIGTERM);
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "temporary"));
  for (const auto& entry : std::filesystem::directory_iterator(folder_))
    EXPECT_FALSE(entry.path().filename().string().starts_with("w.vcd")) << entry.path();
}

TEST_F(Verify, WhatAKilledVerificationLeavesIsRemovedByTheNext) {
  const TemporaryPlace place(folder_ / "temporary");
  run_well({"rtl", "n.fxg", "--name", "top", "-o", "whole"});
  add_to_testbench("  always @(posedge clk) drained <= 0;\n  initial begin $display(\"e begun\"); end\n");
  CommandOptions options;
  options.folder = folder_;
  RunningCommand command(verify("accel", {"--as-is", "--time-limit", "300", "--waveform", "w.vcd"}), options);
  wait_for_waveform(command);
  command.send(SIGKILL);
  EXPECT_EQ(command.wait().signal, SIGKILL);
  const auto parts = [&] {
    return std::ranges::count_if(std::filesystem::directory_iterator(folder_), [](const auto& entry) {
      return entry.path().filename().string().find(".part") != std::string::npos;
    });
  };
  EXPECT_EQ(parts(), 1) << "else the test shows nothing";
  EXPECT_FALSE(std::filesystem::is_empty(folder_ / "temporary")) << "else the test shows nothing";
  run_well(verify("whole", {"--waveform", "w.vcd"}));
  EXPECT_EQ(parts(), 0);
  EXPECT_TRUE(std::filesystem::is_empty(folder_ / "temporary"));
}

TEST_F(Verify, SynthesisWritesNothingThroughLinks) {
  if (!find_program("yosys")) GTEST_SKIP() << "yosys is not installed";
  std::filesystem::create_directories(folder_ / "elsewhere/generic");
  std::filesystem::create_directory_symlink("../elsewhere", folder_ / "accel/synth");
  expect_refused({"synth", "accel", "--target", "generic"}, {"accel/synth", "is a link"});
  std::filesystem::remove(folder_ / "accel/synth");
  std::filesystem::create_directories(folder_ / "accel/synth/generic");
  (void)store("precious", "keep");
  std::filesystem::create_symlink("../../../precious", folder_ / "accel/synth/generic/report.json");
  expect_refused({"synth", "accel", "--target", "generic"}, {"report.json", "is a link"});
}

TEST_F(Verify, AKilledRtlLeavesNothingForLong) {
  for (int tries = 0; tries < 20; ++tries) {
    CommandOptions options;
    options.folder = folder_;
    RunningCommand command({"rtl", "n.fxg", "--name", "top", "-o", "accel"}, options);
    std::this_thread::sleep_for(std::chrono::milliseconds(5 * tries));
    command.send(SIGKILL);
    (void)command.wait();
  }
  run_well({"rtl", "n.fxg", "--name", "top", "-o", "accel"});
  for (const auto& entry : std::filesystem::directory_iterator(folder_))
    EXPECT_EQ(entry.path().filename().string().find(".part"), std::string::npos) << entry.path();
}

}  // namespace
}  // namespace fixgate
