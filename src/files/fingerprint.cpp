#include "files/fingerprint.h"

#include <fmt/format.h>

#include <cstdint>

#include "files/read.h"

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

Result<std::vector<std::string>> fingerprints_of_files(const std::filesystem::path& folder,
                                                       const std::vector<std::filesystem::path>& files) {
  std::vector<std::string> fingerprints;
  for (const std::filesystem::path& file : files) {
    if (file.empty()) continue;
    FIXGATE_ASSIGN(const std::string bytes, read_file(folder / file));
    fingerprints.push_back(fingerprint_of({bytes}));
  }
  return fingerprints;
}

}  // namespace fixgate
