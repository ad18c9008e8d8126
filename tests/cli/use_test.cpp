// What a user does with good input.
#include <nlohmann/json.hpp>

#include "cli_test_case.h"

namespace fixgate {
namespace {

class Use : public CliTest {
 protected:
  const std::string model_ = example("digits/digits-gru.onnx");
  const std::string task_ = example("digits/digits.toml");
};

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST_F(Use, HelpNamesTheCommands) {
  const std::string help = run_well({"--help"});
  for (const char* command : {"inspect", "quantize", "evaluate", "show", "sweep", "--threads"})
    EXPECT_TRUE(contains(help, command)) << command;
  for (const char* command : {"inspect", "quantize", "evaluate", "show", "sweep"})
    EXPECT_TRUE(contains(run_well({command, "--help"}), command));
}

TEST_F(Use, VersionIsANumber) {
  const std::string version = run_well({"--version"});
  EXPECT_TRUE(version.find_first_not_of("0123456789.\n") == std::string::npos && version.size() > 5)
      << version;
}

TEST_F(Use, InspectShowsTheLayers) {
  const std::string text = run_well({"inspect", model_});
  EXPECT_TRUE(contains(text, "recurrent_GRU        GRU, 8 -> 32     step      input")) << text;
  EXPECT_TRUE(contains(text, "everything in it is supported")) << text;
}

TEST_F(Use, InspectSaysWhatIsNotSupported) {
  const std::string text = run({"inspect", test_model("written_gru0_clip_op17")}).output;
  EXPECT_TRUE(contains(text, "not supported in fixed point:\n  node 0 (GRU, unnamed): attribute 'clip'"))
      << text;
}

TEST_F(Use, PresetsQuantise) {
  for (const char* preset : {"default", "paper"}) {
    run_well({"quantize", model_, "-t", task_, "--preset", preset, "-w", "4", "-a", "8", "-o", kOutput});
    const std::string text = run_well({"show", kOutput});
    EXPECT_TRUE(contains(text, "digits-gru")) << text;
    EXPECT_GT(run_well({"show", kOutput, "--full"}).size(), text.size());
    EXPECT_TRUE(contains(run_well({"show", kOutput, "--plan"}), "version = 1"));
  }
}

TEST_F(Use, BitsAreAllocatedUnderAFootprint) {
  const std::string said = run_well({"quantize", model_, "-t", task_, "--preset", "compensated", "-w", "8",
                                     "--max-footprint", "12%", "-o", "a.fxg", "--plan-output", "plan.toml"});
  EXPECT_TRUE(contains(said, "weights      recurrent_GRU.W_z ")) << said;
  const std::size_t whole = said.find("whole model");
  ASSERT_NE(whole, std::string::npos) << said;
  EXPECT_LE(std::stod(said.substr(said.find("KiB,", whole) + 4)), 12) << said;
  EXPECT_FALSE(contains(bytes_of(folder_ / "plan.toml"), "max_footprint"));
  (void)store("budget.toml",
              "version = 1\nmax_footprint = 0.12\n[[signal]]\nwidth = 8\nrange = \"min_max\"\n"
              "[[weight]]\nwidth = 8\n");
  run_well({"quantize", model_, "-t", task_, "--plan", "budget.toml", "-o", "b.fxg"});
}

TEST_F(Use, RowsShareTheBitsOfTheirMatrix) {
  const std::string said = run_well(
      {"quantize", model_, "-t", task_, "--preset", "compensated", "-w", "4", "--mixed-rows", "-o", "a.fxg"});
  EXPECT_TRUE(contains(said, "bits by row, ")) << said;
  const std::string text = run_well({"show", "a.fxg"});
  EXPECT_TRUE(contains(text, "bits by row, ")) << text;
  EXPECT_TRUE(contains(text, "widths of rows")) << text;
  run_well({"evaluate", "a.fxg", "-t", task_, "--simulator", "reference"});
  expect_refused(
      {"quantize", model_, "-t", task_, "--preset", "paper", "-w", "4", "--mixed-rows", "-o", kOutput},
      {"mixed_rows", "per_row"});
  expect_refused({"quantize", model_, "-t", task_, "-w", "8", "--mixed-rows", "-o", kOutput},
                 {"--mixed-rows does nothing with --weights 8"});
}

TEST_F(Use, PlanMakesTheSameNetworkAgain) {
  run_well({"quantize", model_, "-t", task_, "-o", "a.fxg", "--plan-output", "plan.toml", "--histograms",
            "h.json"});
  EXPECT_TRUE(nlohmann::json::accept(bytes_of(folder_ / "h.json")));
  run_well({"quantize", model_, "--plan", "plan.toml", "-o", "b.fxg", "--plan-output", "again.toml"});
  EXPECT_EQ(bytes_of(folder_ / "plan.toml"), bytes_of(folder_ / "again.toml"));
  EXPECT_EQ(run_well({"show", "a.fxg", "--full"}), run_well({"show", "b.fxg", "--full"}));
  (void)store("shown.toml", run_well({"show", "a.fxg", "--plan"}));
  run_well({"quantize", model_, "-t", task_, "--plan", "shown.toml", "-o", "c.fxg"});
  EXPECT_EQ(run_well({"show", "a.fxg", "--full"}), run_well({"show", "c.fxg", "--full"}));
}

TEST_F(Use, EvaluateComparesWithFloat) {
  run_well({"quantize", model_, "-t", task_, "-o", kOutput});
  const std::string text = run_well(
      {"evaluate", kOutput, "--float", model_, "-t", task_, "--part", "validation", "--json", "e.json"});
  for (const char* part : {"float        accuracy", "fixed        accuracy", "agreement", "SQNR dB"})
    EXPECT_TRUE(contains(text, part)) << text;
  const auto json = nlohmann::json::parse(bytes_of(folder_ / "e.json"));
  EXPECT_GT(json["fixed"].get<double>(), 0.8);
  EXPECT_GT(json["agreement"].get<double>(), 0.8);
  EXPECT_FALSE(json["signals"].empty());
  EXPECT_TRUE(contains(run_well({"evaluate", model_, "-t", task_}), "float        accuracy"));
}

TEST_F(Use, ThreadsDoNotChangeResults) {
  for (const char* threads : {"1", "2"}) {
    const std::string t = threads;
    run_well(
        {"--threads", t, "quantize", model_, "-t", task_, "-o", t + ".fxg", "--histograms", t + "h.json"});
    run_well({"evaluate", t + ".fxg", "--float", model_, "-t", task_, "--json", t + ".json", "--threads", t});
  }
  for (const char* name : {".fxg", "h.json", ".json"})
    EXPECT_EQ(bytes_of(folder_ / ("1" + std::string(name))), bytes_of(folder_ / ("2" + std::string(name))))
        << name;
}

TEST_F(Use, SweepGoesOnWhereItWas) {
  const auto suite = [&](const std::string& more) {
    return store("suite.toml",
                 "version = 1\n[[network]]\nname = \"d\"\nmodel = \"" + model_ + "\"\ntask = \"" + task_ +
                     "\"\nplans = [{preset = \"default\", weights = 8, activations = 8}" + more + "]\n");
  };
  (void)suite("");
  run_well({"sweep", "suite.toml", "-o", "results"});
  const std::string first = bytes_of(folder_ / "results/results.json");
  const CommandResult second = run({"sweep", "suite.toml", "-o", "results"});
  EXPECT_EQ(second.exit_code, 0);
  EXPECT_EQ(second.error, "") << "it computed again";
  EXPECT_EQ(bytes_of(folder_ / "results/results.json"), first);  // with its seconds
  (void)suite(", {preset = \"paper\", weights = 8, activations = 8}");
  const CommandResult third = run({"sweep", "suite.toml", "-o", "results"});
  EXPECT_EQ(third.error.find("d paper 8/8: float "), 0U) << third.error;
  EXPECT_EQ(nlohmann::json::parse(bytes_of(folder_ / "results/results.json")).size(), 2U);
  EXPECT_TRUE(std::filesystem::exists(folder_ / "results/d-paper-8-8.fxg"));
}

TEST_F(Use, SweepNamesWhatItSkips) {
  (void)store("suite.toml",
              "version = 1\n[[network]]\nname = \"far away\"\nmodel = \"m.onnx\"\ntask = \"t.toml\"\n"
              "needs_data_root = true\nplans = [{preset = \"default\", weights = 8, activations = 8}]\n");
  EXPECT_TRUE(contains(run_well({"sweep", "suite.toml", "-o", "results"}), "skipped: far away"));
}

}  // namespace
}  // namespace fixgate
