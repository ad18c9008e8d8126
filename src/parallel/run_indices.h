// The loop itself, apart from the templates that call it: the only code that TBB's scheduler calls back.
#pragma once

#include <cstddef>

namespace fixgate {

/// call(job, index) for each index of 0..count-1, on all of TBB's threads; returns when all have returned. A
/// thread that waits here begins no task from outside the loop.
void run_indices(std::size_t count, void (*call)(void* job, std::size_t index), void* job);

}  // namespace fixgate
