// fixgate rtl: what it writes, and what it refuses.
#include "cli_test_case.h"
#include "small_disk.h"

namespace fixgate {
namespace {

class Rtl : public CliTest {
 protected:
  void SetUp() override {
    CliTest::SetUp();
    (void)store("p.toml", "version = 1\n[[signal]]\nformat = \"sfix8_En4\"\n[[weight]]\nwidth = 8\n");
    quantise("written_lstm_forward_1x_last_op11", "n.fxg");
  }
  void quantise(const std::string& model, const std::string& network) const {
    run_well({"quantize", test_model(model), "--plan", "p.toml", "-o", network});
  }
  [[nodiscard]] static Arguments rtl(const Arguments& more) {
    Arguments arguments{"rtl", "n.fxg", "--name", "top"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }
};

TEST_F(Rtl, WritesAFolderAndTellsItsGeometry) {
  const std::string text = run_well(rtl({"--lanes", "2", "-o", "accel"}));
  for (const char* part : {"engines", "slices", "cycles a step", "utilisation", "accel"})
    EXPECT_NE(text.find(part), std::string::npos) << part << " in " << text;
  const auto written = files();
  for (const char* path :
       {"accel/README.md", "accel/accelerator.json", "accel/network.fxg", "accel/rtl/top.sv",
        "accel/rtl/top_pkg.sv", "accel/rtl/lib/fg_lstm.sv", "accel/sim/top_tb.sv"})
    EXPECT_TRUE(written.contains(path)) << path;
  EXPECT_EQ(written.at("accel/network.fxg"), written.at("n.fxg"));
}

TEST_F(Rtl, TheSameFilesAgain) {
  run_well(rtl({"-o", "accel"}));
  const auto first = files();
  run_well(rtl({"-o", "accel"}));
  EXPECT_TRUE(files() == first);
}

TEST_F(Rtl, RefusesOptionsThatMakeNoSense) {
  expect_refused(rtl({"-o", "a", "--lanes", "0"}), {"n.fxg", "0 lanes"});
  expect_refused(rtl({"-o", "a", "--lanes", "x"}), {"--lanes x"});
  expect_refused(rtl({"-o", "a", "--lanes", "=3"}), {"--lanes =3"});
  expect_refused(rtl({"-o", "a", "--lanes", "3", "--lanes", "4"}), {"--lanes", "twice"});
  expect_refused(rtl({"-o", "a", "--lanes", "nobody=3"}), {"'nobody'"});
  expect_refused(rtl({"-o", "a", "--lanes", "99999"}), {"99999 lanes"});
  expect_refused(rtl({"-o", "a", "--lanes", "3", "--dsp", "4"}), {"--lanes", "--dsp"});
  expect_refused(rtl({"-o", "a", "--cycles-per-step", "1"}), {"cycles per step"});
  expect_refused(rtl({"-o", "a", "--dsp", "0"}), {"0 multipliers are too few"});
  expect_refused(rtl({"-o", "a", "--output", "probabilities"}), {"--output"});
  expect_refused({"rtl", "n.fxg", "--name", "1top", "-o", "a"}, {"'1top'", "identifier"});
  expect_refused({"rtl", "gone.fxg", "-o", "a"}, {"gone.fxg"});
}

TEST_F(Rtl, RefusesNetworksThatHardwareCannotHold) {
  quantise("written_rnn_forward_1x_last_op13", "rnn.fxg");
  expect_refused({"rtl", "rnn.fxg", "-o", "a"}, {"rnn.fxg", "RNN"});
  quantise("dynamo_gru_both_directions_op21", "both.fxg");
  expect_refused({"rtl", "both.fxg", "-o", "a"}, {"both.fxg", "bidirectional"});
  quantise("written_lstm_reverse_1x_every_op21", "reverse.fxg");
  expect_refused({"rtl", "reverse.fxg", "-o", "a"}, {"reverse.fxg", "reverse"});
}

TEST_F(Rtl, KeepsOtherContent) {
  std::filesystem::create_directory(folder_ / "mine");
  (void)store("mine/notes.txt", "keep");
  expect_refused(rtl({"-o", "mine"}), {"mine", "no accelerator"});
  expect_refused(rtl({"-o", "n.fxg"}), {"n.fxg", "which is read"});
  expect_refused(rtl({"-o", "mine/notes.txt"}), {"mine/notes.txt", "no folder"});
  expect_refused(rtl({"-o", "gone/accel"}), {"gone/accel"});
  run_well(rtl({"-o", "accel"}));
  (void)store("accel/rtl/mine.sv", "keep");
  expect_refused(rtl({"-o", "accel"}), {"accel", "rtl/mine.sv"});
}

TEST_F(Rtl, LeavesNothingWhenTheDiskIsFull) {
  expect_refused(rtl({"-o", "accel"}), {"accel", "File too large"},
                 {.folder = {}, .largest_file = 2048, .output_file = {}});
  const SmallDisk disk(folder_ / "disk");
  if (!disk.mounted()) GTEST_SKIP() << "needs the right to mount a tmpfs";
  expect_refused(rtl({"-o", "disk/accel"}), {"disk/accel", "No space left"});
}

}  // namespace
}  // namespace fixgate
