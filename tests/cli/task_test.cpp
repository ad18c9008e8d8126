// Tasks and data that do not fit, given to the program.
#include "cli_test_case.h"
#include "data/test_npy.h"

namespace fixgate {
namespace {

class WrongTask : public CliTest {
 protected:
  void store_task(const std::string& data, const std::string& calibration = "sequences = 1",
                  const std::string& more = "") const {
    (void)store("t.toml", "version = 1\nname = \"t\"\n" + more + "[data]\n" + data + "\n[calibration]\n" +
                              calibration + "\n[metric]\nkind = \"accuracy\"\n");
  }
  /// A task of one .npz file.
  void store_npz(const Files& arrays, const std::string& calibration = "sequences = 1") const {
    (void)store_zip("d.npz", arrays);
    store_task("kind = \"npz\"\ntrain = \"d.npz\"\nvalidation = \"d.npz\"\ntest = \"d.npz\"", calibration);
  }
  void expect_task_refused(const std::string& model, const std::vector<std::string>& parts) const {
    expect_refused({"quantize", model, "-t", "t.toml", "-o", kOutput}, parts);
    expect_refused({"evaluate", model, "-t", "t.toml", "--json", kOutput}, parts);
  }

  const std::string digits_ = example("digits/digits-gru.onnx");
  const std::string tokens_ = test_model("keras_embedding_gru_op11");  // knows tokens 0 to 8
};

TEST_F(WrongTask, MissingOrNoTask) {
  expect_task_refused(digits_, {"t.toml", "no such file"});
  (void)store("t.toml", "");
  expect_task_refused(digits_, {"t.toml", "version"});
  (void)store("t.toml", "version = \n");
  expect_task_refused(digits_, {"t.toml: line 1"});
}

TEST_F(WrongTask, WrongKeys) {
  store_task("kind = \"npz\"\ntrain = \"d.npz\"", "sequences = 1", "speed = 3\n");
  expect_task_refused(digits_, {"t.toml", "speed"});
  store_task("kind = \"npz\"\ntrain = \"d.npz\"");
  expect_task_refused(digits_, {"t.toml", "data.validation"});
  store_task("kind = \"video\"");
  expect_task_refused(digits_, {"t.toml", "'video'"});
}

TEST_F(WrongTask, MissingFile) {
  store_task("kind = \"npz\"\ntrain = \"gone.npz\"\nvalidation = \"gone.npz\"\ntest = \"gone.npz\"");
  expect_task_refused(digits_, {"gone.npz", "no such file"});
}

TEST_F(WrongTask, ArchiveThatIsNotImdb) {
  (void)store("words.txt", "<unk>\na\n");
  store_task("kind = \"imdb\"\narchive = \"a.tar.gz\"\nvocabulary = \"words.txt\"");
  (void)store_tar_gz("a.tar.gz", {{"something/else.txt", "hello"}});
  expect_task_refused(tokens_, {"a.tar.gz", "aclImdb"});
  (void)store("a.tar.gz", "this is no archive");
  expect_task_refused(tokens_, {"a.tar.gz"});
  const std::string archive = bytes_of(store_tar_gz("b.tar.gz", {{"aclImdb/train/pos/0_9.txt", "a b c"}}));
  (void)store("a.tar.gz", archive.substr(0, archive.size() / 2));
  expect_task_refused(tokens_, {"a.tar.gz"});
}

TEST_F(WrongTask, TokenOutsideTheVocabulary) {
  store_npz({{"tokens.npy", npy<std::int32_t>("<i4", "(1, 3)", {1, 9, 2})},
             {"targets.npy", npy<std::int32_t>("<i4", "(1,)", {0})}});
  expect_task_refused(tokens_, {"d.npz", "token 9"});
  store_npz({{"tokens.npy", npy<std::int32_t>("<i4", "(1, 3)", {1, -1, 2})},
             {"targets.npy", npy<std::int32_t>("<i4", "(1,)", {0})}});
  expect_task_refused(tokens_, {"d.npz", "-1"});
}

TEST_F(WrongTask, EmptySequence) {
  store_npz({{"tokens.npy", npy<std::int32_t>("<i4", "(1, 3)", {1, 2, 3})},
             {"lengths.npy", npy<std::int32_t>("<i4", "(1,)", {0})},
             {"targets.npy", npy<std::int32_t>("<i4", "(1,)", {0})}});
  expect_task_refused(tokens_, {"d.npz", "lengths"});
  store_npz({{"tokens.npy", npy<std::int32_t>("<i4", "(1, 0)", {})},
             {"targets.npy", npy<std::int32_t>("<i4", "(1,)", {0})}});
  expect_task_refused(tokens_, {"d.npz"});
  store_npz({{"tokens.npy", npy<std::int32_t>("<i4", "(0, 3)", {})},
             {"targets.npy", npy<std::int32_t>("<i4", "(0,)", {})}});
  expect_task_refused(tokens_, {"d.npz"});
}

TEST_F(WrongTask, TooFewSequences) {
  store_npz({{"tokens.npy", npy<std::int32_t>("<i4", "(1, 3)", {1, 2, 3})},
             {"targets.npy", npy<std::int32_t>("<i4", "(1,)", {0})}},
            "sequences = 2");
  expect_refused({"quantize", tokens_, "-t", "t.toml", "-o", kOutput},
                 {"d.npz", "calibration.sequences is 2"});
}

TEST_F(WrongTask, ClassTheNetworkDoesNotKnow) {
  store_npz({{"tokens.npy", npy<std::int32_t>("<i4", "(1, 3)", {1, 2, 3})},
             {"targets.npy", npy<std::int32_t>("<i4", "(1,)", {3})}});
  expect_refused({"evaluate", tokens_, "-t", "t.toml", "--json", kOutput}, {"d.npz", "class 3"});
}

TEST_F(WrongTask, DamagedArrays) {
  const std::string good = bytes_of(example("digits/train.npz"));
  (void)store_zip("d.npz",
                  {{"inputs.npy", "not numpy"}, {"targets.npy", npy<std::int32_t>("<i4", "(1,)", {0})}});
  store_task("kind = \"npz\"\ntrain = \"d.npz\"\nvalidation = \"d.npz\"\ntest = \"d.npz\"");
  expect_task_refused(digits_, {"d.npz", "inputs"});
  (void)store("d.npz", good.substr(0, good.size() / 2));
  expect_task_refused(digits_, {"d.npz"});
}

}  // namespace
}  // namespace fixgate
