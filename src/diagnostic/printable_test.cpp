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

}  // namespace
}  // namespace fixgate
