// What messages and tables say: the file and the place once, names from outside so that a terminal is safe,
// and what a file is where another one is expected.
#include <algorithm>
#include <regex>
#include <sstream>

#include "cli_test_case.h"
#include "data/test_npy.h"
#include "fixed/file.h"
#include "onnx.pb.h"

namespace fixgate {
namespace {

constexpr const char* kTurned = "\xe2\x80\xae";  // U+202E
constexpr const char* kShown = "\\u202e";

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

class Message : public CliTest {
 protected:
  void store_task(const std::string& data, const std::string& metric = "accuracy",
                  const std::string& calibration = "sequences = 1") const {
    (void)store("t.toml", "version = 1\nname = \"t\"\n[data]\n" + data + "\n[calibration]\n" + calibration +
                              "\n[metric]\nkind = \"" + metric + "\"\n");
  }
  void store_npz_task() const {
    store_task("kind = \"npz\"\ntrain = \"d.npz\"\nvalidation = \"d.npz\"\ntest = \"d.npz\"");
  }
  /// The error of a command that must be refused.
  [[nodiscard]] std::string error_of(const Arguments& arguments) const {
    expect_refused(arguments, {});
    return run(arguments).error;
  }
  /// A model whose first input has the name `name`, and its first node as well.
  void store_named_model(const std::string& name) const {
    onnx::ModelProto model;
    ASSERT_TRUE(model.ParseFromString(bytes_of(test_model("written_lstm_forward_1x_last_op11"))));
    auto& graph = *model.mutable_graph();
    const std::string old = graph.input(0).name();
    for (auto& node : *graph.mutable_node())
      for (auto& input : *node.mutable_input())
        if (input == old) input = name;
    graph.mutable_input(0)->set_name(name);
    graph.mutable_node(0)->set_name(name);
    (void)store("named.onnx", model.SerializeAsString());
  }

