#include "data/load.h"

#include <set>

#include "data/test_folder.h"
#include "data/test_npy.h"
#include "data/text.h"

namespace fixgate {
namespace {

using Tokens = std::vector<std::int32_t>;

std::vector<std::string> names(const DataSet& set) {
  std::vector<std::string> all;
  for (const Sample& sample : set.samples) all.push_back(sample.name);
  return all;
}

std::set<std::string> name_set(const DataSet& set) {
  const auto all = names(set);
  return {all.begin(), all.end()};
}

class Load : public TestFolder {
 protected:
  [[nodiscard]] DataSet load(const Task& task, Part part) const {
    auto set = load_data(task, part, folder_);
    EXPECT_TRUE(set) << set.error().message;
    return set.value_or(DataSet{});
  }

  [[nodiscard]] std::string error(const Task& task, Part part) const {
    const auto set = load_data(task, part, folder_);
    return set ? "" : set.error().message;
  }

  // 20 reviews a part; review i of the training part is the word i.
  [[nodiscard]] Task imdb() const {
    std::string vocabulary = "<unk>\n";
    Files files;
    for (int i = 0; i < 20; ++i) {
      const std::string end = (i % 2 == 0 ? "/pos/" : "/neg/") + std::to_string(i) + "_5.txt";
      vocabulary += std::to_string(i) + "\n";
      files.emplace_back("aclImdb/train" + end, std::to_string(i));
      files.emplace_back("aclImdb/test" + end, "x");
    }
    std::ignore = store_tar_gz("a.tar.gz", files);
    std::ignore = store("v.txt", vocabulary);
    Task task;
    task.data.kind = DataKind::Imdb;
    task.data.archive = "a.tar.gz";
    task.data.vocabulary = "v.txt";
    task.data.validation_fraction = 0.25;
    task.calibration.sequences = 6;
    return task;
  }

  // Twelve sequences of one step, of class 0 or 1.
  [[nodiscard]] Task npz() const {
    const Files files{{"inputs.npy", npy<float>("<f4", "(12, 1, 1)", std::vector<float>(12))},
                      {"targets.npy", npy<std::uint8_t>("|b1", "(12,)", std::vector<std::uint8_t>(12))}};
    for (const char* const name : {"train.npz", "valid.npz", "test.npz"})
      std::ignore = store_zip(name, files);
    Task task;
    task.data.train = "train.npz";
    task.data.validation = "valid.npz";
    task.data.test = "test.npz";
    task.calibration.sequences = 5;
    task.metric.decision = Decision::Positive;
    return task;
  }

