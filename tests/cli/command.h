// Runs the fixgate program as a user does.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace fixgate {

struct CommandResult {
  int exit_code = -1;  // -1: ended by a signal
  int signal = 0;
  std::string output;  // standard output
  std::string error;   // standard error
};

struct CommandOptions {
  std::filesystem::path folder = {};       // to run in
  std::uint64_t largest_file = 0;          // RLIMIT_FSIZE in bytes; 0: none
  std::filesystem::path output_file = {};  // instead of CommandResult::output
  std::filesystem::path path = {};         // the only folder with programs; empty: the PATH as it is
};

/// Waits for the end of `fixgate arguments...`.
CommandResult run_command(const std::vector<std::string>& arguments, const CommandOptions& options);

}  // namespace fixgate
