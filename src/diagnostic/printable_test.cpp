#include "diagnostic/printable.h"

#include <gtest/gtest.h>

namespace fixgate {
namespace {

TEST(Printable, LeavesTextAsItIs) {
  EXPECT_EQ(printable(""), "");
  EXPECT_EQ(printable("node 'a/b': caf\xc3\xa9 \xf0\x9f\x98\x80"),
            "node 'a/b': caf\xc3\xa9 \xf0\x9f\x98\x80");
}

TEST(Printable, EscapesWhatATerminalWouldObeyOrCannotShow) {
  EXPECT_EQ(printable("a\nb\x1b[2J\x7f"), "a\\x0ab\\x1b[2J\\x7f");
  EXPECT_EQ(printable("\xff\xfe"), "\\xff\\xfe");
  EXPECT_EQ(printable("\xc2\x9b"), "\\xc2\\x9b");
  EXPECT_EQ(printable("x\xc3"), "x\\xc3");
  EXPECT_EQ(printable(std::string_view("\0", 1)), "\\x00");
}

TEST(Printable, EscapesWhatHidesOrTurnsText) {
  EXPECT_EQ(printable("a\xe2\x80\xae"
                      "b"),
            "a\\u202eb");                                                  // right-to-left override
  EXPECT_EQ(printable("\xe2\x81\xa6"), "\\u2066");                         // left-to-right isolate
  EXPECT_EQ(printable("\xe2\x80\x8b"), "\\u200b");                         // no width
  EXPECT_EQ(printable("\xe2\x80\xa8"), "\\u2028");                         // a line separator
  EXPECT_EQ(printable("\xc2\xad"), "\\u00ad");                             // a soft hyphen
  EXPECT_EQ(printable("\xef\xbb\xbf"), "\\ufeff");                         // a byte order mark
  EXPECT_EQ(printable("\xf3\xa0\x81\x81"), "\\U000e0041");                 // a tag
  EXPECT_EQ(printable("\xe2\x80\x94 \xd7\x90"), "\xe2\x80\x94 \xd7\x90");  // a dash, alef
}

TEST(Printable, KeepsLinesAndColumnsWhereTheyAreMeant) {
  EXPECT_EQ(printable_lines("a\tb\n\x1b[2J\r\xe2\x80\xae"), "a\tb\n\\x1b[2J\\x0d\\u202e");
}

TEST(Printable, ShortensInTheMiddle) {
  EXPECT_EQ(shortened("0123456789abcdef", 16), "0123456789abcdef");
  EXPECT_EQ(shortened("0123456789abcdefg", 16), "012345...bcdefg");
  const std::string umlauts =
      std::string("x") + "\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4\xc3\xa4";
  EXPECT_EQ(shortened(umlauts, 16), "x\xc3\xa4\xc3\xa4...\xc3\xa4\xc3\xa4\xc3\xa4");
}

TEST(Printable, BoundsNamesAndMessages) {
  const std::string name(100'000, 'n');
  EXPECT_LE(shown_name(name).size(), 100U);
  const std::string message = readable_message("model.onnx: node '" + name + "': is wrong; mend it");
  EXPECT_LT(message.size(), 500U);
  EXPECT_TRUE(message.starts_with("model.onnx: node 'nnn")) << message;
  EXPECT_TRUE(message.ends_with("nnn': is wrong; mend it")) << message;
  std::string words;
  for (int i = 0; i < 100'000; ++i) words += "a  b ";
  EXPECT_LE(readable_message(words).size(), 4000U);
  EXPECT_EQ(readable_message("a  b\nc"), "a  b\\x0ac");
}

}  // namespace
}  // namespace fixgate
