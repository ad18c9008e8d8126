// Places where nothing can be written: the old file stays, and nothing half-written is left.
#include <sys/wait.h>
#include <unistd.h>

#include "cli_test_case.h"
#include "small_disk.h"

namespace fixgate {
namespace {

class Output : public CliTest {
 protected:
  [[nodiscard]] static Arguments quantize_to(const std::string& output) {
    return {"quantize", test_model("written_lstm_forward_1x_last_op11"), "--plan", kPlan, "-o", output};
  }
};

TEST_F(Output, NoSuchPlace) {
  for (const char* place : {"/dev/full", "gone/out.fxg", "out.fxg/new.fxg", "."})
    expect_refused(quantize_to(place), {place});
}

TEST_F(Output, EveryKindOfOutput) {
  const std::string model = example("ecg/ecg-lstm.onnx");
  const std::string task = example("ecg/ecg.toml");
  for (const char* option : {"--plan-output", "--histograms"})
    expect_refused({"quantize", model, "-t", task, "-o", kOutput, option, "gone/file"}, {"gone/file"});
  expect_refused({"evaluate", model, "-t", task, "--json", "gone/file"}, {"gone/file"});
  (void)store("s.toml", "version = 1\nnetwork = []\n");
  expect_refused({"sweep", "s.toml", "-o", "out.fxg/results"}, {"out.fxg/results"});
}

/// The number of a process that has ended.
std::string dead_process() {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  ::waitpid(child, nullptr, 0);
  return std::to_string(child);
}

TEST_F(Output, WhatKilledRunsLeftIsRemovedForEveryKindOfOutput) {
  const std::string model = example("digits/digits-gru.onnx");
  const std::string task = example("digits/digits.toml");
  std::filesystem::create_directory(folder_ / "out");
  std::vector<std::string> dead;
  for (const char* file : {"q.fxg", "p.toml", "h.json", "e.json", "out/results.json", "out/table.md",
                           "out/n.svg", "out/n-default-8-8.fxg"})
    dead.push_back(std::string(file) + ".fixgate.part" + dead_process());
  const std::vector<std::string> kept{"q.fxg.fixgate.part" + std::to_string(::getpid()), "q.fxg.part7",
                                      "q.fxg.fixgate.part", "other.fxg.fixgate.part" + dead_process()};
  for (const std::vector<std::string>& names : {dead, kept})
    for (const std::string& name : names) (void)store(name, "half");
  run_well(
      {"quantize", model, "-t", task, "-o", "q.fxg", "--plan-output", "p.toml", "--histograms", "h.json"});
  run_well({"evaluate", "q.fxg", "-t", task, "--json", "e.json"});
  (void)store("s.toml", "version = 1\n[[network]]\nname = \"n\"\nmodel = \"" + model + "\"\ntask = \"" +
                            task + "\"\nplans = [{preset = \"default\", weights = 8, activations = 8}]\n");
  EXPECT_EQ(run({"sweep", "s.toml", "-o", "out"}).exit_code, 0);
  for (const std::string& name : dead) EXPECT_FALSE(std::filesystem::exists(folder_ / name)) << name;
  for (const std::string& name : kept) EXPECT_TRUE(std::filesystem::exists(folder_ / name)) << name;
}

TEST_F(Output, FileSizeLimit) {
  expect_refused(quantize_to(kOutput), {kOutput, "File too large"},
                 {.folder = {}, .largest_file = 4096, .output_file = {}});
}

TEST_F(Output, FullDisk) {
  const SmallDisk disk(folder_ / "disk");
  if (!disk.mounted()) GTEST_SKIP() << "needs the right to mount a tmpfs";
  (void)store("disk/out.fxg", "what was there before");
  expect_refused(quantize_to("disk/out.fxg"), {"disk/out.fxg", "No space left"});
}

TEST_F(Output, FullStandardOutput) {
  const CommandOptions full{.folder = {}, .largest_file = 0, .output_file = "/dev/full"};
  for (const Arguments& arguments : {Arguments{"--help"},
                                     {"--version"},
                                     {"inspect", example("ecg/ecg-lstm.onnx")},
                                     {"quantize", "--help"}})
    expect_refused(arguments, {"standard output"}, full);
  run_well(quantize_to(kOutput));
  expect_refused({"show", kOutput, "--full"}, {"standard output"}, full);
}

// As /dev/stdout does it, but with a link that may break.
TEST_F(Output, AnOpenFileIsNotReplaced) {
  const std::filesystem::path link = folder_ / "stdout";
  std::filesystem::create_symlink("/proc/self/fd/1", link);
  EXPECT_NE(run_well(quantize_to("stdout")).find("sfix8_En4"), std::string::npos);
  EXPECT_TRUE(std::filesystem::is_symlink(link));
}

}  // namespace
}  // namespace fixgate
