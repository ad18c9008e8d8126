#include "command.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

namespace fixgate {
namespace {

/// A nameless file that catches what a program writes.
class Capture {
 public:
  Capture() : descriptor_(::memfd_create("capture", MFD_CLOEXEC)) {}
  ~Capture() { ::close(descriptor_); }
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;

  [[nodiscard]] int descriptor() const { return descriptor_; }
  [[nodiscard]] std::string text() const {
    std::string text;
    char buffer[4096];
    ssize_t count = 0;
    while ((count = ::pread(descriptor_, buffer, sizeof buffer, static_cast<off_t>(text.size()))) > 0)
      text.append(buffer, static_cast<std::size_t>(count));
    return text;
  }

 private:
  int descriptor_;
};

[[noreturn]] void become_fixgate(std::vector<char*>& arguments, const CommandOptions& options, int output,
                                 int error) {
  if (!options.output_file.empty()) output = ::open(options.output_file.c_str(), O_WRONLY | O_CLOEXEC);
  if (!options.error_file.empty()) error = ::open(options.error_file.c_str(), O_WRONLY | O_CLOEXEC);
  const rlimit limit{options.largest_file, options.largest_file};
  const bool ready = ::dup2(output, STDOUT_FILENO) >= 0 && ::dup2(error, STDERR_FILENO) >= 0 &&
                     ::chdir(options.folder.c_str()) == 0 &&
                     (options.path.empty() || ::setenv("PATH", options.path.c_str(), 1) == 0) &&
                     (options.largest_file == 0 || ::setrlimit(RLIMIT_FSIZE, &limit) == 0);
  for (const int stream : options.closed) ::close(stream);
  if (ready) ::execvp(arguments.front(), arguments.data());
  ::_exit(127);
}

}  // namespace

struct RunningCommand::Captures {
  Capture output;
  Capture error;
};

RunningCommand::RunningCommand(const std::vector<std::string>& arguments, const CommandOptions& options)
    : captures_(std::make_unique<Captures>()) {
  std::vector<std::string> all = options.launcher;
  all.emplace_back(FIXGATE_PROGRAM);
  all.insert(all.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  for (std::string& argument : all) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  child_ = ::fork();
  if (child_ == 0)
    become_fixgate(pointers, options, captures_->output.descriptor(), captures_->error.descriptor());
}

RunningCommand::~RunningCommand() {
  if (ended_ || child_ < 0) return;
  send(SIGKILL);
  (void)wait();
}

void RunningCommand::send(int signal) const {
  ::kill(child_, signal);
}

bool RunningCommand::is_running() {
  if (!ended_) ended_ = child_ < 0 || ::waitpid(child_, &status_, WNOHANG) == child_;
  return !ended_;
}

CommandResult RunningCommand::wait() {
  if (child_ < 0 || (!ended_ && ::waitpid(child_, &status_, 0) != child_)) return {};
  ended_ = true;
  CommandResult result{-1, 0, captures_->output.text(), captures_->error.text()};
  if (WIFEXITED(status_)) result.exit_code = WEXITSTATUS(status_);
  if (WIFSIGNALED(status_)) result.signal = WTERMSIG(status_);
  return result;
}

CommandResult run_command(const std::vector<std::string>& arguments, const CommandOptions& options) {
  return RunningCommand(arguments, options).wait();
}

}  // namespace fixgate
