// Models for a fixed number of steps, and data of another.
#include <fmt/format.h>

#include "cli_test_case.h"
#include "data/test_npy.h"
#include "onnx.pb.h"

namespace fixgate {
namespace {

constexpr std::int64_t kDataSteps = 8;  // of the digits
constexpr std::int64_t kFeatures = 8;

class FixedSteps : public CliTest {
 protected:
  /// The digits GRU, for so many steps alone.
  void store_model(const std::string& name, std::int64_t steps) const {
    onnx::ModelProto model;
    ASSERT_TRUE(model.ParseFromString(bytes_of(example("digits/digits-gru.onnx"))));
    auto* type = model.mutable_graph()->mutable_input(0)->mutable_type()->mutable_tensor_type();
    type->mutable_shape()->mutable_dim(1)->set_dim_value(steps);
    (void)store(name, model.SerializeAsString());
  }

  /// One sequence of zeros, so many steps long.
  void store_short_task(std::int64_t steps) const {
    const std::vector<float> zeros(static_cast<std::size_t>(steps * kFeatures));
    (void)store_zip("d.npz",
                    {{"inputs.npy", npy<float>("<f4", fmt::format("(1, {}, {})", steps, kFeatures), zeros)},
                     {"targets.npy", npy<std::int32_t>("<i4", "(1,)", {0})}});
    (void)store("short.toml",
                "version = 1\nname = \"short\"\n[data]\nkind = \"npz\"\ntrain = \"d.npz\"\n"
                "validation = \"d.npz\"\ntest = \"d.npz\"\n[calibration]\nsequences = 1\n[metric]\n"
                "kind = \"accuracy\"\ndecision = \"argmax\"\n");
  }

  const std::string task_ = example("digits/digits.toml");
};

TEST_F(FixedSteps, ThatTheDataHaveRun) {
  store_model("m.onnx", kDataSteps);
  const std::string of_fixed = run_well({"evaluate", "m.onnx", "-t", task_});
  EXPECT_EQ(of_fixed, run_well({"evaluate", example("digits/digits-gru.onnx"), "-t", task_}));
  EXPECT_NE(run_well({"inspect", "m.onnx"}).find("steps: exactly 8 (fixed in the file)"),
            std::string::npos);
}

TEST_F(FixedSteps, OfAModelAreComparedWithTheData) {
  store_model("m.onnx", 5);
  const std::vector<std::string> reason{"npz", "exactly 5 steps, the data has 8"};
  expect_refused({"evaluate", "m.onnx", "-t", task_}, reason);
  expect_refused({"quantize", "m.onnx", "-t", task_, "-o", kOutput}, reason);
  (void)store("s.toml", "version = 1\n[[network]]\nname = \"n\"\nmodel = \"m.onnx\"\ntask = \"" + task_ +
                            "\"\nplans = [{preset = \"default\", weights = 8, activations = 8}]\n");
  const CommandResult swept = run({"sweep", "s.toml", "-o", "results"});
  EXPECT_EQ(swept.exit_code, 1) << swept.output;
  EXPECT_NE((swept.output + swept.error).find("exactly 5 steps, the data has 8"), std::string::npos)
      << swept.output << swept.error;
  const CommandResult explored =
      run({"explore", "m.onnx", "-t", task_, "-o", "found", "--max-loss", "1%", "--evaluations", "10"});
  EXPECT_EQ(explored.exit_code, 1) << explored.output;
  EXPECT_NE(explored.error.find("exactly 5 steps, the data has 8"), std::string::npos) << explored.error;
}

// What the file fixes is in the .fxg, too.
TEST_F(FixedSteps, OfAFixedNetworkAreComparedWithTheData) {
  store_model("m.onnx", kDataSteps);
  store_short_task(5);
  run_well({"quantize", "m.onnx", "-t", task_, "-o", "q.fxg"});
  EXPECT_NE(run_well({"show", "q.fxg"}).find("clock step steps 8\n"), std::string::npos);
  const std::vector<std::string> reason{"d.npz", "exactly 8 steps, the data has 5"};
  expect_refused({"evaluate", "q.fxg", "-t", "short.toml"}, reason);
  run_well({"rtl", "q.fxg", "-o", "acc"});
  expect_refused({"verify", "acc", "-t", "short.toml"}, reason);
}

}  // namespace
}  // namespace fixgate
