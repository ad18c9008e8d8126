// Listening to a program until it ends or is given up.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "tools/child_process.h"
#include "tools/interruption.h"
#include "tools/line_splitter.h"

namespace fixgate {

class Conversation {
 public:
  /// All outlive the conversation.
  Conversation(const ProgramCall& call, const ProgramListeners& listeners);

  /// Runs the program. Errors: cannot be started; given up, because it took longer than its limit or wrote
  /// too long a line, because what it wrote into the pipe was not taken, or because we are interrupted.
  Result<ProgramResult> hold();

 private:
  using Clock = std::chrono::steady_clock;

  Result<void> open_pipe();
  Result<void> check_time() const;
  Result<bool> listen(const ChildProcess& child, int milliseconds);
  Result<bool> read_output(const Descriptor& from);
  bool read_error(const Descriptor& from);
  Result<bool> read_pipe();
  Result<void> drain(const ChildProcess& child);

  const ProgramCall& call_;
  const ProgramListeners& listeners_;
  ProgramResult result_;
  LineSplitter lines_;
  InterruptionWatch watch_;
  Descriptor pipe_;
  bool output_is_open_ = true;
  bool error_is_open_ = true;
  Clock::time_point start_ = Clock::now();
};

}  // namespace fixgate
