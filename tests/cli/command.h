// Runs the fixgate program as a user does.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
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
  std::filesystem::path error_file = {};   // instead of CommandResult::error
  std::vector<int> closed = {};            // standard streams, by number
  std::filesystem::path path = {};         // the only folder with programs; empty: the PATH as it is
  std::vector<std::string> launcher = {};  // a program of the PATH, with its arguments, that starts fixgate
};

/// `fixgate arguments...` while it runs.
class RunningCommand {
 public:
  RunningCommand(const std::vector<std::string>& arguments, const CommandOptions& options);
  ~RunningCommand();
  RunningCommand(const RunningCommand&) = delete;
  RunningCommand& operator=(const RunningCommand&) = delete;

  void send(int signal) const;
  [[nodiscard]] bool is_running();
  /// Waits for its end.
  CommandResult wait();

 private:
  struct Captures;
  std::unique_ptr<Captures> captures_;
  int child_ = -1;
  int status_ = 0;
  bool ended_ = false;
};

/// Waits for the end of `fixgate arguments...`.
CommandResult run_command(const std::vector<std::string>& arguments, const CommandOptions& options);

}  // namespace fixgate
