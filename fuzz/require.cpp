#include <cstdio>
#include <cstdlib>

#include "exercise.h"

namespace fixgate {

void require(bool kept, const char* promise) {
  if (kept) return;
  std::fprintf(stderr, "broken promise: %s\n", promise);
  std::abort();
}

}  // namespace fixgate
