// Progress of long work on standard error: a bar on a terminal, a line now and then elsewhere.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>

namespace fixgate {

/// Counts up to `total` from any thread. Shows rate and time left; says nothing for work that ends at once,
/// or that has no title. Work that also ends after `seconds_limit` (0: no limit) is as far on as the nearer
/// of both ends says.
class Progress {
 public:
  /// `total` 0: not known, the seconds alone tell how far it is.
  Progress(std::string title, std::int64_t total, std::string unit, double seconds_limit = 0);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void advance(std::int64_t count = 1);
  /// What else there is to say, behind the time left.
  void note(std::string text);

 private:
  using Clock = std::chrono::steady_clock;
  void show(Clock::time_point now);
  [[nodiscard]] std::string line(double seconds) const;

  std::mutex mutex_;
  std::string title_;
  std::string unit_;
  std::string note_;
  std::int64_t total_;
  double seconds_limit_;
  std::int64_t done_ = 0;
  bool is_terminal_;
  bool shown_ = false;
  Clock::time_point start_;
  Clock::time_point last_;
};

}  // namespace fixgate
