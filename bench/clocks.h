// What time is measured by.
#pragma once

#include <ctime>

namespace fixgate::bench {

inline double clock_seconds(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// Of this process on all cores: for what runs in one thread, so that other programs on the machine take
/// nothing from the figure but what they take from the caches. Peers measure the same.
inline double cpu_seconds() {
  return clock_seconds(CLOCK_PROCESS_CPUTIME_ID);
}

inline double wall_seconds() {
  return clock_seconds(CLOCK_MONOTONIC);
}

}  // namespace fixgate::bench
