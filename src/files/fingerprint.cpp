#include "files/fingerprint.h"

#include <fmt/format.h>

#include <cstdint>

namespace fixgate {

std::string fingerprint_of(const std::vector<std::string>& parts) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const std::string& part : parts) {
    for (const char c : part + '\0') {
      hash ^= static_cast<unsigned char>(c);
      hash *= 0x100000001b3;
    }
  }
  return fmt::format("{:016x}", hash);
}

}  // namespace fixgate
