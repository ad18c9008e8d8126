// fixgate run: outputs of a network on data of one's own.
#include "cli_test_case.h"
#include "data/array_file.h"

namespace fixgate {
namespace {

class RunCommand : public CliTest {
 protected:
  void SetUp() override {
    CliTest::SetUp();
    run_well(
        {"quantize", example("digits/digits-gru.onnx"), "-t", example("digits/digits.toml"), "-o", "q.fxg"});
  }

  [[nodiscard]] Arrays arrays(const std::string& name) const {
    auto read = read_arrays(folder_ / name);
    EXPECT_TRUE(read) << (read ? "" : read.error().message);
    return read ? *read : Arrays();
  }
};

TEST_F(RunCommand, WritesOutputsOfTheTasksOwnData) {
  const std::string said =
      run_well({"run", "q.fxg", "-i", example("digits/test.npz"), "-o", "y.npz", "--integers"});
  EXPECT_NE(said.find("look-ahead   the whole sequence"), std::string::npos) << said;
  const Arrays outputs = arrays("y.npz");
  ASSERT_EQ(outputs.size(), 1U);
  EXPECT_EQ(outputs.begin()->second.type, NpyType::Int64);
  EXPECT_EQ(outputs.begin()->second.shape.back(), 10);
}

TEST_F(RunCommand, ShowsSignals) {
  run_well({"run", "q.fxg", "-i", example("digits/test.npz"), "-o", "y.npz", "--signals", "*.h,input"});
  const Arrays outputs = arrays("y.npz");
  EXPECT_EQ(outputs.size(), 3U);
  EXPECT_TRUE(outputs.contains("recurrent_GRU.h"));
}

TEST_F(RunCommand, RefusesWhatDoesNotFit) {
  (void)store("bad.npy", npy_bytes(npy_array({3, 5}, std::vector<float>(15))));
  expect_refused({"run", "q.fxg", "-i", "bad.npy", "-o", "y.npz"}, {"bad.npy", "[steps, 8]", "[3, 5]"});
  expect_refused({"run", "q.fxg", "-i", "nowhere.npy", "-o", "y.npz"}, {"nowhere.npy"});
  expect_refused({"run", "q.fxg", "-i", example("digits/test.npz"), "-o", "y.npz", "--signals", "nothing"},
                 {"--signals nothing"});
  expect_refused({"run", "q.fxg", "-i", example("digits/test.npz"), "-o", "q.fxg"}, {"q.fxg"});
  expect_refused({"run", "q.fxg", "-i", example("digits/test.npz"), "-o", "y.npz", "--hop", "3"},
                 {"--frame"});
  expect_refused({"run", "q.fxg", "-i", example("digits/test.npz"), "-o", "y.npz", "--state-output", "y.npz"},
                 {"y.npz"});
}

}  // namespace
}  // namespace fixgate
