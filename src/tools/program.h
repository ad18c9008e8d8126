// Other people's programs: found on the PATH, run, listened to.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "diagnostic/error.h"

namespace fixgate {

/// A program to run, with its arguments, in `folder` (empty: the current one).
struct ProgramCall {
  std::string program;  // looked for on the PATH
  std::vector<std::string> arguments;
  std::filesystem::path folder;
  std::vector<std::string> environment;  // "NAME=value", added to ours
};

struct ProgramResult {
  int exit_code = 0;   // 128 + signal if a signal ended it, as shells count
  std::string output;  // standard output, without the lines that the listener took
  std::string error;   // standard error
};

/// Sees a line of standard output as it comes, without its newline. True: taken, the line is not kept.
using LineListener = std::function<bool(std::string_view)>;

/// Where the program lies. Error: not on the PATH; says which Debian package brings it, where we know.
Result<std::filesystem::path> find_program(const std::string& program);

/// Waits for the end of the program, whatever its exit code. Errors: not on the PATH, cannot be started.
Result<ProgramResult> run_program(const ProgramCall& call, const LineListener& listener = {});

/// The same; an exit code other than 0 is an error that carries the program's own message.
Result<ProgramResult> run_program_well(const ProgramCall& call, const LineListener& listener = {});

/// What a program that failed said: its lines with "error" in them or else its last lines, in one line.
std::string failure_message(const ProgramCall& call, const ProgramResult& result);

}  // namespace fixgate
