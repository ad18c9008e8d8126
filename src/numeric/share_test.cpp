#include "numeric/share.h"

#include <gtest/gtest.h>

namespace fixgate {
namespace {

TEST(Share, IsReadAsPercentOrAsANumber) {
  EXPECT_DOUBLE_EQ(*parse_share("--max-loss", "0.5%"), 0.005);
  EXPECT_DOUBLE_EQ(*parse_share("--max-loss", "0.25"), 0.25);
}

TEST(Share, NamesTheOptionOfWhatIsNone) {
  for (const char* text : {"", "%", "-1%", "much", "1%%", "nan", "inf", "1 %"}) {
    const auto share = parse_share("--max-loss", text);
    ASSERT_FALSE(share) << text;
    EXPECT_TRUE(share.error().message.starts_with("--max-loss")) << share.error().message;
  }
}

}  // namespace
}  // namespace fixgate
