#include "simulate/vector/storage.h"

#include <limits>

namespace fixgate::program {
namespace {

template <typename T>
bool holds(const Format& format) {
  return format.min() >= std::numeric_limits<T>::min() && format.max() <= std::numeric_limits<T>::max();
}

}  // namespace

Storage storage_of(const Format& format) {
  if (holds<std::int16_t>(format)) return Storage::Half;
  return holds<std::int32_t>(format) ? Storage::Word : Storage::Long;
}

}  // namespace fixgate::program
