#include "tools/conversation.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace fixgate {
namespace {

constexpr int kTick = 20;           // milliseconds between looks whether the program has ended
constexpr int kTickWhenSilent = 2;  // the same, once it can say nothing more
constexpr std::chrono::seconds kLongestDrain{5};

/// What could be read at once; empty: the stream has ended, or there is nothing now.
std::string read_some(const Descriptor& from) {
  std::array<char, 1 << 16> buffer;
  ssize_t count = 0;
  while ((count = ::read(from.number(), buffer.data(), buffer.size())) < 0 && errno == EINTR) {
  }
  return {buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0))};
}

}  // namespace

Conversation::Conversation(const ProgramCall& call, const ProgramListeners& listeners)
    : call_(call), listeners_(listeners), lines_(listeners.line, result_.output) {}

Result<ProgramResult> Conversation::hold() {
  FIXGATE_CHECK(open_pipe());
  FIXGATE_ASSIGN(ChildProcess child, ChildProcess::start(call_));
  while (!child.has_ended()) {
    FIXGATE_CHECK(check_time());
    FIXGATE_CHECK(listen(child, output_is_open_ || error_is_open_ ? kTick : kTickWhenSilent));
  }
  result_.exit_code = child.end();
  FIXGATE_CHECK(drain(child));
  lines_.finish();
  return std::move(result_);
}

// Opened before the program does: simulators open it without waiting for a reader.
Result<void> Conversation::open_pipe() {
  if (listeners_.pipe.empty()) return {};
  pipe_ = Descriptor(::open(listeners_.pipe.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (pipe_.number() >= 0) return {};
  return fail("{}: cannot be opened: {}", listeners_.pipe.string(), std::strerror(errno));
}

Result<void> Conversation::check_time() const {
  if (is_interrupted()) return fail("interrupted");
  const std::chrono::duration<double> passed = Clock::now() - start_;
  if (call_.time_limit > 0 && passed.count() > call_.time_limit)
    return fail("{}: stopped after {:g} seconds, its limit; --time-limit SECONDS sets another",
                program_name(call_), call_.time_limit);
  return {};
}

/// True: something was read.
Result<bool> Conversation::listen(const ChildProcess& child, int milliseconds) {
  std::array<pollfd, 4> polled{{{output_is_open_ ? child.output().number() : -1, POLLIN, 0},
                                {error_is_open_ ? child.error().number() : -1, POLLIN, 0},
                                {pipe_.number(), POLLIN, 0},
                                {interruption_descriptor(), POLLIN, 0}}};
  if (::poll(polled.data(), polled.size(), milliseconds) <= 0) return false;
  bool has_read = false;
  if (polled[0].revents != 0) {
    FIXGATE_ASSIGN(output_is_open_, read_output(child.output()));
    has_read = output_is_open_;
  }
  if (polled[1].revents != 0) {
    error_is_open_ = read_error(child.error());
    has_read = has_read || error_is_open_;
  }
  if ((polled[2].revents & POLLIN) != 0) {
    FIXGATE_ASSIGN(const bool some, read_pipe());
    has_read = has_read || some;
  } else if (polled[2].revents != 0) {
    pipe_.close();  // its writer has
  }
  return has_read;
}

/// False: the stream has ended.
Result<bool> Conversation::read_output(const Descriptor& from) {
  const std::string bytes = read_some(from);
  if (!lines_.add(bytes))
    return fail("{}: stopped: it writes a line of more than {} bytes", program_name(call_), kLongestLine);
  return !bytes.empty();
}

bool Conversation::read_error(const Descriptor& from) {
  const std::string bytes = read_some(from);
  if (result_.error.size() < kMostOutputKept) result_.error += bytes;
  return !bytes.empty();
}

Result<bool> Conversation::read_pipe() {
  const std::string bytes = read_some(pipe_);
  if (!bytes.empty()) FIXGATE_CHECK(listeners_.take(bytes));
  return !bytes.empty();
}

// What the program wrote before it ended. Something that it started and that left its group may write on.
Result<void> Conversation::drain(const ChildProcess& child) {
  const Clock::time_point end = Clock::now() + kLongestDrain;
  while (Clock::now() < end) {
    FIXGATE_ASSIGN(const bool some, listen(child, 0));
    if (!some) break;
  }
  return {};
}

}  // namespace fixgate
