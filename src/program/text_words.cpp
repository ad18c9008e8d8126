#include "program/text_words.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace fixgate::program {
namespace {

// What a line or a right side can begin with.
constexpr std::array<std::string_view, 25> kKeywords{
    "network", "clock",  "input",   "layer",   "matrix",  "constant", "state",      "output", "weights",
    "values",  "table",  "initial", "segment", "entries", "plan",     "parameters", "origin", "max",
    "min",     "concat", "view",    "gather",  "pad",     "block",    "join"};

}  // namespace

bool is_keyword(std::string_view word) {
  return std::ranges::find(kKeywords, word) != kKeywords.end();
}

bool is_name_character(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '/';
}

}  // namespace fixgate::program
