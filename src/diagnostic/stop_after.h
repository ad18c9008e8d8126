// A limit of time for work that does not look at a clock itself.
#pragma once

#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>

namespace fixgate {

/// Asks work to stop once `seconds` have gone by; 0: never.
class StopAfter {
 public:
  explicit StopAfter(double seconds);

  [[nodiscard]] std::stop_token token() const { return stop_.get_token(); }

 private:
  std::stop_source stop_;
  std::mutex mutex_;
  std::condition_variable_any over_;
  std::jthread timer_;
};

}  // namespace fixgate
