// A peer in a process of its own that answers lines of JSON with lines of JSON.
#pragma once

#include <sys/types.h>

#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "diagnostic/error.h"

namespace fixgate::bench {

class PeerProcess {
 public:
  /// Starts `python script`.
  PeerProcess(const std::string& python, const std::filesystem::path& script);
  ~PeerProcess();
  PeerProcess(const PeerProcess&) = delete;
  PeerProcess& operator=(const PeerProcess&) = delete;

  /// Error: the process is gone, or what it says it misses.
  Result<nlohmann::json> ask(const nlohmann::json& request);

 private:
  pid_t child_ = -1;
  std::FILE* to_ = nullptr;
  std::FILE* from_ = nullptr;
};

}  // namespace fixgate::bench
