#include "data/task.h"

#include "data/draw.h"
#include "data/test_folder.h"

namespace fixgate {
namespace {

const std::string kImdb = R"(version = 1
name = "imdb"
[data]
kind = "imdb"
archive = "imdb.tar.gz"
vocabulary = "v.txt"
last_tokens = 200
validation_fraction = 0.25
[calibration]
sequences = 500
seed = 7
[metric]
kind = "accuracy"
decision = "positive"
)";

const std::string kText = R"(version = 1
name = "text"
[data]
kind = "text"
train = "train.txt"
validation = "valid.txt"
test = "test.txt"
vocabulary = "v.txt"
unit = "character"
unknown = "<unk>"
[calibration]
tokens = 20000
[metric]
kind = "perplexity"
)";

const std::string kNpz = R"(version = 1
name = "npz"
[data]
kind = "npz"
train = "train.npz"
validation = "/data/valid.npz"
test = "test.npz"
[calibration]
sequences = 1
[metric]
kind = "rmse"
)";

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

std::string error(const std::string& toml) {
  const auto task = parse_task(toml, "t.toml");
  return task ? "" : task.error().message;
}

TEST(Task, ReadsWhatRoundingIsLearnedFrom) {
  const auto task = parse_task(
      replaced(kText, "tokens = 20000", "tokens = 20000\nlearning = 50000\nconfidence = 0.9"), "t.toml");
  ASSERT_TRUE(task) << task.error().message;
  EXPECT_EQ(task->calibration.learning, 50000U);
  EXPECT_EQ(task->calibration.confidence, 0.9);
  EXPECT_NE(error(replaced(kText, "tokens = 20000", "tokens = 20000\nconfidence = 1.5")).find("below 1"),
            std::string::npos);
  EXPECT_NE(error(replaced(kNpz, "sequences = 1", "sequences = 1\nconfidence = 0.9"))
                .find("calibration.confidence"),
            std::string::npos);
  EXPECT_NE(
      error(replaced(kNpz, "sequences = 1", "sequences = 1\nlearning = 0")).find("calibration.learning"),
      std::string::npos);
}

TEST(Task, ReadsImdb) {
  const auto task = parse_task(kImdb, "folder/t.toml");
  ASSERT_TRUE(task) << task.error().message;
  EXPECT_EQ(task->name, "imdb");
  EXPECT_EQ(task->folder, "folder");
  EXPECT_EQ(task->data.kind, DataKind::Imdb);
  EXPECT_EQ(task->data.archive, "imdb.tar.gz");
  EXPECT_EQ(task->data.vocabulary, "v.txt");
  EXPECT_EQ(task->data.last_tokens, 200U);
  EXPECT_EQ(task->data.validation_fraction, 0.25);
  EXPECT_EQ(task->calibration.sequences, 500U);
  EXPECT_EQ(task->calibration.learning, 500U);
  EXPECT_EQ(task->calibration.confidence, 1);
  EXPECT_EQ(task->calibration.seed, 7U);
  EXPECT_EQ(task->metric.kind, MetricKind::Accuracy);
  EXPECT_EQ(task->metric.decision, Decision::Positive);
}

