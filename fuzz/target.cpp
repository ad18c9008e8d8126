// One libFuzzer target; CMake says which by FIXGATE_EXERCISE.
#include <cstddef>
#include <cstdint>

#include "exercise.h"

// NOLINTNEXTLINE(readability-identifier-naming): libFuzzer's name
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fixgate::FIXGATE_EXERCISE({reinterpret_cast<const char*>(data), size});
  return 0;
}
