#include "fixed/safetensors.h"

#include <gtest/gtest.h>

#include <limits>

namespace fixgate {
namespace {

std::string file_of(const std::string& header, const std::string& data = "") {
  return encode_integers<std::int64_t>({static_cast<std::int64_t>(header.size())}, ElementType::I64) +
         header + data;
}

std::string error_of(const std::string& header, const std::string& data = "") {
  const auto content = read_safetensors(file_of(header, data));
  return content ? "" : content.error().message;
}

TEST(Safetensors, BytesOfASmallFile) {
  Safetensors content;
  content.metadata = {{"a", "b"}};
  content.tensors = {{"x", ElementType::I8, {2}, encode_integers<int>({1, -1}, ElementType::I8)},
                     {"y", ElementType::I16, {1, 1}, encode_integers<int>({-2}, ElementType::I16)}};
  const std::string header =
      R"({"__metadata__":{"a":"b"},"y":{"dtype":"I16","shape":[1,1],"data_offsets":[0,2]},)"
      R"("x":{"dtype":"I8","shape":[2],"data_offsets":[2,4]}})";
  const std::string padded = header + std::string((8 - header.size() % 8) % 8, ' ');
  EXPECT_EQ(write_safetensors(content), file_of(padded, "\xfe\xff\x01\xff"));
}

TEST(Safetensors, RoundTrip) {
  Safetensors content;
  content.metadata = {{"a", "b"}, {"c", ""}};
  const std::vector<std::int64_t> extremes{std::numeric_limits<std::int64_t>::min(), -1, 0, 1,
                                           std::numeric_limits<std::int64_t>::max()};
  content.tensors = {{"w", ElementType::I64, {5}, encode_integers(extremes, ElementType::I64)},
                     {"x", ElementType::I8, {0, 3}, ""}};
  const auto back = read_safetensors(write_safetensors(content));
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->metadata, content.metadata);
  ASSERT_EQ(back->tensors.size(), 2U);
  EXPECT_EQ(decode_integers<std::int64_t>(back->tensors[0].bytes, ElementType::I64), extremes);
  EXPECT_EQ(back->tensors[1].shape, (std::vector<std::int64_t>{0, 3}));
}

TEST(Safetensors, IntegersOfEveryType) {
  for (const ElementType type : {ElementType::I8, ElementType::I16, ElementType::I32}) {
    const int half = (1 << (8 * element_bytes(type) - 2)) - 1;
    const std::vector<std::int32_t> values{-2 * half - 2, -1, 0, 1, 2 * half + 1};
    EXPECT_EQ(decode_integers<std::int32_t>(encode_integers(values, type), type), values);
  }
}

TEST(Safetensors, HeaderLength) {
  for (std::size_t size = 0; size < 8; ++size) EXPECT_FALSE(read_safetensors(std::string(size, '\0')));
  EXPECT_FALSE(read_safetensors(std::string(8, '\0')));
  EXPECT_FALSE(read_safetensors(std::string(8, '\xff')));
  EXPECT_EQ(read_safetensors(std::string("\x09\0\0\0\0\0\0\0{}", 10)).error().message,
            "its header of 9 bytes is cut off");
  EXPECT_EQ(read_safetensors(std::string("\0\0\0\0\1\0\0\0{}", 10)).error().message,
            "it is no safetensors file: a header of 4294967296 bytes");
}

TEST(Safetensors, HeaderIsAnObject) {
  EXPECT_EQ(error_of("{}"), "");
  EXPECT_EQ(error_of("{}   "), "");
  EXPECT_NE(error_of(" {}"), "");
  EXPECT_NE(error_of("[]"), "");
  EXPECT_NE(error_of("{"), "");
  EXPECT_NE(error_of("{}{}"), "");
  EXPECT_NE(error_of(""), "");
  EXPECT_NE(error_of("{\"\xff\":{}}"), "");
}

TEST(Safetensors, Metadata) {
  EXPECT_EQ(error_of(R"({"__metadata__":{"a":"b"}})"), "");
  EXPECT_NE(error_of(R"({"__metadata__":{"a":1}})"), "");
  EXPECT_NE(error_of(R"({"__metadata__":"a"})"), "");
  EXPECT_NE(error_of(R"({"__metadata__":{"a":"b"},"__metadata__":{}})"), "");
}

TEST(Safetensors, Entries) {
  EXPECT_EQ(error_of(R"({"x":{"dtype":"I8","shape":[2],"data_offsets":[0,2]}})", "ab"), "");
  EXPECT_EQ(error_of(R"({"x":{"dtype":"I32","shape":[],"data_offsets":[0,4]}})", "abcd"), "");
  for (const char* entry :
       {R"({"dtype":"I8","shape":[2]})",
        R"({"dtype":"I8","shape":[2],"data_offsets":[0,2],"more":1})",
        "1",
        "null",
        R"({"dtype":"F32","shape":[2],"data_offsets":[0,2]})",
        R"({"dtype":1,"shape":[2],"data_offsets":[0,2]})",
        R"({"dtype":"I8","shape":2,"data_offsets":[0,2]})",
        R"({"dtype":"I8","shape":[-2],"data_offsets":[0,2]})",
        R"({"dtype":"I8","shape":[2.0],"data_offsets":[0,2]})",
        R"({"dtype":"I8","shape":[3],"data_offsets":[0,2]})",
        R"({"dtype":"I16","shape":[2],"data_offsets":[0,2]})",
        R"({"dtype":"I8","shape":[2],"data_offsets":[0]})",
        R"({"dtype":"I8","shape":[2],"data_offsets":[0,2,2]})",
        R"({"dtype":"I8","shape":[2],"data_offsets":[2,0]})",
        R"({"dtype":"I8","shape":[3],"data_offsets":[0,3]})",
        R"({"dtype":"I8","shape":[1],"data_offsets":[0,1]})",
        R"({"dtype":"I8","shape":[1],"data_offsets":[1,2]})",
        R"({"dtype":"I8","shape":[9223372036854775807,9223372036854775807],"data_offsets":[0,2]})",
        R"({"dtype":"I8","shape":[2],"data_offsets":[0,18446744073709551615]})",
        R"({"dtype":"I8","shape":[4294967296,4294967296],"data_offsets":[0,0]})"})
    EXPECT_NE(error_of(std::string(R"({"x":)") + entry + "}", "ab"), "") << entry;
}

TEST(Safetensors, OverlapsAndHoles) {
  const auto two = [](const char* first, const char* second) {
    return error_of(fmt::format(R"({{"x":{{"dtype":"I8","shape":[2],"data_offsets":{}}},)"
                                R"("y":{{"dtype":"I8","shape":[2],"data_offsets":{}}}}})",
                                first, second),
                    "abcd");
  };
  EXPECT_EQ(two("[0,2]", "[2,4]"), "");
  EXPECT_EQ(two("[2,4]", "[0,2]"), "");
  EXPECT_NE(two("[0,2]", "[0,2]"), "");
  EXPECT_NE(two("[0,2]", "[1,3]"), "");
  EXPECT_NE(two("[1,3]", "[2,4]"), "");
  EXPECT_NE(two("[2,4]", "[2,4]"), "");
}

TEST(Safetensors, DeepNestingAndRepeatedNames) {
  EXPECT_EQ(error_of("{\"x\":" + std::string(1'000'000, '[')), "the JSON is nested deeper than 16");
  EXPECT_NE(error_of(R"({"x":{"dtype":"I8","shape":[0],"data_offsets":[0,0]},)"
                     R"("x":{"dtype":"I8","shape":[0],"data_offsets":[0,0]}})"),
            "");
}

}  // namespace
}  // namespace fixgate
