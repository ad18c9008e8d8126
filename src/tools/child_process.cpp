#include "tools/child_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace fixgate {
namespace {

constexpr int kSignalBase = 128;
constexpr int kCannotStart = 127;

struct Pipe {
  Descriptor read;
  Descriptor write;
};

Result<Pipe> open_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return fail("cannot open a pipe: {}", std::strerror(errno));
  return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (std::string& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

std::vector<std::string> environment_with(const std::vector<std::string>& more) {
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const auto same_name = [&](const std::string& other) {
      return text.substr(0, text.find('=')) == std::string_view(other).substr(0, other.find('='));
    };
    if (std::none_of(more.begin(), more.end(), same_name)) all.emplace_back(text);
  }
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

/// Waits until our process is gone, which alone holds the other end of the pipe `alive`, and kills the group.
/// Never returns. Only async-signal-safe calls.
[[noreturn]] void guard_group(int alive) {
  ::close_range(0, static_cast<unsigned>(alive) - 1, 0);
  ::close_range(static_cast<unsigned>(alive) + 1, ~0U, 0);
  char nothing = 0;
  while (::read(alive, &nothing, 1) < 0 && errno == EINTR) {
  }
  ::kill(0, SIGKILL);
  ::_exit(0);
}

/// Beside the program, not below it, so that the program has no child that it does not know of.
void start_guard(int alive) {
  const pid_t between = ::fork();
  if (between == 0) {
    if (::fork() == 0) guard_group(alive);
    ::_exit(0);
  }
  while (between > 0 && ::waitpid(between, nullptr, 0) < 0 && errno == EINTR) {
  }
}

/// What the child needs on its side of the start.
struct Start {
  const char* path;
  char** arguments;
  char** environment;
  const char* folder;
  int input;
  int output;
  int error;
  int failure;  // takes errno when there is no start
  int alive;    // its other end closes with our process
  pid_t parent;
};

/// Never returns. Only async-signal-safe calls.
[[noreturn]] void become(const Start& start) {
  ::setpgid(0, 0);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  start_guard(start.alive);
  const bool ready = ::getppid() == start.parent && ::dup2(start.input, STDIN_FILENO) >= 0 &&
                     ::dup2(start.output, STDOUT_FILENO) >= 0 && ::dup2(start.error, STDERR_FILENO) >= 0 &&
                     ::chdir(start.folder) == 0;
  ::signal(SIGXFSZ, SIG_DFL);
  if (ready) ::execve(start.path, start.arguments, start.environment);
  const int reason = errno;
  [[maybe_unused]] const ssize_t written = ::write(start.failure, &reason, sizeof reason);
  ::_exit(kCannotStart);
}

/// What the child says of a start that failed; 0: it started.
int failure_of_start(const Descriptor& failure) {
  int reason = 0;
  ssize_t count = 0;
  while ((count = ::read(failure.number(), &reason, sizeof reason)) < 0 && errno == EINTR) {
  }
  return count == sizeof reason ? reason : 0;
}

/// As execve() is to be given it: a name with '/' is meant from the call's folder.
Result<std::string> path_for(const std::string& program) {
  FIXGATE_ASSIGN(const std::filesystem::path path, find_program(program));
  return program.find('/') == std::string::npos ? std::filesystem::absolute(path).string() : path.string();
}

}  // namespace

Result<ChildProcess> ChildProcess::start(const ProgramCall& call) {
  FIXGATE_ASSIGN(const std::string path, path_for(call.program));
  FIXGATE_ASSIGN(Pipe output, open_pipe());
  FIXGATE_ASSIGN(Pipe error, open_pipe());
  FIXGATE_ASSIGN(Pipe failure, open_pipe());
  FIXGATE_ASSIGN(Pipe alive, open_pipe());
  const Descriptor input(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  std::vector<std::string> arguments{call.program};
  arguments.insert(arguments.end(), call.arguments.begin(), call.arguments.end());
  std::vector<std::string> environment = environment_with(call.environment);
  std::vector<char*> argument_pointers = pointers_to(arguments);
  std::vector<char*> environment_pointers = pointers_to(environment);
  const std::string folder = call.folder.empty() ? "." : call.folder.string();
  const Start start{path.c_str(),
                    argument_pointers.data(),
                    environment_pointers.data(),
                    folder.c_str(),
                    input.number(),
                    output.write.number(),
                    error.write.number(),
                    failure.write.number(),
                    alive.read.number(),
                    ::getpid()};
  ChildProcess child;
  child.process_ = ::fork();
  if (child.process_ < 0) return fail("{}: cannot be started: {}", call.program, std::strerror(errno));
  if (child.process_ == 0) become(start);
  ::setpgid(child.process_, child.process_);  // here, too: whoever comes first
  failure.write.close();
  if (const int reason = failure_of_start(failure.read); reason != 0)
    return fail("{}: cannot be started: {}", call.program, std::strerror(reason));
  child.output_ = std::move(output.read);
  child.error_ = std::move(error.read);
  child.alive_ = std::move(alive.write);
  return child;
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : process_(std::exchange(other.process_, -1)),
      output_(std::move(other.output_)),
      error_(std::move(other.error_)),
      alive_(std::move(other.alive_)) {}

ChildProcess::~ChildProcess() {
  if (process_ > 0) end();
}

bool ChildProcess::has_ended() const {
  siginfo_t info{};
  return ::waitid(P_PID, static_cast<id_t>(process_), &info, WEXITED | WNOHANG | WNOWAIT) != 0 ||
         info.si_pid != 0;
}

int ChildProcess::end() {
  ::kill(-process_, SIGKILL);  // as long as the program has not been waited for, the number is its own
  int status = 0;
  while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
  }
  process_ = -1;
  return WIFSIGNALED(status) ? kSignalBase + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace fixgate
