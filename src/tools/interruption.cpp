#include "tools/interruption.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <mutex>

namespace fixgate {
namespace {

constexpr std::array<int, 3> kSignals{SIGINT, SIGTERM, SIGHUP};

volatile sig_atomic_t noted_signal = 0;
std::array<int, 2> wake_pipe{-1, -1};  // never emptied: all who wait see it

std::mutex watch_mutex;
int watches = 0;
std::array<struct sigaction, kSignals.size()> actions_before{};

void note(int signal) {
  const int error = errno;
  if (noted_signal != 0) ::signal(signal, SIG_DFL);
  if (noted_signal != 0) ::raise(signal);
  noted_signal = signal;
  [[maybe_unused]] const ssize_t written = ::write(wake_pipe[1], "", 1);
  errno = error;
}

void install_handlers() {
  if (wake_pipe[0] < 0 && ::pipe2(wake_pipe.data(), O_CLOEXEC | O_NONBLOCK) != 0) return;
  struct sigaction action {};
  action.sa_handler = note;
  for (std::size_t index = 0; index < kSignals.size(); ++index) {
    ::sigaction(kSignals[index], nullptr, &actions_before[index]);
    if (actions_before[index].sa_handler != SIG_IGN) ::sigaction(kSignals[index], &action, nullptr);
  }
}

void restore_handlers() {
  if (wake_pipe[0] < 0) return;
  for (std::size_t index = 0; index < kSignals.size(); ++index)
    ::sigaction(kSignals[index], &actions_before[index], nullptr);
}

}  // namespace

InterruptionWatch::InterruptionWatch() {
  const std::scoped_lock lock(watch_mutex);
  if (watches++ == 0) install_handlers();
}

InterruptionWatch::~InterruptionWatch() {
  const std::scoped_lock lock(watch_mutex);
  if (--watches == 0) restore_handlers();
}

bool is_interrupted() {
  return noted_signal != 0;
}

int interruption_descriptor() {
  return wake_pipe[0];
}

void end_if_interrupted() {
  if (noted_signal == 0) return;
  ::signal(noted_signal, SIG_DFL);
  ::raise(noted_signal);
}

}  // namespace fixgate
