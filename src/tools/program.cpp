#include "tools/program.h"

#include <fcntl.h>
#include <fmt/ranges.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <map>

namespace fixgate {
namespace {

constexpr std::size_t kLongestKept = std::size_t{1} << 24;  // bytes of output that are kept
constexpr std::size_t kLinesOfMessage = 4;
constexpr int kSignalBase = 128;

const std::map<std::string, std::string>& debian_packages() {
  static const std::map<std::string, std::string> packages{{"verilator", "verilator"},
                                                           {"iverilog", "iverilog"},
                                                           {"vvp", "iverilog"},
                                                           {"yosys", "yosys"},
                                                           {"nextpnr-ice40", "nextpnr-ice40"}};
  return packages;
}

std::string how_to_get(const std::string& program) {
  const auto package = debian_packages().find(program);
  if (package != debian_packages().end()) return "install Debian's package " + package->second;
  if (program.starts_with("yowasp-")) return "install it with pip from PyPI";
  return "install it";
}

/// One end of a pipe, closed with its owner.
class Descriptor {
 public:
  explicit Descriptor(int descriptor = -1) : descriptor_(descriptor) {}
  Descriptor(Descriptor&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~Descriptor() { close(); }

  void close() {
    if (descriptor_ >= 0) ::close(std::exchange(descriptor_, -1));
  }
  [[nodiscard]] int get() const { return descriptor_; }

 private:
  int descriptor_;
};

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

/// Cuts a stream of bytes into lines; keeps those that nobody took.
class LineSplitter {
 public:
  LineSplitter(const LineListener& listener, std::string& kept) : listener_(listener), kept_(kept) {}

  void add(std::string_view bytes) {
    for (std::size_t end = bytes.find('\n'); end != std::string_view::npos; end = bytes.find('\n')) {
      line_ += bytes.substr(0, end);
      finish();
      bytes.remove_prefix(end + 1);
    }
    line_ += bytes;
  }

  void finish() {
    if (!(listener_ && listener_(line_)) && kept_.size() < kLongestKept) kept_ += line_ + '\n';
    line_.clear();
  }

  void finish_last() {
    if (!line_.empty()) finish();
  }

 private:
  const LineListener& listener_;
  std::string& kept_;
  std::string line_;
};

/// False at the end of the stream.
bool read_some(const Descriptor& from, const std::function<void(std::string_view)>& sink) {
  std::array<char, 1 << 16> buffer;
  const ssize_t count = ::read(from.get(), buffer.data(), buffer.size());
  if (count > 0) sink({buffer.data(), static_cast<std::size_t>(count)});
  return count > 0 || (count < 0 && errno == EINTR);
}

/// Reads both streams until both have ended.
void listen(Descriptor& output, Descriptor& error, const LineListener& listener, ProgramResult& result) {
  LineSplitter splitter(listener, result.output);
  const auto keep_error = [&](std::string_view bytes) {
    if (result.error.size() < kLongestKept) result.error += bytes;
  };
  while (output.get() >= 0 || error.get() >= 0) {
    std::array<pollfd, 2> polled{{{output.get(), POLLIN, 0}, {error.get(), POLLIN, 0}}};
    if (::poll(polled.data(), polled.size(), -1) < 0 && errno != EINTR) break;
    if (polled[0].revents != 0 && !read_some(output, [&](std::string_view bytes) { splitter.add(bytes); }))
      output.close();
    if (polled[1].revents != 0 && !read_some(error, keep_error)) error.close();
  }
  splitter.finish_last();
}

/// The child's side of a start: never returns. Only async-signal-safe calls.
[[noreturn]] void become(const char* path, char** arguments, char** environment, const char* folder,
                         int output, int error) {
  const bool ready =
      ::dup2(output, STDOUT_FILENO) >= 0 && ::dup2(error, STDERR_FILENO) >= 0 && ::chdir(folder) == 0;
  ::signal(SIGXFSZ, SIG_DFL);
  if (ready) ::execve(path, arguments, environment);
  ::_exit(127);
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

int wait_for(pid_t child) {
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFSIGNALED(status) ? kSignalBase + WTERMSIG(status) : WEXITSTATUS(status);
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (text.substr(0, end).find_first_not_of(" \t\r") != std::string_view::npos)
      lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

bool names_an_error(std::string_view line) {
  return line.find("rror") != std::string_view::npos || line.find("ERROR") != std::string_view::npos;
}

}  // namespace

Result<std::filesystem::path> find_program(const std::string& program) {
  if (program.find('/') != std::string::npos) return std::filesystem::path(program);
  const char* path = std::getenv("PATH");
  std::string_view rest = path == nullptr ? "" : path;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(':'), rest.size());
    const std::filesystem::path candidate = std::filesystem::path(rest.substr(0, end)) / program;
    std::error_code ignored;
    if (::access(candidate.c_str(), X_OK) == 0 && std::filesystem::is_regular_file(candidate, ignored))
      return candidate;
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return fail("{} is not on the PATH: {}", program, how_to_get(program));
}

Result<ProgramResult> run_program(const ProgramCall& call, const LineListener& listener) {
  FIXGATE_ASSIGN(const std::filesystem::path path, find_program(call.program));
  FIXGATE_ASSIGN(Pipe output, open_pipe());
  FIXGATE_ASSIGN(Pipe error, open_pipe());
  std::vector<std::string> arguments{call.program};
  arguments.insert(arguments.end(), call.arguments.begin(), call.arguments.end());
  std::vector<std::string> environment = environment_with(call.environment);
  const auto argument_pointers = pointers_to(arguments);
  const auto environment_pointers = pointers_to(environment);
  const std::string folder = call.folder.empty() ? "." : call.folder.string();
  const std::string absolute = std::filesystem::absolute(path).string();
  const pid_t child = ::fork();
  if (child < 0) return fail("{}: cannot be started: {}", call.program, std::strerror(errno));
  if (child == 0)
    become(absolute.c_str(), const_cast<char**>(argument_pointers.data()),
           const_cast<char**>(environment_pointers.data()), folder.c_str(), output.write.get(),
           error.write.get());
  output.write.close();
  error.write.close();
  ProgramResult result;
  listen(output.read, error.read, listener, result);
  result.exit_code = wait_for(child);
  return result;
}

std::string failure_message(const ProgramCall& call, const ProgramResult& result) {
  std::vector<std::string_view> lines;
  for (const std::string_view line : lines_of(result.error))
    if (names_an_error(line)) lines.push_back(line);
  for (const std::string_view line : lines_of(result.output))
    if (names_an_error(line)) lines.push_back(line);
  if (lines.empty()) {
    lines = lines_of(result.error.empty() ? result.output : result.error);
    if (lines.size() > kLinesOfMessage)
      lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(kLinesOfMessage));
  }
  if (lines.size() > kLinesOfMessage) lines.resize(kLinesOfMessage);
  return fmt::format("{} failed (exit code {}): {}", std::filesystem::path(call.program).filename().string(),
                     result.exit_code,
                     lines.empty() ? "it said nothing" : fmt::format("{}", fmt::join(lines, " | ")));
}

Result<ProgramResult> run_program_well(const ProgramCall& call, const LineListener& listener) {
  FIXGATE_ASSIGN(ProgramResult result, run_program(call, listener));
  if (result.exit_code != 0) return fail("{}", failure_message(call, result));
  return result;
}

}  // namespace fixgate
