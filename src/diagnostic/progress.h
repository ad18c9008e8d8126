// Progress of long work on standard error: a bar on a terminal, a line now and then elsewhere.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>

namespace fixgate {

/// Counts up to `total` from any thread. Shows rate and time left; says nothing for work that ends at once,
/// or that has no title. Work that also ends after `seconds_limit` (0: no limit) is as far on as the nearer
/// of both ends says; beyond its limit nothing is said of the time left.
class Progress {
 public:
  /// `total` 0: not known, the seconds alone tell how far it is.
  Progress(std::string title, std::int64_t total, std::string unit, double seconds_limit = 0);
  /// Steps of `outer`, which notes them; null: a bar of their own.
  Progress(std::string title, std::int64_t total, std::string unit, Progress* outer);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void advance(std::int64_t count = 1);
  /// What else there is to say, behind the time left.
  void note(std::string text);
  /// There is this much to do from now on, besides what is done.
  void expect(std::int64_t more);
  /// Shows the time that has gone by, though nothing has advanced.
  void refresh();

 private:
  using Clock = std::chrono::steady_clock;
  void show_now_and_then();
  void show(Clock::time_point now);
  [[nodiscard]] std::string line(double seconds) const;
  [[nodiscard]] std::string time_left(double seconds, double share) const;

  std::mutex mutex_;
  std::string title_;
  std::string unit_;
  std::string note_;
  std::int64_t total_;
  double seconds_limit_;
  std::int64_t done_ = 0;
  Progress* outer_ = nullptr;
  bool is_terminal_;
  bool shown_ = false;
  Clock::time_point start_;
  Clock::time_point last_;
};

}  // namespace fixgate