  const std::string tokens_ = test_model("keras_embedding_gru_op11");
  const std::string gru_ = example("digits/digits-gru.onnx");
};

TEST_F(Message, NamesFileAndSequenceOnce) {
  store_npz_task();
  (void)store_zip("d.npz", {{"tokens.npy", npy<std::int32_t>("<i4", "(1, 3)", {1, 2, 3})},
                            {"targets.npy", npy<std::int32_t>("<i4", "(1,)", {3})}});
  const std::string wrong_class = error_of({"evaluate", tokens_, "-t", "t.toml"});
  EXPECT_EQ(count(wrong_class, "d.npz"), 1U) << wrong_class;
  EXPECT_EQ(count(wrong_class, "sequence 0"), 1U) << wrong_class;
  (void)store_zip("d.npz", {{"tokens.npy", npy<std::int32_t>("<i4", "(1, 3)", {1, 9, 3})},
                            {"targets.npy", npy<std::int32_t>("<i4", "(1,)", {0})}});
  for (const Arguments& arguments : {Arguments{"evaluate", tokens_, "-t", "t.toml"},
                                     {"quantize", tokens_, "-t", "t.toml", "-o", kOutput}}) {
    const std::string wrong_token = error_of(arguments);
    EXPECT_EQ(count(wrong_token, "d.npz"), 1U) << wrong_token;
    EXPECT_EQ(count(wrong_token, "sequence 0"), 1U) << wrong_token;
  }
}

TEST_F(Message, NamesTheVocabulary) {
  (void)store("words.txt", "a\nb\n");
  (void)store_tar_gz("a.tar.gz", {{"aclImdb/train/pos/0_9.txt", "a b c"}});
  store_task("kind = \"imdb\"\narchive = \"a.tar.gz\"\nvocabulary = \"words.txt\"");
  expect_refused({"evaluate", tokens_, "-t", "t.toml"}, {"words.txt: has no line '<unk>'"});
  (void)store("d.txt", "a b c\n");
  const std::string text =
      "kind = \"text\"\ntrain = \"d.txt\"\nvalidation = \"d.txt\"\ntest = \"d.txt\"\nvocabulary = "
      "\"words.txt\"\nunit = \"word\"\n";
  store_task(text, "perplexity", "tokens = 1");
  expect_refused({"evaluate", tokens_, "-t", "t.toml"}, {"d.txt:1: 'c' is not in the vocabulary words.txt"});
  store_task(text + "end_of_line = \"<eol>\"", "perplexity", "tokens = 1");
  expect_refused({"evaluate", tokens_, "-t", "t.toml"}, {"words.txt: has no line '<eol>'"});
}

TEST_F(Message, AnArchiveThatIsCutSaysSo) {
  store_npz_task();
  const std::string good = bytes_of(example("digits/train.npz"));
  for (std::size_t length = 0; length < good.size(); length += 1009) {
    (void)store("d.npz", good.substr(0, length));
    const std::string error = error_of({"evaluate", gru_, "-t", "t.toml"});
    EXPECT_NE(error.find("d.npz"), std::string::npos) << error;
    EXPECT_EQ(error.find("unknown error"), std::string::npos) << error;
  }
}

TEST_F(Message, ResultsThatAreNoneOfOurs) {
  (void)store("s.toml", "version = 1\nnetwork = []\n");
  std::filesystem::create_directory(folder_ / "out");
  for (const char* results : {"{", "[1]", "[{}]", "3", "{\"a\": 1}", "[{\"network\": 3}]", "\xff"}) {
    (void)store("out/results.json", results);
    const std::string error = error_of({"sweep", "s.toml", "-o", "out"});
    EXPECT_NE(error.find("out/results.json: "), std::string::npos) << error;
    EXPECT_EQ(error.find("exception"), std::string::npos) << error;
  }
}

TEST_F(Message, NamesFromOutsideCannotTurnText) {
  store_named_model(std::string("x") + kTurned + "y");
  const std::string shown = run_well({"inspect", "named.onnx"});
  EXPECT_NE(shown.find(kShown), std::string::npos) << shown;
  EXPECT_EQ(shown.find(kTurned), std::string::npos) << shown;
  const std::string gone = std::string("gone") + kTurned;
  for (const Arguments& arguments : {Arguments{"inspect", gone},
                                     {"evaluate", gone, "-t", example("digits/digits.toml")},
                                     {"show", gone},
                                     {"rtl", gone, "-o", "a"},
                                     {"sweep", gone, "-o", "a"},
                                     {"verify", gone},
                                     {gone},
                                     {"inspect", gru_, gone}}) {
    const std::string error = error_of(arguments);
    EXPECT_NE(error.find(kShown), std::string::npos) << error;
    EXPECT_EQ(error.find(kTurned), std::string::npos) << error;
  }
}

TEST_F(Message, APlanFromAFileCannotTurnText) {
  run_well({"quantize", test_model("written_lstm_forward_1x_last_op11"), "--plan", kPlan, "-o", "net.fxg"});
  auto network = read_fixed_network(folder_ / "net.fxg");
  ASSERT_TRUE(network);
  network->plan += std::string("# ") + kTurned +
                   "\n# \xc2\x9b"
                   "2J\n";
  ASSERT_TRUE(write_fixed_network(*network, folder_ / "net.fxg"));
  const std::string shown = run_well({"show", "net.fxg", "--plan"});
  EXPECT_NE(shown.find("# \\u202e\n# \\xc2\\x9b2J\n"), std::string::npos) << shown;
  (void)store("again.toml", shown);
  run_well(
      {"quantize", test_model("written_lstm_forward_1x_last_op11"), "--plan", "again.toml", "-o", kOutput});
}

TEST_F(Message, LongNamesAreShortened) {
  store_named_model(std::string(100'000, 'n'));
  std::istringstream lines(run_well({"inspect", "named.onnx"}));
  for (std::string line; std::getline(lines, line);) EXPECT_LT(line.size(), 400U);
  const std::string name(100'000, 'n');
  (void)store("p.toml", "version = 1\n[[weight]]\n" + name + " = 3\n");
  for (const Arguments& arguments : {Arguments{"inspect", name},
                                     {name},
                                     {"quantize", gru_, "--preset", name, "-o", kOutput},
                                     {"quantize", gru_, "--plan", "p.toml", "-o", kOutput}})
    EXPECT_LT(error_of(arguments).size(), 1000U);
}

// One kind of file where another one is expected.
TEST_F(Message, WhatAFileIsAndWhatIsExpected) {
  const std::string fxg = "net.fxg";
  const std::string npz = example("digits/test.npz");
  run_well({"quantize", test_model("written_lstm_forward_1x_last_op11"), "--plan", kPlan, "-o", fxg});
  const std::string task = example("digits/digits.toml");
  const std::string no_fxg = "a fixed-point network (.fxg) is expected";
  expect_refused({"show", gru_}, {gru_, "is an ONNX file", no_fxg, "fixgate quantize"});
  expect_refused({"rtl", gru_, "-o", "a"}, {gru_, "is an ONNX file", no_fxg});
  expect_refused({"show", npz}, {npz, "is a zip archive", no_fxg});
  (void)store("model.bin", bytes_of(gru_));
  expect_refused({"evaluate", "model.bin", "-t", task}, {"model.bin", "is an ONNX file", no_fxg});
  for (const Arguments& arguments : {Arguments{"inspect", fxg}, {"quantize", fxg, "-t", task, "-o", kOutput}})
    expect_refused(arguments, {fxg, "is a fixed-point network (.fxg)", "an ONNX file is expected"});
  expect_refused({"inspect", npz}, {npz, "is a zip archive", "an ONNX file is expected"});
  const std::string no_text = "a text file (TOML) is expected";
  expect_refused({"evaluate", gru_, "-t", npz}, {npz, "is a zip archive", no_text});
  expect_refused({"evaluate", gru_, "-t", gru_}, {gru_, "is an ONNX file", no_text});
  expect_refused({"quantize", gru_, "--plan", fxg, "-o", kOutput},
                 {fxg, "is a fixed-point network", no_text});
  expect_refused({"sweep", npz, "-o", "a"}, {npz, "is a zip archive", no_text});
  expect_refused({"verify", "--suite", fxg, "-o", "a"}, {fxg, "is a fixed-point network", no_text});
}

TEST_F(Message, WhatDataAreAndWhatIsExpected) {
  store_npz_task();
  const auto expect_data_refused = [&](const std::string& bytes, const std::vector<std::string>& parts) {
    (void)store("d.npz", bytes);
    expect_refused({"evaluate", gru_, "-t", "t.toml"}, parts);
  };
  expect_data_refused(npy<float>("<f4", "(1,)", {1}), {"d.npz: is a NumPy array (.npy)", "numpy.savez"});
  expect_data_refused(bytes_of(gru_), {"d.npz: is an ONNX file", "numpy.savez"});
  expect_data_refused("a,b,c\n", {"d.npz: is no archive", "numpy.savez"});
  expect_data_refused("", {"d.npz: is empty"});
  (void)store("words.txt", bytes_of(example("digits/test.npz")));
  (void)store("d.txt", "a\n");
  store_task(
      "kind = \"text\"\ntrain = \"d.txt\"\nvalidation = \"d.txt\"\ntest = \"d.txt\"\nvocabulary = "
      "\"words.txt\"\nunit = \"word\"",
      "perplexity", "tokens = 1");
  expect_refused({"evaluate", gru_, "-t", "t.toml"},
                 {"words.txt: is a zip archive", "a vocabulary is expected"});
  (void)store("words.txt", "a\n");
  (void)store("d.txt", bytes_of(gru_));
  expect_refused({"evaluate", gru_, "-t", "t.toml"}, {"d.txt: is an ONNX file", "a text is expected"});
  store_task("kind = \"imdb\"\narchive = \"d.txt\"\nvocabulary = \"words.txt\"");
  (void)store("words.txt", "<unk>\na\n");
  expect_refused({"evaluate", gru_, "-t", "t.toml"}, {"d.txt: is an ONNX file", ".tar.gz"});
}

/// Runs of more than 15 digits.
bool has_long_number(const std::string& text) {
  return std::regex_search(text, std::regex("[0-9]{16}"));
}

TEST_F(Message, LargeNumbersAreShort) {
  store_task("kind = \"npz\"\ntrain = \"d.npz\"\nvalidation = \"d.npz\"\ntest = \"d.npz\"", "rmse");
  (void)store_zip("d.npz", {{"inputs.npy", npy<float>("<f4", "(2, 1, 3)", {1e30F, -2e30F, 3, 4, 5, 6})},
                            {"targets.npy", npy<float>("<f4", "(2, 2)", {3e38F, -3e38F, 1e38F, 2})}});
  const std::string model = test_model("written_lstm_forward_1x_last_op11");
  const std::string quantised = run_well({"quantize", model, "-t", "t.toml", "-o", "q.fxg"});
  const std::string evaluated =
      run_well({"evaluate", "q.fxg", "--float", model, "-t", "t.toml", "--json", "e.json"});
  EXPECT_NE(evaluated.find("fixed        rmse 2.17945e+38"), std::string::npos) << evaluated;
  for (const std::string& text :
       {quantised, evaluated, run_well({"show", "q.fxg"}), run_well({"evaluate", model, "-t", "t.toml"})})
    EXPECT_FALSE(has_long_number(text)) << text;
  EXPECT_NE(bytes_of(folder_ / "e.json").find("\"float\": 2.1794494718867774e+38"), std::string::npos)
      << bytes_of(folder_ / "e.json");
}

}  // namespace
}  // namespace fixgate
