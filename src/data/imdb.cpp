#include "data/imdb.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "data/archive.h"

namespace fixgate {
namespace {

constexpr std::uint64_t kReviewLimit = std::uint64_t{1} << 20;
constexpr std::string_view kBreak = "<br />";

bool is_number(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char digit) { return digit >= '0' && digit <= '9'; });
}

// ID_RATING.txt
bool is_review_name(std::string_view name) {
  if (!name.ends_with(".txt")) return false;
  name.remove_suffix(4);
  const auto split = name.find('_');
  return split != std::string_view::npos && is_number(name.substr(0, split)) &&
         is_number(name.substr(split + 1));
}

// The label of a review of `part` (1: positive); none for any other file.
std::optional<std::int64_t> review_label(std::string_view path, ImdbPart part) {
  const std::string_view folder = part == ImdbPart::Train ? "aclImdb/train/" : "aclImdb/test/";
  if (!path.starts_with(folder)) return std::nullopt;
  path.remove_prefix(folder.size());
  if (!is_review_name(path.substr(std::min(path.size(), std::size_t{4})))) return std::nullopt;
  if (path.starts_with("pos/")) return 1;
  if (path.starts_with("neg/")) return 0;
  return std::nullopt;
}

char lower(char symbol) {
  return symbol >= 'A' && symbol <= 'Z' ? static_cast<char>(symbol - 'A' + 'a') : symbol;
}

bool is_word(char symbol) {
  return (symbol >= 'a' && symbol <= 'z') || (symbol >= '0' && symbol <= '9') || symbol == '\'';
}

bool is_break(std::string_view rest) {
  return rest.size() >= kBreak.size() &&
         std::equal(kBreak.begin(), kBreak.end(), rest.begin(), [](char a, char b) { return a == lower(b); });
}

Sample make_sample(std::vector<std::int32_t> tokens, std::int64_t label, std::size_t last_tokens,
                   const std::string& name) {
  if (last_tokens != 0 && tokens.size() > last_tokens)
    tokens.erase(tokens.begin(), tokens.end() - static_cast<std::ptrdiff_t>(last_tokens));
  Sample sample;
  sample.sequence.tokens = std::move(tokens);
  sample.target.label = label;
  sample.name = name;
  return sample;
}

Result<void> check_complete(const std::vector<Sample>& samples, const std::string& archive, ImdbPart part) {
  std::array<bool, 2> has{};
  for (const Sample& sample : samples) has[sample.target.label == 1 ? 1 : 0] = true;
  if (has[0] && has[1]) return {};
  return fail(
      "{}: holds no review aclImdb/{}/{}/ID_RATING.txt; the archive of the Large Movie Review Dataset "
      "(aclImdb_v1.tar.gz) "
      "is needed",
      archive, part == ImdbPart::Train ? "train" : "test", has[1] ? "neg" : "pos");
}

Result<void> sort_by_path(std::vector<Sample>& samples, const std::string& archive) {
  const auto by_name = [](const Sample& a, const Sample& b) { return a.name < b.name; };
  std::sort(samples.begin(), samples.end(), by_name);
  const auto twice = std::adjacent_find(samples.begin(), samples.end(),
                                        [](const Sample& a, const Sample& b) { return a.name == b.name; });
  if (twice != samples.end()) return fail("{}: holds {} twice", archive, twice->name);
  return {};
}

}  // namespace

std::vector<std::int32_t> imdb_tokens(std::string_view review, const Vocabulary& vocabulary,
                                      std::int32_t unknown) {
  std::vector<std::int32_t> tokens;
  std::string word;
  const auto end_word = [&] {
    if (!word.empty()) tokens.push_back(vocabulary.find(word).value_or(unknown));
    word.clear();
  };
  for (std::size_t i = 0; i < review.size(); ++i) {
    const char symbol = lower(review[i]);
    if (is_word(symbol)) {
      word.push_back(symbol);
      continue;
    }
    end_word();
    if (is_break(review.substr(i))) i += kBreak.size() - 1;
  }
  end_word();
  return tokens;
}

Result<std::vector<Sample>> read_imdb(const std::filesystem::path& archive, ImdbPart part,
                                      const Vocabulary& vocabulary, std::size_t last_tokens) {
  const auto unknown = vocabulary.find("<unk>");
  if (!unknown) return fail("{}: has no line '<unk>', the token of unknown words", vocabulary.name());
  FIXGATE_ASSIGN(ArchiveReader reader, ArchiveReader::open(archive, ArchiveFormat::TarGzip));
  std::vector<Sample> samples;
  while (true) {
    FIXGATE_ASSIGN(const bool is_entry, reader.next());
    if (!is_entry) break;
    const auto label = review_label(reader.entry(), part);
    if (!label) continue;
    FIXGATE_ASSIGN(const std::string review, reader.read(kReviewLimit));
    auto tokens = imdb_tokens(review, vocabulary, *unknown);
    if (tokens.empty()) return fail("{}: {}: holds no word", archive.string(), reader.entry());
    samples.push_back(make_sample(std::move(tokens), *label, last_tokens, reader.entry()));
  }
  FIXGATE_CHECK(check_complete(samples, archive.string(), part));
  FIXGATE_CHECK(sort_by_path(samples, archive.string()));
  return samples;
}

}  // namespace fixgate
