#include "diagnostic/stop_after.h"

#include <gtest/gtest.h>

#include <chrono>

namespace fixgate {
namespace {

using namespace std::chrono_literals;

TEST(StopAfter, AsksOnceTheTimeIsOver) {
  const StopAfter limit(0.05);
  while (!limit.token().stop_requested()) std::this_thread::sleep_for(1ms);
}

TEST(StopAfter, NeverAsksWithoutALimit) {
  EXPECT_FALSE(StopAfter(0).token().stop_requested());
}

TEST(StopAfter, IsGivenUpAtOnce) {
  const auto start = std::chrono::steady_clock::now();
  { const StopAfter limit(3600); }
  EXPECT_LT(std::chrono::steady_clock::now() - start, 600s);
}

}  // namespace
}  // namespace fixgate
