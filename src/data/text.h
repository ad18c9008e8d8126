// Language-model text: one stream of tokens, by words or by characters.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/sequence.h"
#include "data/vocabulary.h"
#include "diagnostic/error.h"

namespace fixgate {

/// How text becomes tokens.
struct TextSpec {
  TextUnit unit = TextUnit::Word;
  std::string end_of_line;  // by words: the symbol after each line; empty: none
  std::string unknown;      // the symbol for what the vocabulary does not have; empty: none
};

/// Steps of one sample of a stream.
inline constexpr std::size_t kStreamChunk = 512;

/// The tokens of a text. Words are split at ASCII white space; characters are UTF-8 code points, line ends
/// included. Errors name `name` and the line: a symbol that neither the vocabulary nor `unknown` covers,
/// `end_of_line` not in the vocabulary, bytes that are not UTF-8 (by characters).
Result<std::vector<std::int32_t>> text_tokens(std::string_view text, const std::string& name,
                                              const TextSpec& spec, const Vocabulary& vocabulary);

/// A stream of samples of at most kStreamChunk steps: step t reads tokens[t] and predicts tokens[t + 1], so N
/// tokens give N - 1 predictions. `first` is the place of tokens[0] in the text, for the names. Needs two
/// tokens.
DataSet stream(std::span<const std::int32_t> tokens, const std::string& name, std::size_t first = 0);

}  // namespace fixgate
