#include "toml/document.h"

#include <gtest/gtest.h>

namespace fixgate {
namespace {

toml::table parsed(std::string_view text) {
  auto table = parse_toml(text);
  EXPECT_TRUE(table) << table.error().message;
  return table ? std::move(*table) : toml::table{};
}

template <typename T>
std::string error_of(const Result<T>& result) {
  return result ? "" : result.error().message;
}

TEST(Document, NamesTheLineThatIsNoToml) {
  EXPECT_TRUE(error_of(parse_toml("a = 1\nb = [\n")).starts_with("line "))
      << error_of(parse_toml("a = 1\nb = [\n"));
}

TEST(Document, SaysWhatAFileOfAnotherKindIs) {
  EXPECT_EQ(error_of(parse_toml("PK\x03\x04...")),
            "is a zip archive (.npz, or what PyTorch saves); a text file (TOML) is expected");
  EXPECT_EQ(error_of(parse_toml("\x08\x07\x12\x07pytorch")),
            "is an ONNX file; a text file (TOML) is expected");
}

TEST(Document, ChecksKeys) {
  const toml::table table = parsed("a = 1\nb = 2\n");
  EXPECT_EQ(error_of(check_keys(table, {"a", "b", "c"})), "");
  EXPECT_EQ(error_of(check_keys(table, {"a"})), "line 2: unknown key 'b'; known here: a");
}

TEST(Document, FindsTables) {
  const toml::table table = parsed("a = [{x = 1}, {x = 2}]\nb = 3\nc = [\n4]\n[[d]]\nx = 5\n");
  EXPECT_EQ(tables_in(table, "a")->size(), 2U);
  EXPECT_EQ(tables_in(table, "d")->size(), 1U);
  EXPECT_TRUE(tables_in(table, "e")->empty());
  EXPECT_EQ(error_of(tables_in(table, "b")), "line 2: 'b' must be an array of tables: [[b]]");
  EXPECT_EQ(error_of(tables_in(table, "c")), "line 4: 'c' must be an array of tables: [[c]]");
}

TEST(Document, OfNoTextHasNoTables) {
  const toml::table table = parsed("");
  EXPECT_EQ(line_of(table), "line 1");
  EXPECT_EQ(error_of(check_keys(table, {})), "");
}

}  // namespace
}  // namespace fixgate
