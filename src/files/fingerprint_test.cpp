#include "files/fingerprint.h"

#include <gtest/gtest.h>

namespace fixgate {
namespace {

TEST(Fingerprint, IsTheOneOfFnv1a) {
  EXPECT_EQ(fingerprint_of({}), "cbf29ce484222325");
  EXPECT_EQ(fingerprint_of({"a"}), fingerprint_of({"a"}));
}

TEST(Fingerprint, TellsWhereAPartEnds) {
  EXPECT_NE(fingerprint_of({"ab", "c"}), fingerprint_of({"a", "bc"}));
  EXPECT_NE(fingerprint_of({"ab"}), fingerprint_of({"ab", ""}));
}

}  // namespace
}  // namespace fixgate
