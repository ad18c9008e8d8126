#include "diagnostic/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace fixgate {
namespace {

constexpr int kBarWidth = 24;

double seconds_between(std::chrono::steady_clock::time_point from, std::chrono::steady_clock::time_point to) {
  return std::chrono::duration<double>(to - from).count();
}

}  // namespace

Progress::Progress(std::string title, std::int64_t total, std::string unit, double seconds_limit)
    : title_(std::move(title)),
      unit_(std::move(unit)),
      total_(total),
      seconds_limit_(seconds_limit),
      is_terminal_(::isatty(STDERR_FILENO) != 0),
      start_(Clock::now()),
      last_(start_) {}

Progress::Progress(std::string title, std::int64_t total, std::string unit, Progress* outer)
    : Progress(std::move(title), total, std::move(unit)) {
  outer_ = outer;
}

Progress::~Progress() {
  if (is_terminal_ && shown_) std::fputs("\r\033[K", stderr);
}

void Progress::advance(std::int64_t count) {
  const std::lock_guard lock(mutex_);
  done_ += count;
  if (outer_ != nullptr && !title_.empty())
    outer_->note(fmt::format("{} {}/{} {}", title_, done_, total_, unit_));
  else
    show_now_and_then();
}

void Progress::note(std::string text) {
  const std::lock_guard lock(mutex_);
  note_ = "  " + std::move(text);
}

void Progress::expect(std::int64_t more) {
  const std::lock_guard lock(mutex_);
  total_ = done_ + more;
}

void Progress::refresh() {
  const std::lock_guard lock(mutex_);
  show_now_and_then();
}

void Progress::show_now_and_then() {
  if (title_.empty()) return;
  const auto now = Clock::now();
  if (seconds_between(last_, now) >= (is_terminal_ ? 0.2 : 10.0)) show(now);
}

void Progress::show(Clock::time_point now) {
  last_ = now;
  shown_ = true;
  const std::string text = line(seconds_between(start_, now));
  std::fputs(is_terminal_ ? ("\r\033[K" + text).c_str() : (text + "\n").c_str(), stderr);
  std::fflush(stderr);
}

std::string Progress::line(double seconds) const {
  const double counted = total_ > 0 ? static_cast<double>(done_) / static_cast<double>(total_) : 0;
  const std::string of_total = total_ > 0 ? fmt::format("/{}", total_) : "";
  const double share = std::min(1.0, std::max(counted, seconds_limit_ > 0 ? seconds / seconds_limit_ : 0.0));
  const double rate = static_cast<double>(done_) / std::max(seconds, 1e-9);
  std::string bar;
  if (is_terminal_) {
    const auto filled = static_cast<std::size_t>(share * kBarWidth);
    bar = " [" + std::string(filled, '#') + std::string(kBarWidth - filled, '.') + "]";
  }
  return fmt::format("{}{} {:3.0f} %  {}{} {}  {:.{}f}/s{}{}", title_, bar, 100 * share, done_, of_total,
                     unit_, rate, rate < 10 ? 1 : 0, time_left(seconds, share), note_);
}

std::string Progress::time_left(double seconds, double share) const {
  const bool is_late = seconds_limit_ > 0 && seconds > seconds_limit_;
  if (share <= 0 || is_late) return "";
  return fmt::format("  {:.0f} s left", seconds * (1 - share) / share);
}

}  // namespace fixgate
