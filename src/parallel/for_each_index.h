// A loop over all threads.
#pragma once

#include <atomic>
#include <cstddef>

#include "parallel/run_indices.h"

namespace fixgate {

/// body(index) for each index of 0..count-1, in any order and at once. What was written before is seen by
/// every call, what the calls write is seen afterwards. Loops within loops are fine: a thread that waits for
/// an inner loop begins no other index of an outer one.
template <typename Body>
void parallel_for_each_index(std::size_t count, const Body& body) {
  // TBB orders memory as well; here TSan can see it, and nobody has to know TBB's inner workings.
  struct Job {
    const Body& body;
    std::atomic<bool> begun = false;
    std::atomic<std::size_t> done = 0;
  };
  Job job{body};
  job.begun.store(true, std::memory_order_release);
  run_indices(
      count,
      [](void* pointer, std::size_t index) {
        Job& shared = *static_cast<Job*>(pointer);
        (void)shared.begun.load(std::memory_order_acquire);
        shared.body(index);
        shared.done.fetch_add(1, std::memory_order_release);
      },
      &job);
  (void)job.done.load(std::memory_order_acquire);
}

}  // namespace fixgate
