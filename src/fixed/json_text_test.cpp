#include "fixed/json_text.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace fixgate {
namespace {

using nlohmann::json;

std::string nested(int depth) {
  return std::string(static_cast<std::size_t>(depth), '[') +
         std::string(static_cast<std::size_t>(depth), ']');
}

TEST(JsonText, Values) {
  EXPECT_EQ(*parse_json(R"({"a":[1,-2,"x"],"b":{"a":null}})"),
            json::parse(R"({"a":[1,-2,"x"],"b":{"a":null}})"));
  EXPECT_EQ(*parse_json("[]"), json::array());
  EXPECT_EQ(*parse_json("9223372036854775807"), json(INT64_MAX));
}

TEST(JsonText, Refusals) {
  for (const char* text : {"", "{", "]", "nul", "{}x", "{\"a\"}", "[1,]", "\"\xff\"", "\"\n\"", "1e999",
                           "// x", "'a'", "\"abc", "\"\\", "[\"\\ud800\"]"})
    EXPECT_FALSE(parse_json(text)) << text;
}

TEST(JsonText, Depth) {
  EXPECT_TRUE(parse_json(nested(16)));
  EXPECT_FALSE(parse_json(nested(17)));
  EXPECT_TRUE(parse_json('"' + nested(17) + '"'));
  EXPECT_TRUE(parse_json("\"\\\"" + nested(17) + '"'));
  EXPECT_FALSE(parse_json("[\"\\\"\"," + nested(17) + ']'));
}

TEST(JsonText, RepeatedKeys) {
  EXPECT_EQ(parse_json(R"({"a":1,"a":1})").error().message, "the key \"a\" occurs twice in a JSON object");
  EXPECT_FALSE(parse_json(R"([{"b":{"a":1,"c":2,"a":1}}])"));
  EXPECT_TRUE(parse_json(R"({"a":{"a":1},"b":{"a":1}})"));
  EXPECT_FALSE(parse_json(R"({"a":1,"\u0061":1})"));
}

}  // namespace
}  // namespace fixgate
