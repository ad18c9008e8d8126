#include <string>

#include "data/npy.h"
#include "exercise.h"

namespace fixgate {

void exercise_npy(std::string_view bytes) {
  const auto array = parse_npy(std::string(bytes));
  if (!array) return;
  std::int64_t count = 1;
  for (const std::int64_t size : array->shape) count *= size;
  for (std::int64_t i = 0; i < count; ++i) {
    if (array->is_float())
      (void)array->float_at(i);
    else
      (void)array->integer_at(i);
  }
}

}  // namespace fixgate