TEST(Task, ReadsText) {
  const auto task = parse_task(kText, "t.toml");
  ASSERT_TRUE(task) << task.error().message;
  EXPECT_EQ(task->data.kind, DataKind::Text);
  EXPECT_EQ(task->data.unit, TextUnit::Character);
  EXPECT_EQ(task->data.end_of_line, "");
  EXPECT_EQ(task->data.unknown, "<unk>");
  EXPECT_EQ(task->calibration.tokens, 20'000U);
  EXPECT_EQ(task->calibration.seed, 1U);
  EXPECT_EQ(task->metric.kind, MetricKind::Perplexity);
}

TEST(Task, ReadsNpz) {
  const auto task = parse_task(kNpz, "t.toml");
  ASSERT_TRUE(task) << task.error().message;
  EXPECT_EQ(task->data.kind, DataKind::Npz);
  EXPECT_EQ(task->data.validation, "/data/valid.npz");
  EXPECT_EQ(task->metric.kind, MetricKind::Rmse);
}

TEST(Task, NamesUnknownKeys) {
  EXPECT_EQ(error(replaced(kImdb, "name", "title = \"x\"\nname")),
            "t.toml: line 2: unknown key 'title'; known here: version, name, data, calibration, metric, graph");
  EXPECT_EQ(error(replaced(kImdb, "seed", "sed")),
            "t.toml: line 11: unknown key 'sed'; known here: sequences, learning, confidence, seed");
  EXPECT_EQ(error(replaced(kNpz, "kind = \"npz\"", "kind = \"npz\"\nunit = \"word\"")),
            "t.toml: line 5: unknown key 'unit'; known here: kind, train, validation, test");
  EXPECT_EQ(error(replaced(kText, "tokens = 20000", "sequences = 5")),
            "t.toml: line 12: unknown key 'sequences'; known here: tokens, learning, confidence, seed");
  EXPECT_EQ(error(replaced(kText, "kind = \"perplexity\"", "kind = \"perplexity\"\ntop = 5")),
            "t.toml: line 15: unknown key 'top'; known here: kind, decision");
}

TEST(Task, NamesMissingKeys) {
  EXPECT_EQ(error(""), "t.toml: line 1: version is missing");
  EXPECT_EQ(error(replaced(kImdb, "name = \"imdb\"", "")), "t.toml: line 1: name is missing");
  EXPECT_EQ(error("version = 1\nname = \"x\""), "t.toml: line 1: data is missing: add [data]");
  EXPECT_EQ(error(replaced(kImdb, "archive = \"imdb.tar.gz\"", "")),
            "t.toml: line 3: data.archive is missing");
  EXPECT_EQ(error(replaced(kText, "unit = \"character\"", "")), "t.toml: line 3: data.unit is missing");
  EXPECT_EQ(error(replaced(kNpz, "test = \"test.npz\"", "")), "t.toml: line 3: data.test is missing");
  EXPECT_EQ(error(replaced(kNpz, "sequences = 1", "")), "t.toml: line 8: calibration.sequences is missing");
  EXPECT_EQ(error(replaced(kNpz, "kind = \"rmse\"", "")), "t.toml: line 10: metric.kind is missing");
}

TEST(Task, NamesWrongTypes) {
  EXPECT_EQ(error(replaced(kImdb, "version = 1", "version = \"1\"")),
            "t.toml: line 1: version must be an integer");
  EXPECT_EQ(error(replaced(kImdb, "name = \"imdb\"", "name = 4")), "t.toml: line 2: name must be a string");
  EXPECT_EQ(error(replaced(kImdb, "= 200", "= 200.0")),
            "t.toml: line 7: data.last_tokens must be an integer");
  EXPECT_EQ(error(replaced(kImdb, "= 0.25", "= 1")),
            "t.toml: line 8: data.validation_fraction must be a number with a decimal point");
  EXPECT_EQ(error("version = 1\nname = \"x\"\ndata = 3"), "t.toml: line 3: data must be a table");
  EXPECT_EQ(error(replaced(kImdb, "\"imdb.tar.gz\"", "[\"imdb.tar.gz\"]")),
            "t.toml: line 5: data.archive must be a string");
}

TEST(Task, NamesImpossibleValues) {
  EXPECT_EQ(error(replaced(kImdb, "version = 1", "version = 2")),
            "t.toml: line 1: version is 2; 1 to 1 are possible");
  EXPECT_EQ(error(replaced(kImdb, "\"imdb\"\narchive", "\"csv\"\narchive")),
            "t.toml: line 4: data.kind is 'csv'; possible: npz, imdb, text");
  EXPECT_EQ(error(replaced(kImdb, "= 200", "= -1")),
            "t.toml: line 7: data.last_tokens is -1; 0 to 1000000000 are possible");
  EXPECT_EQ(error(replaced(kImdb, "= 500", "= 0")),
            "t.toml: line 10: calibration.sequences is 0; 1 to 1000000000 are possible");
  for (const char* const value : {"= 0.0", "= 1.0", "= nan", "= -inf"})
    EXPECT_NE(error(replaced(kImdb, "= 0.25", value)).find("it must be above 0 and below 1"),
              std::string::npos);
  EXPECT_EQ(error(replaced(kImdb, "seed = 7", "seed = -7")),
            "t.toml: line 11: calibration.seed is -7; 0 to 9223372036854775807 are possible");
  EXPECT_EQ(error(replaced(kImdb, "\"imdb.tar.gz\"", "\"\"")), "t.toml: line 5: data.archive is empty");
  EXPECT_EQ(error(replaced(kImdb, "imdb.tar.gz", "a\\u0000b")),
            "t.toml: line 5: data.archive holds a control character");
}

TEST(Task, RefusesAMetricTheDataHaveNoTargetsFor) {
  const std::string misfit = "does not fit data.kind: perplexity is for text, rmse and mae for npz";
  EXPECT_EQ(error(replaced(kNpz, "rmse", "perplexity")), "t.toml: line 11: metric.kind " + misfit);
  EXPECT_EQ(error(replaced(kText, "perplexity", "mae")), "t.toml: line 14: metric.kind " + misfit);
  EXPECT_EQ(error(replaced(kImdb, "\"accuracy\"", "\"rmse\"")), "t.toml: line 13: metric.kind " + misfit);
  EXPECT_EQ(error(replaced(kNpz, "\"rmse\"", "\"rmse\"\ndecision = \"argmax\"")),
            "t.toml: line 12: metric.decision is for the metric accuracy only");
  EXPECT_EQ(error(replaced(kText, "\"perplexity\"", "\"accuracy\"\ndecision = \"positive\"")),
            "t.toml: line 15: metric.decision 'positive' tells two classes apart, not tokens");
}

TEST(Task, RefusesALineEndSymbolAmongCharacters) {
  EXPECT_EQ(
      error(replaced(kText, "unknown = \"<unk>\"", "end_of_line = \"<eos>\"")),
      "t.toml: line 10: data.end_of_line is for unit = \"word\"; by characters the line end is a character");
}

TEST(Task, NamesTheLineThatIsNoToml) {
  EXPECT_TRUE(error("version = 1\nname = \n").starts_with("t.toml: line 2: "))
      << error("version = 1\nname = \n");
  EXPECT_NE(error("version = 1\nversion = 1\n"), "");
  EXPECT_NE(error(std::string("\0\xff\xfe", 3)), "");
  EXPECT_NE(error(std::string(100'000, '[')), "");
  EXPECT_NE(error("a = " + std::string(100'000, '{')), "");
}

// Damaged copies end in an answer, not in a crash (run under the sanitizers).
TEST(Task, SurvivesDamage) {
  SplitMix64 random(4);
  for (int i = 0; i < 3000; ++i) {
    std::string bad = kImdb;
    for (int k = 0; k < 3; ++k) bad[random.below(bad.size())] = static_cast<char>(random.below(256));
    const auto task = parse_task(bad, "t.toml");
    if (task) {
      EXPECT_FALSE(task->name.empty());
    }
  }
}

TEST(Task, ReadsEveryExample) {
  int count = 0;
  for (const auto& folder : std::filesystem::directory_iterator(FIXGATE_SOURCE_DIR "/examples")) {
    if (!folder.is_directory()) continue;
    for (const auto& file : std::filesystem::directory_iterator(folder)) {
      if (file.path().extension() != ".toml" || file.path().stem() != folder.path().filename()) continue;
      const auto task = read_task(file);
      EXPECT_TRUE(task) << task.error().message;
      ++count;
    }
  }
  EXPECT_GE(count, 2);
}

TEST(Task, NamesAMissingFile) {
  const auto task = read_task("absent.toml");
  ASSERT_FALSE(task);
  EXPECT_EQ(task.error().message, "absent.toml: no such file");
}

}  // namespace
}  // namespace fixgate
