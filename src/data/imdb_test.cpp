#include "data/imdb.h"

#include "data/test_folder.h"

namespace fixgate {
namespace {

using Tokens = std::vector<std::int32_t>;

const Vocabulary& words() {
  static const auto vocabulary = Vocabulary::parse("<unk>\nit's\na\n10\nfilm\nbr\n", "v.txt", TextUnit::Word);
  return vocabulary.value();
}

TEST(ImdbTokens, LowersAndSplits) {
  EXPECT_EQ(imdb_tokens("It's a 10-FILM!", words(), 0), (Tokens{1, 2, 3, 4}));
  EXPECT_EQ(imdb_tokens("a\xc3\xa9"
                        "a",
                        words(), 0),
            (Tokens{2, 2}));
  EXPECT_EQ(imdb_tokens("unheard of", words(), 0), (Tokens{0, 0}));
  EXPECT_EQ(imdb_tokens("", words(), 0), Tokens{});
  EXPECT_EQ(imdb_tokens("... \xff !", words(), 0), Tokens{});
}

TEST(ImdbTokens, TakesLineBreaksOutAsTheyAreWritten) {
  EXPECT_EQ(imdb_tokens("a<br />film<BR />a", words(), 0), (Tokens{2, 4, 2}));
  EXPECT_EQ(imdb_tokens("<br />", words(), 0), Tokens{});
  EXPECT_EQ(imdb_tokens("a <br/> a", words(), 0), (Tokens{2, 5, 2}));
  EXPECT_EQ(imdb_tokens("a <br /", words(), 0), (Tokens{2, 5}));
}

class Imdb : public TestFolder {
 protected:
  [[nodiscard]] std::string error(const Files& files) const {
    const auto read = read_imdb(store_tar_gz("a.tar.gz", files), ImdbPart::Train, words(), 0);
    return read ? "" : read.error().message;
  }

  [[nodiscard]] std::string path() const { return (folder_ / "a.tar.gz").string(); }
};

TEST_F(Imdb, ReadsOnePartSortedByPath) {
  const auto archive = store_tar_gz("a.tar.gz", {{"aclImdb/README", "a"},
                                                 {"aclImdb/train/pos/10_9.txt", "a film"},
                                                 {"aclImdb/train/unsup/0_0.txt", "a"},
                                                 {"aclImdb/train/urls_pos.txt", "a"},
                                                 {"aclImdb/train/labeledBow.feat", "a"},
                                                 {"aclImdb/train/pos/._10_9.txt", "a"},
                                                 {"aclImdb/test/neg/0_1.txt", "it's a 10 a 10"},
                                                 {"aclImdb/test/pos/0_9.txt", "film film"},
                                                 {"aclImdb/train/neg/2_1.txt", "10"}});
  const auto train = read_imdb(archive, ImdbPart::Train, words(), 0);
  ASSERT_TRUE(train) << train.error().message;
  ASSERT_EQ(train->size(), 2U);
  EXPECT_EQ(train->at(0).name, "aclImdb/train/neg/2_1.txt");
  EXPECT_EQ(train->at(0).target.label, 0);
  EXPECT_EQ(train->at(1).sequence.tokens, (Tokens{2, 4}));
  EXPECT_EQ(train->at(1).target.label, 1);
  const auto test = read_imdb(archive, ImdbPart::Test, words(), 3);
  ASSERT_TRUE(test) << test.error().message;
  EXPECT_EQ(test->at(0).sequence.tokens, (Tokens{3, 2, 3}));
  EXPECT_EQ(test->at(1).sequence.tokens, (Tokens{4, 4}));
}

TEST_F(Imdb, RefusesAnotherArchive) {
  EXPECT_EQ(
      error({{"other/file.txt", "a"}}),
      path() +
          ": holds no review aclImdb/train/pos/ID_RATING.txt; the archive of the Large Movie Review Dataset "
          "(aclImdb_v1.tar.gz) is needed");
  EXPECT_NE(error({{"aclImdb/train/pos/1_9.txt", "a"}}).find("holds no review aclImdb/train/neg/"),
            std::string::npos);
  EXPECT_FALSE(read_imdb(store("a.tar.gz", "text"), ImdbPart::Train, words(), 0));
  EXPECT_FALSE(read_imdb(store_zip("a.zip", {{"a", "a"}}), ImdbPart::Train, words(), 0));
  EXPECT_FALSE(read_imdb(folder_ / "absent", ImdbPart::Train, words(), 0));
}

TEST_F(Imdb, NamesAReviewThatCannotBeUsed) {
  const std::pair<std::string, std::string> good{"aclImdb/train/neg/0_1.txt", "a"};
  EXPECT_EQ(error({good, {"aclImdb/train/pos/1_9.txt", "..."}}),
            path() + ": aclImdb/train/pos/1_9.txt: holds no word");
  EXPECT_EQ(error({good, {"aclImdb/train/pos/1_9.txt", "a"}, good}),
            path() + ": holds aclImdb/train/neg/0_1.txt twice");
  EXPECT_EQ(error({good, {"aclImdb/train/pos/1_9.txt", std::string(2 << 20, 'a')}}),
            path() + ": aclImdb/train/pos/1_9.txt: more than the 1048576 bytes that are read");
}

TEST_F(Imdb, NeedsATokenForUnknownWords) {
  const auto archive = store_tar_gz("a.tar.gz", {{"aclImdb/train/neg/0_1.txt", "a"}});
  const auto vocabulary = Vocabulary::parse("a\n", "v.txt", TextUnit::Word);
  ASSERT_TRUE(vocabulary);
  const auto read = read_imdb(archive, ImdbPart::Train, *vocabulary, 0);
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().message, "v.txt: has no line '<unk>', the token of unknown words");
}

}  // namespace
}  // namespace fixgate
