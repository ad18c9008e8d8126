#include "parallel/for_each_index.h"

#include <gtest/gtest.h>

#include <numeric>
#include <stdexcept>
#include <thread>
#include <vector>

namespace fixgate {
namespace {

TEST(ParallelForEachIndex, VisitsEachOnce) {
  for (const std::size_t count : {0U, 1U, 2U, 1000U}) {
    std::vector<int> visits(count, 0);
    parallel_for_each_index(count, [&](std::size_t index) { ++visits[index]; });
    EXPECT_EQ(visits, std::vector<int>(count, 1));
  }
}

TEST(ParallelForEachIndex, HandsMemoryOverAtBothEnds) {
  std::vector<std::vector<int>> rows(200);
  for (int round = 0; round < 20; ++round) {
    for (auto& row : rows) row.assign(50, round);
    parallel_for_each_index(rows.size(), [&](std::size_t index) {
      for (int& value : rows[index]) value += static_cast<int>(index);
    });
    for (std::size_t index = 0; index < rows.size(); ++index)
      EXPECT_EQ(std::accumulate(rows[index].begin(), rows[index].end(), 0),
                50 * (round + static_cast<int>(index)));
  }
}

// A thread that took another outer index while it waits would find its own mark.
TEST(ParallelForEachIndex, InnerLoopsBeginNoOuterIndex) {
  static thread_local bool busy = false;
  std::atomic<int> begun_while_busy = 0;
  parallel_for_each_index(64, [&](std::size_t) {
    if (busy) ++begun_while_busy;
    busy = true;
    parallel_for_each_index(16, [](std::size_t) { std::this_thread::yield(); });
    busy = false;
  });
  EXPECT_EQ(begun_while_busy, 0);
}

TEST(ParallelForEachIndex, PassesExceptionsOn) {
  EXPECT_THROW(parallel_for_each_index(8,
                                       [](std::size_t index) {
                                         if (index == 5) throw std::runtime_error("five");
                                       }),
               std::runtime_error);
}

}  // namespace
}  // namespace fixgate
