#include "data/vocabulary.h"

#include <gtest/gtest.h>

#include "data/test_folder.h"

namespace fixgate {
namespace {

std::string parse_error(std::string_view text, TextUnit unit) {
  const auto vocabulary = Vocabulary::parse(text, "v.txt", unit);
  return vocabulary ? "" : vocabulary.error().message;
}

TEST(Vocabulary, NumbersTheLinesFromZero) {
  const auto words = Vocabulary::parse("<unk>\nthe\nit's", "v.txt", TextUnit::Word);
  ASSERT_TRUE(words) << words.error().message;
  EXPECT_EQ(words->size(), 3U);
  EXPECT_EQ(words->find("<unk>"), 0);
  EXPECT_EQ(words->find("it's"), 2);
  EXPECT_EQ(words->find("The"), std::nullopt);
  EXPECT_EQ(words->find(""), std::nullopt);
}

TEST(Vocabulary, TakesWordsAsTheyStand) {
  const auto words = Vocabulary::parse("1\\/2\r\n\\n\r\n", "v.txt", TextUnit::Word);
  ASSERT_TRUE(words) << words.error().message;
  EXPECT_EQ(words->find("1\\/2"), 0);
  EXPECT_EQ(words->find("\\n"), 1);
}

TEST(Vocabulary, ReadsEscapesAndTheSpaceOfCharacters) {
  const auto characters =
      Vocabulary::parse("\\n\n \n\\t\n\\\\\n\\r\n\xc3\xa9\n<unk>\n<\n", "v.txt", TextUnit::Character);
  ASSERT_TRUE(characters) << characters.error().message;
  const std::vector<std::string> symbols{"\n", " ", "\t", "\\", "\r", "\xc3\xa9", "<unk>", "<"};
  for (std::size_t i = 0; i < symbols.size(); ++i)
    EXPECT_EQ(characters->find(symbols[i]), static_cast<std::int32_t>(i)) << symbols[i];
}

TEST(Vocabulary, RefusesDuplicates) {
  EXPECT_EQ(parse_error("a\nb\na\n", TextUnit::Word), "v.txt:3: 'a' stands on line 1 too");
  EXPECT_EQ(parse_error("a\nb\nb\n", TextUnit::Character), "v.txt:3: 'b' stands on line 2 too");
}

TEST(Vocabulary, RefusesWhatIsNoSymbol) {
  EXPECT_EQ(parse_error("", TextUnit::Word), "v.txt: holds no symbol; every line is one");
  EXPECT_EQ(parse_error("a\n\nb\n", TextUnit::Word), "v.txt:2: an empty line; every line holds one word");
  EXPECT_EQ(parse_error("a b\n", TextUnit::Word),
            "v.txt:1: 'a b' holds white space; every line holds one word");
  EXPECT_EQ(parse_error("\n", TextUnit::Character),
            "v.txt:1: an empty line; the end of a line is written \\n");
  EXPECT_EQ(parse_error("ab\n", TextUnit::Character), "v.txt:1: 'ab' is not one UTF-8 character");
  EXPECT_EQ(parse_error("\xff\n", TextUnit::Character), "v.txt:1: '\xff' is not one UTF-8 character");
  EXPECT_EQ(parse_error("\\x\n", TextUnit::Character),
            "v.txt:1: '\\x' is no escape; \\n, \\t, \\r and \\\\ are");
}

TEST(Vocabulary, NamesAMissingFile) {
  const auto vocabulary = Vocabulary::read("absent/v.txt", TextUnit::Word);
  ASSERT_FALSE(vocabulary);
  EXPECT_EQ(vocabulary.error().message, "absent/v.txt: no such file");
}

TEST(Vocabulary, ReadsTheSharedOnes) {
  FIXGATE_NEEDS_SHARED();
  for (const char* const name : {"imdb-vocab.txt", "ptb-vocab.txt"}) {
    const auto vocabulary = Vocabulary::read(shared_folder() / "models" / name, TextUnit::Word);
    ASSERT_TRUE(vocabulary) << vocabulary.error().message;
    EXPECT_EQ(vocabulary->size(), 10'000U);
  }
}

}  // namespace
}  // namespace fixgate
