#include "diagnostic/stop_after.h"

#include <algorithm>
#include <chrono>

namespace fixgate {

StopAfter::StopAfter(double seconds) {
  if (!(seconds > 0)) return;
  constexpr double kLongest = 1e9;  // the clock's own range ends somewhere
  const auto end =
      std::chrono::steady_clock::now() + std::chrono::duration_cast<std::chrono::steady_clock::duration>(
                                             std::chrono::duration<double>(std::min(seconds, kLongest)));
  timer_ = std::jthread([this, end](const std::stop_token& given_up) {
    std::unique_lock lock(mutex_);
    over_.wait_until(lock, given_up, end, [] { return false; });
    if (!given_up.stop_requested()) stop_.request_stop();
  });
}

}  // namespace fixgate
