// Fixed-point networks that are damaged, or something else, given to the program.
#include "cli_test_case.h"

namespace fixgate {
namespace {

constexpr std::size_t kBitsBetweenFlips = 997;

class WrongNetwork : public CliTest {
 protected:
  void SetUp() override {
    CliTest::SetUp();
    run_well({"quantize", test_model("written_rnn_relu_op11"), "--plan", kPlan, "-o", "good.fxg"});
    bytes_ = bytes_of(folder_ / "good.fxg");
  }
  void expect_both_refused(const std::string& network, const std::vector<std::string>& parts = {}) const {
    std::vector<std::string> all = parts;
    all.push_back(network);
    expect_refused({"show", network}, all);
    expect_refused({"evaluate", network, "-t", example("ecg/ecg.toml"), "--json", kOutput}, all);
  }

  std::string bytes_;
};

TEST_F(WrongNetwork, MissingEmptyOrAFolder) {
  expect_both_refused("gone.fxg", {"no such file"});
  (void)store("n.fxg", "");
  expect_both_refused("n.fxg");
  std::filesystem::create_directory(folder_ / "folder.fxg");
  expect_both_refused("folder.fxg", {"folder"});
}

TEST_F(WrongNetwork, Truncated) {
  for (std::size_t size = 1; size < bytes_.size(); size += 150) {
    (void)store("n.fxg", bytes_.substr(0, size));
    expect_both_refused("n.fxg");
  }
  (void)store("n.fxg", bytes_ + '\0');
  expect_both_refused("n.fxg", {"1 bytes follow"});
}

TEST_F(WrongNetwork, FlippedBitsNeverCrash) {
  for (std::size_t bit = 0; bit < bytes_.size() * 8; bit += kBitsBetweenFlips) {
    std::string flipped = bytes_;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    (void)store("n.fxg", flipped);
    if (run({"show", "--full", "n.fxg"}).exit_code != 0) expect_both_refused("n.fxg");
  }
}

TEST_F(WrongNetwork, OneKindOfFileForTheOther) {
  const std::string model = example("digits/digits-gru.onnx");
  expect_refused({"show", model}, {model, ".fxg"});
  const std::string expected = "is a fixed-point network (.fxg); an ONNX file is expected";
  expect_refused({"inspect", "good.fxg"}, {"good.fxg", expected});
  expect_model_refused("good.fxg", {expected});
  expect_refused({"evaluate", "good.fxg", "--float", "good.fxg", "-t", example("ecg/ecg.toml")}, {expected});
  std::filesystem::copy_file(model, folder_ / "model.fxg");
  expect_both_refused("model.fxg");
  expect_refused({"inspect", example("ecg/ecg.toml")}, {"not an ONNX model"});
}

TEST_F(WrongNetwork, WrongTask) {
  const std::string network = "digits.fxg";
  run_well(
      {"quantize", example("digits/digits-gru.onnx"), "-t", example("digits/digits.toml"), "-o", network});
  const auto evaluate = [&](const std::string& task) {
    return Arguments{"evaluate", network, "-t", example(task), "--json", kOutput};
  };
  expect_refused(evaluate("ecg/ecg.toml"), {"8 features", "has 1"});
  expect_refused(evaluate("characters/characters.toml"), {"reads features", "has tokens"});
}

TEST_F(WrongNetwork, AnotherFloatNetwork) {
  run_well({"quantize", example("digits/digits-gru.onnx"), "-t", example("digits/digits.toml"), "-o",
            "digits.fxg"});
  for (const char* other : {"digits/digits-lstm.onnx", "ecg/ecg-lstm.onnx"})
    expect_refused({"evaluate", "digits.fxg", "--float", example(other), "-t", example("digits/digits.toml")},
                   {});
}

}  // namespace
}  // namespace fixgate
