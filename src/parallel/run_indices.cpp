#include "parallel/run_indices.h"

#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

namespace fixgate {

void run_indices(std::size_t count, void (*call)(void* job, std::size_t index), void* job) {
  tbb::this_task_arena::isolate([&] {
    tbb::parallel_for(std::size_t{0}, count, [call, job](std::size_t index) { call(job, index); });
  });
}

}  // namespace fixgate
