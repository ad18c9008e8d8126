#include "data/text.h"

#include <gtest/gtest.h>

#include <numeric>

namespace fixgate {
namespace {

using Tokens = std::vector<std::int32_t>;

const Vocabulary& words() {
  static const auto vocabulary =
      Vocabulary::parse("<eos>\n<unk>\nto\nbe\nor\nnot\n", "v.txt", TextUnit::Word);
  return vocabulary.value();
}

Tokens tokens_of(std::string_view text, const TextSpec& spec, const Vocabulary& vocabulary) {
  const auto tokens = text_tokens(text, "t.txt", spec, vocabulary);
  EXPECT_TRUE(tokens) << tokens.error().message;
  return tokens.value_or(Tokens{});
}

std::string error_of(std::string_view text, const TextSpec& spec, const Vocabulary& vocabulary) {
  const auto tokens = text_tokens(text, "t.txt", spec, vocabulary);
  return tokens ? "" : tokens.error().message;
}

TEST(TextTokens, SplitsWordsAndEndsLines) {
  const TextSpec spec{TextUnit::Word, "<eos>", "<unk>"};
  EXPECT_EQ(tokens_of(" to be \n\tor  not\r\n", spec, words()), (Tokens{2, 3, 0, 4, 5, 0}));
}

TEST(TextTokens, EndsTheLastLineWithOrWithoutItsEnd) {
  const TextSpec spec{TextUnit::Word, "<eos>", ""};
  EXPECT_EQ(tokens_of("to\nbe", spec, words()), (Tokens{2, 0, 3, 0}));
  EXPECT_EQ(tokens_of("to\nbe\n", spec, words()), (Tokens{2, 0, 3, 0}));
  EXPECT_EQ(tokens_of("\n\n", spec, words()), (Tokens{0, 0}));
  EXPECT_EQ(tokens_of("", spec, words()), Tokens{});
}

TEST(TextTokens, LeavesLineEndsOutWhenThereIsNoSymbol) {
  EXPECT_EQ(tokens_of("to\nbe\n", {TextUnit::Word, "", ""}, words()), (Tokens{2, 3}));
}

TEST(TextTokens, MapsUnknownWords) {
  EXPECT_EQ(tokens_of("to err <unk>", {TextUnit::Word, "", "<unk>"}, words()), (Tokens{2, 1, 1}));
}

TEST(TextTokens, NamesAnUnknownWordAndItsLine) {
  const std::string message =
      "t.txt:2: 'err' is not in the vocabulary v.txt; add it there, or set data.unknown in the task";
  EXPECT_EQ(error_of("to\nerr", {TextUnit::Word, "", ""}, words()), message);
}

TEST(TextTokens, NamesAMissingEndOfLine) {
  EXPECT_EQ(error_of("to", {TextUnit::Word, "</s>", ""}, words()),
            "v.txt: has no line '</s>', the task's data.end_of_line");
}

// Also where the text would not need it.
TEST(TextTokens, NamesAMissingSymbolForUnknowns) {
  const auto characters = Vocabulary::parse("t\no\n", "v.txt", TextUnit::Character).value();
  const std::string message = "v.txt: has no line '<other>', the task's data.unknown";
  EXPECT_EQ(error_of("to", {TextUnit::Word, "", "<other>"}, words()), message);
  EXPECT_EQ(error_of("to", {TextUnit::Character, "", "<other>"}, characters), message);
}

TEST(TextTokens, SplitsCharactersAtCodePoints) {
  const auto characters = Vocabulary::parse("\\n\n \na\n\xc3\xa9\n", "v.txt", TextUnit::Character).value();
  const TextSpec spec{TextUnit::Character, "", ""};
  EXPECT_EQ(tokens_of("a \xc3\xa9\na", spec, characters), (Tokens{2, 1, 3, 0, 2}));
}

TEST(TextTokens, NamesAnUnknownCharacterAndBytesThatAreNotUtf8) {
  const auto characters = Vocabulary::parse("a\n\\n\n", "v.txt", TextUnit::Character).value();
  const TextSpec spec{TextUnit::Character, "", ""};
  EXPECT_EQ(error_of("a\na\tb", spec, characters),
            "t.txt:2: '\\t' is not in the vocabulary v.txt; add it there, or set data.unknown in the task");
  EXPECT_EQ(error_of("a\n\n\xc3", spec, characters), "t.txt:3: is not UTF-8");
}

TEST(TextTokens, MapsUnknownCharacters) {
  const auto characters = Vocabulary::parse("a\n<unk>\n", "v.txt", TextUnit::Character).value();
  EXPECT_EQ(tokens_of("a\xc3\xa9", {TextUnit::Character, "", "<unk>"}, characters), (Tokens{0, 1}));
}

TEST(Stream, ShiftsTargetsByOneToken) {
  const DataSet set = stream(Tokens{5, 6, 7}, "t.txt");
  EXPECT_TRUE(set.is_stream);
  ASSERT_EQ(set.samples.size(), 1U);
  EXPECT_EQ(set.samples[0].sequence.tokens, (Tokens{5, 6}));
  EXPECT_EQ(set.samples[0].target.next_tokens, (Tokens{6, 7}));
  EXPECT_EQ(set.samples[0].name, "t.txt: tokens 0 to 1");
}

TEST(Stream, CutsChunksWithoutLosingAToken) {
  for (const std::size_t count : {kStreamChunk, kStreamChunk + 1, kStreamChunk + 2, 2 * kStreamChunk + 5}) {
    Tokens tokens(count);
    std::iota(tokens.begin(), tokens.end(), 0);
    const DataSet set = stream(tokens, "t.txt");
    std::int32_t next = 0;
    for (const Sample& sample : set.samples) {
      EXPECT_LE(sample.sequence.steps(), kStreamChunk);
      EXPECT_EQ(sample.sequence.steps(), sample.target.next_tokens.size());
      for (std::size_t t = 0; t < sample.sequence.steps(); ++t) {
        EXPECT_EQ(sample.sequence.tokens[t], next++);
        EXPECT_EQ(sample.target.next_tokens[t], next);
      }
    }
    EXPECT_EQ(static_cast<std::size_t>(next), count - 1);
  }
}

TEST(Stream, NamesThePlaceInTheText) {
  const DataSet set = stream(Tokens(kStreamChunk + 2, 1), "t.txt", 100);
  ASSERT_EQ(set.samples.size(), 2U);
  EXPECT_EQ(set.samples[0].name, "t.txt: tokens 100 to 611");
  EXPECT_EQ(set.samples[1].name, "t.txt: tokens 612 to 612");
}

}  // namespace
}  // namespace fixgate
