// A program that runs beside ours.
#pragma once

#include <sys/types.h>

#include "files/descriptor.h"
#include "tools/program.h"

namespace fixgate {

/// The program with all that it starts is a process group, which is killed with its owner, also when our
/// process dies, however it does. Its standard input is empty.
class ChildProcess {
 public:
  /// Errors: not on the PATH, cannot be started.
  static Result<ChildProcess> start(const ProgramCall& call);

  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&&) = delete;
  ~ChildProcess();

  [[nodiscard]] const Descriptor& output() const { return output_; }
  [[nodiscard]] const Descriptor& error() const { return error_; }

  [[nodiscard]] bool has_ended() const;

  /// Kills what is left of the group; the program's exit code, 128 + signal if a signal ended it.
  int end();

 private:
  ChildProcess() = default;

  pid_t process_ = -1;
  Descriptor output_;
  Descriptor error_;
  Descriptor alive_;  // open as long as we are; a guard in the group waits for its end
};

}  // namespace fixgate
