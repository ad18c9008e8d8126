#include "diagnostic/terminal.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string>
#include <system_error>

#include "diagnostic/printable.h"

namespace fixgate {
namespace {

// open() gives the lowest number that is free: that of the stream, as those before it are held by now.
void hold(int stream, int access) {
  if (::fcntl(stream, F_GETFD) != -1 || errno != EBADF) return;
  (void)::open("/dev/null", access);
}

}  // namespace

void hold_standard_streams() {
  hold(STDIN_FILENO, O_RDONLY);
  hold(STDOUT_FILENO, O_RDONLY);  // so that writing is an error, as it is to a closed one
  hold(STDERR_FILENO, O_WRONLY);
}

void say_text(std::string_view text) {
  const std::string shown = printable_lines(text);
  if (std::fwrite(shown.data(), 1, shown.size(), stdout) == shown.size()) return;
  throw std::system_error(errno, std::generic_category(), "standard output");
}

bool finish_output() {
  return std::fflush(stdout) == 0;
}

void notice(std::string_view line) {
  const std::string shown = readable_message(line) + "\n";
  std::fputs(shown.c_str(), stderr);
}

}  // namespace fixgate
