#include "files/kind.h"

#include <gtest/gtest.h>

namespace fixgate {
namespace {

using namespace std::string_view_literals;

TEST(Kind, IsToldByTheFirstBytes) {
  EXPECT_EQ(kind_of("\x93NUMPY\x01"), "a NumPy array (.npy)");
  EXPECT_EQ(kind_of("PK\x03\x04..."), "a zip archive (.npz, or what PyTorch saves)");
  EXPECT_EQ(kind_of("\x08\x07\x12\x07pytorch"), kOnnxKind);
  EXPECT_EQ(kind_of("\x08\x08:\xe4"), kOnnxKind);
  EXPECT_EQ(kind_of("\x20\0\0\0\0\0\0\0{\"__metadata__\":{\"format\":\"fixgate\""sv), kFixedKind);
  EXPECT_EQ(kind_of("\x20\0\0\0\0\0\0\0{\"a\":{}"sv), "a safetensors file");
  EXPECT_EQ(kind_of("SQLite format 3\0"sv), "an SQLite file (as the study of fixgate explore is)");
  EXPECT_EQ(kind_of("\x1c\0\0\0TFL3"sv), "a TensorFlow Lite file");
}

TEST(Kind, IsNotToldOfText) {
  for (const std::string_view text : {""sv, "v"sv, "version = 1\n"sv, "{\"a\": 1}"sv, "\x08"sv, "\x08\x07"sv})
    EXPECT_EQ(kind_of(text), "") << text;
}

TEST(Kind, SaysMoreThanAReaderThatExpectsAnother) {
  const Error error{"is damaged"};
  EXPECT_EQ(or_other_kind(error, "\x93NUMPY", "", "text is expected").message,
            "is a NumPy array (.npy); text is expected");
  EXPECT_EQ(or_other_kind(error, "text", "", "text is expected").message, "is damaged");
  EXPECT_EQ(or_other_kind(error, "\x08\x07\x12", kOnnxKind, "an ONNX file is expected").message,
            "is damaged");
}

}  // namespace
}  // namespace fixgate
