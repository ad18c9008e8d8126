#include "command.h"

#include <fcntl.h>
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
  const rlimit limit{options.largest_file, options.largest_file};
  const bool ready = ::dup2(output, STDOUT_FILENO) >= 0 && ::dup2(error, STDERR_FILENO) >= 0 &&
                     ::chdir(options.folder.c_str()) == 0 &&
                     (options.path.empty() || ::setenv("PATH", options.path.c_str(), 1) == 0) &&
                     (options.largest_file == 0 || ::setrlimit(RLIMIT_FSIZE, &limit) == 0);
  if (ready) ::execv(FIXGATE_PROGRAM, arguments.data());
  ::_exit(127);
}

}  // namespace

CommandResult run_command(const std::vector<std::string>& arguments, const CommandOptions& options) {
  std::vector<std::string> all{"fixgate"};
  all.insert(all.end(), arguments.begin(), arguments.end());
  std::vector<char*> pointers;
  for (std::string& argument : all) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  const Capture output;
  const Capture error;
  const pid_t child = ::fork();
  if (child == 0) become_fixgate(pointers, options, output.descriptor(), error.descriptor());
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) != child) return {};
  CommandResult result{-1, 0, output.text(), error.text()};
  if (WIFEXITED(status)) result.exit_code = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) result.signal = WTERMSIG(status);
  return result;
}

}  // namespace fixgate
