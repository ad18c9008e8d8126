// The Large Movie Review Dataset (Maas et al., ACL 2011), read from its archive without unpacking it.
#pragma once

#include <filesystem>
#include <string_view>
#include <vector>

#include "data/sequence.h"
#include "data/vocabulary.h"
#include "diagnostic/error.h"

namespace fixgate {

enum class ImdbPart { Train, Test };

/// The reviews aclImdb/<part>/{pos,neg}/ID_RATING.txt of a .tar.gz, sorted by path; every other file (the
/// unsupervised part, URLs, bags of words) is skipped. Label 1: positive. At most `last_tokens` tokens of
/// each review's end; 0: all. Errors: not a tar archive, damaged, no positive or no negative review, the same
/// review twice, a review without a word.
Result<std::vector<Sample>> read_imdb(const std::filesystem::path& archive, ImdbPart part,
                                      const Vocabulary& vocabulary, std::size_t last_tokens);

/// The tokens of a review: ASCII letters lower-cased, "<br />" as a space, words are the maximal runs of
/// [a-z0-9']; `unknown` where the vocabulary lacks the word.
std::vector<std::int32_t> imdb_tokens(std::string_view review, const Vocabulary& vocabulary,
                                      std::int32_t unknown);

}  // namespace fixgate