  // A training text of 100 different words.
  [[nodiscard]] Task text() const {
    std::string words;
    for (int i = 0; i < 100; ++i) words += std::to_string(i) + "\n";
    for (const char* const name : {"v.txt", "train.txt"}) std::ignore = store(name, words);
    std::ignore = store("valid.txt", "3 2 1\n");
    std::ignore = store("test.txt", "9\n");
    Task task;
    task.data.kind = DataKind::Text;
    task.data.train = "train.txt";
    task.data.validation = "valid.txt";
    task.data.test = "test.txt";
    task.data.vocabulary = "v.txt";
    task.calibration.tokens = 20;
    task.metric.kind = MetricKind::Perplexity;
    return task;
  }
};

TEST_F(Load, KeepsImdbsPartsApart) {
  const Task task = imdb();
  const DataSet validation = load(task, Part::Validation);
  const DataSet calibration = load(task, Part::Calibration);
  EXPECT_EQ(validation.samples.size(), 5U);
  EXPECT_EQ(calibration.samples.size(), 6U);
  EXPECT_EQ(load(task, Part::Test).samples.size(), 20U);
  auto both = name_set(validation);
  both.merge(name_set(calibration));
  EXPECT_EQ(both.size(), 11U);
  for (const std::string& name : both) EXPECT_TRUE(name.starts_with("aclImdb/train/")) << name;
}

TEST_F(Load, DrawsTheSameForTheSameSeed) {
  Task task = imdb();
  const auto first = names(load(task, Part::Calibration));
  EXPECT_EQ(names(load(task, Part::Calibration)), first);
  task.calibration.sequences = 15;
  const auto more = names(load(task, Part::Calibration));
  EXPECT_TRUE(std::equal(first.begin(), first.end(), more.begin()));
  task.calibration.seed = 2;
  EXPECT_NE(names(load(task, Part::Calibration)), more);
}

TEST_F(Load, DrawsForLearningFromTheTrainingPartToo) {
  Task task = imdb();
  task.calibration.learning = 12;
  const auto calibration = names(load(task, Part::Calibration));
  const DataSet learning = load(task, Part::Learning);
  const auto more = names(learning);
  EXPECT_EQ(more.size(), 12U);
  EXPECT_TRUE(std::equal(calibration.begin(), calibration.end(), more.begin()));
  auto all = name_set(learning);
  all.merge(name_set(load(task, Part::Validation)));
  EXPECT_EQ(all.size(), 17U);
  task.calibration.learning = 16;
  EXPECT_NE(error(task, Part::Learning).find("calibration.learning is 16"), std::string::npos);
  Task of_text = text();
  of_text.calibration.learning = 50;
  EXPECT_EQ(load(of_text, Part::Learning).samples[0].sequence.steps(), 50U);
}

TEST_F(Load, RefusesMoreCalibrationThanThereIs) {
  Task task = imdb();
  task.calibration.sequences = 16;
  EXPECT_EQ(
      error(task, Part::Calibration),
      (folder_ / "a.tar.gz").string() + ": calibration.sequences is 16, but the training part has only 15");
  task.data.validation_fraction = 0.01;
  EXPECT_NE(error(task, Part::Validation).find("leaves validation or training empty"), std::string::npos);
}

TEST_F(Load, DrawsNpzCalibrationFromTheTrainingFile) {
  const Task task = npz();
  const DataSet calibration = load(task, Part::Calibration);
  EXPECT_EQ(name_set(calibration).size(), 5U);
  for (const auto& name : names(calibration))
    EXPECT_NE(name.find("train.npz: sequence"), std::string::npos) << name;
  EXPECT_EQ(load(task, Part::Validation).samples.size(), 12U);
  EXPECT_EQ(load(task, Part::Test).samples.at(3).name, (folder_ / "test.npz").string() + ": sequence 3");
}

TEST_F(Load, RefusesTargetsTheMetricCannotUse) {
  Task task = npz();
  task.metric.kind = MetricKind::Rmse;
  EXPECT_EQ(error(task, Part::Test),
            (folder_ / "test.npz").string() + ": sequence 0: the metric rmse needs float targets");
  task.metric.kind = MetricKind::Accuracy;
  std::ignore = store_zip("test.npz", {{"inputs.npy", npy<float>("<f4", "(1, 1, 1)", {0})},
                                       {"targets.npy", npy<std::uint8_t>("|u1", "(1,)", {2})}});
  EXPECT_EQ(error(task, Part::Test),
            (folder_ / "test.npz").string() +
                ": sequence 0: class 2, but decision 'positive' knows the classes 0 and 1");
}

TEST_F(Load, CutsOneStretchOfTextForCalibration) {
  Task task = text();
  const DataSet set = load(task, Part::Calibration);
  EXPECT_TRUE(set.is_stream);
  ASSERT_EQ(set.samples.size(), 1U);
  const Tokens& tokens = set.samples[0].sequence.tokens;
  ASSERT_EQ(tokens.size(), 20U);
  for (std::size_t t = 0; t < 20; ++t) EXPECT_EQ(tokens[t], tokens[0] + static_cast<std::int32_t>(t));
  EXPECT_EQ(set.samples[0].name,
            fmt::format("{}: tokens {} to {}", (folder_ / "train.txt").string(), tokens[0], tokens[0] + 19));
  task.calibration.seed = 2;
  EXPECT_NE(load(task, Part::Calibration).samples[0].sequence.tokens, tokens);
}

TEST_F(Load, UsesAllOfATextAtMost) {
  Task task = text();
  task.calibration.tokens = 99;
  EXPECT_EQ(load(task, Part::Calibration).samples[0].target.next_tokens.back(), 99);
  task.calibration.tokens = 100;
  EXPECT_EQ(error(task, Part::Calibration),
            (folder_ / "train.txt").string() + ": calibration.tokens is 100, but the text has only 99 steps");
}

TEST_F(Load, StreamsWholeTexts) {
  const DataSet set = load(text(), Part::Validation);
  EXPECT_TRUE(set.is_stream);
  EXPECT_EQ(set.samples.at(0).sequence.tokens, (Tokens{3, 2}));
  EXPECT_EQ(set.samples.at(0).target.next_tokens, (Tokens{2, 1}));
  EXPECT_EQ(error(text(), Part::Test),
            (folder_ / "test.txt").string() + ": holds 1 tokens; two or more are needed");
}

TEST_F(Load, StartsAtTheTaskFileUnlessTold) {
  Task task = text();
  task.folder = folder_;
  EXPECT_TRUE(load_data(task, Part::Validation, ""));
  task.folder = "elsewhere";
  EXPECT_FALSE(load_data(task, Part::Validation, ""));
  EXPECT_TRUE(load_data(task, Part::Validation, folder_));
  task.data.validation = folder_ / "valid.txt";
  task.data.vocabulary = folder_ / "v.txt";
  EXPECT_TRUE(load_data(task, Part::Validation, ""));
}

TEST_F(Load, NamesMissingFiles) {
  Task task = text();
  task.data.test = "absent.txt";
  EXPECT_EQ(error(task, Part::Test), (folder_ / "absent.txt").string() + ": no such file");
  task.data.vocabulary = "absent-vocabulary.txt";
  EXPECT_EQ(error(task, Part::Test), (folder_ / "absent-vocabulary.txt").string() + ": no such file");
}

Result<DataSet> load_example(const std::string& name, Part part) {
  FIXGATE_ASSIGN(const Task task, read_task(FIXGATE_SOURCE_DIR "/examples/" + name + "/" + name + ".toml"));
  return load_data(task, part, shared_folder());
}

std::size_t all_steps(const DataSet& set) {
  std::size_t steps = 0;
  for (const Sample& sample : set.samples) steps += sample.sequence.steps();
  return steps;
}

// Every example that brings its data with it.
TEST(Examples, LoadWhole) {
  int count = 0;
  for (const auto& folder : std::filesystem::directory_iterator(FIXGATE_SOURCE_DIR "/examples")) {
    const std::filesystem::path file = folder.path() / (folder.path().filename().string() + ".toml");
    if (!std::filesystem::exists(file)) continue;
    const auto task = read_task(file);
    ASSERT_TRUE(task) << task.error().message;
    if (task->data.train.empty() || !std::filesystem::exists(task->folder / task->data.train)) continue;
    for (const Part part : {Part::Calibration, Part::Validation, Part::Test}) {
      const auto set = load_data(*task, part, "");
      ASSERT_TRUE(set) << set.error().message;
      EXPECT_FALSE(set->samples.empty());
    }
    ++count;
  }
  if (count == 0) GTEST_SKIP() << "no example brings its data with it";
}

TEST(SharedImdb, HasItsReviews) {
  FIXGATE_NEEDS_SHARED();
  const auto test = load_example("imdb", Part::Test);
  ASSERT_TRUE(test) << test.error().message;
  EXPECT_EQ(test->samples.size(), 25'000U);
  std::size_t positive = 0;
  for (const Sample& sample : test->samples) {
    positive += sample.target.label == 1 ? 1 : 0;
    EXPECT_LE(sample.sequence.steps(), 200U);
  }
  EXPECT_EQ(positive, 12'500U);
  EXPECT_EQ(all_steps(*test), 3'956'390U);  // counted by an independent reader in Python
}

TEST(SharedImdb, KeepsCalibrationAndValidationApart) {
  FIXGATE_NEEDS_SHARED();
  const auto validation = load_example("imdb", Part::Validation);
  const auto calibration = load_example("imdb", Part::Calibration);
  ASSERT_TRUE(validation && calibration);
  EXPECT_EQ(validation->samples.size(), 2'500U);
  EXPECT_EQ(calibration->samples.size(), 500U);
  auto both = name_set(*validation);
  both.merge(name_set(*calibration));
  EXPECT_EQ(both.size(), 3'000U);
}

TEST(SharedPtb, HasItsPredictions) {
  FIXGATE_NEEDS_SHARED();
  const auto test = load_example("ptb", Part::Test);
  const auto validation = load_example("ptb", Part::Validation);
  const auto calibration = load_example("ptb", Part::Calibration);
  ASSERT_TRUE(test && validation && calibration);
  EXPECT_EQ(all_steps(*test), 82'429U);
  EXPECT_EQ(all_steps(*validation), 73'759U);
  EXPECT_EQ(all_steps(*calibration), 20'000U);
  EXPECT_TRUE(test->is_stream && validation->is_stream && calibration->is_stream);
}

}  // namespace
}  // namespace fixgate
