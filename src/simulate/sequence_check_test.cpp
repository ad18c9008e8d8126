#include "simulate/sequence_check.h"

#include <gtest/gtest.h>

#include <limits>

namespace fixgate {
namespace {

std::string error_of(const Sequence& sequence, bool takes_tokens, std::int64_t inputs) {
  const auto checked = check_sequence(sequence, takes_tokens, inputs);
  return checked ? "" : checked.error().message;
}

Sequence features(Eigen::Index steps, Eigen::Index inputs, float value) {
  Sequence sequence;
  sequence.features = FloatMatrix::Constant(steps, inputs, value);
  return sequence;
}

Sequence tokens(std::vector<std::int32_t> values) {
  Sequence sequence;
  sequence.tokens = std::move(values);
  return sequence;
}

TEST(CheckSequence, AcceptsWhatFits) {
  EXPECT_EQ(error_of(features(3, 2, 0.5F), false, 2), "");
  EXPECT_EQ(error_of(features(1, 2, std::numeric_limits<float>::max()), false, 2), "");
  EXPECT_EQ(error_of(tokens({0, 4}), true, 5), "");
}

TEST(CheckSequence, RefusesNoSteps) {
  EXPECT_EQ(error_of({}, false, 2), "a sequence of no steps");
  EXPECT_EQ(error_of({}, true, 2), "a sequence of no steps");
  EXPECT_EQ(error_of(features(0, 2, 0), false, 2), "a sequence of no steps");
}

TEST(CheckSequence, RefusesTheOtherKind) {
  EXPECT_EQ(error_of(features(3, 2, 0), true, 2), "the network reads tokens, the data has features");
  EXPECT_EQ(error_of(tokens({1}), false, 2), "the network reads features, the data has tokens");
}

TEST(CheckSequence, RefusesAnotherNumberOfFeatures) {
  EXPECT_EQ(error_of(features(3, 2, 0), false, 3), "the network reads 3 features a step, the data has 2");
}

TEST(CheckSequence, RefusesTokensOutsideTheVocabulary) {
  EXPECT_EQ(error_of(tokens({0, 5}), true, 5), "token 5 is outside the network's vocabulary of 5");
  EXPECT_EQ(error_of(tokens({-1}), true, 5), "token -1 is outside the network's vocabulary of 5");
}

TEST(CheckSequence, RefusesWhatIsNotFinite) {
  for (const float value : {std::numeric_limits<float>::infinity(), -std::numeric_limits<float>::infinity(),
                            std::numeric_limits<float>::quiet_NaN()}) {
    Sequence sequence = features(3, 2, 0);
    sequence.features(2, 1) = value;
    EXPECT_EQ(error_of(sequence, false, 2), "a feature that is not a finite number");
  }
}

// Also where the symbols that are too many do not occur.
TEST(CheckVocabulary, RefusesMoreSymbolsThanTheNetworkKnows) {
  DataSet data;
  data.vocabulary = "v.txt";
  data.symbols = 5;
  EXPECT_TRUE(check_vocabulary(data, true, 5));
  EXPECT_TRUE(check_vocabulary(data, true, 6)) << "a network may know symbols that the data never have";
  EXPECT_TRUE(check_vocabulary(data, false, 2)) << "no tokens: check_sequence() says what is wrong";
  const auto checked = check_vocabulary(data, true, 4);
  ASSERT_FALSE(checked);
  EXPECT_EQ(checked.error().message,
            "v.txt: holds 5 symbols, but the network knows 4 tokens: give the vocabulary of its training");
}

TEST(CheckSteps, NamesTheSequenceThatDoesNotFit) {
  const DataSet data{{{features(5, 2, 0), {}, "first"}, {features(3, 2, 0), {}, "second"}}, false};
  EXPECT_TRUE(check_steps({}, data));
  const auto checked = check_steps({5, false}, data);
  ASSERT_FALSE(checked);
  EXPECT_TRUE(checked.error().message.starts_with(
      "second: the network's graph is for exactly 5 steps, the data has 3"))
      << checked.error().message;
}

TEST(CheckSteps, CountsAStreamAsOne) {
  const DataSet data{{{features(5, 2, 0), {}, "first"}, {features(3, 2, 0), {}, "second"}}, true};
  EXPECT_TRUE(check_steps({8, false}, data));
  EXPECT_TRUE(check_steps({4, true}, data));
  EXPECT_FALSE(check_steps({5, true}, data));
  EXPECT_FALSE(check_steps({4, false}, data));
}

}  // namespace
}  // namespace fixgate
