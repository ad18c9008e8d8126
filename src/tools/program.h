// Other people's programs: found on the PATH, run, listened to.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "diagnostic/error.h"
#include "tools/line_splitter.h"

namespace fixgate {

/// A program to run, with its arguments, in `folder` (empty: the current one).
struct ProgramCall {
  std::string program;  // looked for on the PATH; with a '/': from `folder`
  std::vector<std::string> arguments;
  std::filesystem::path folder;
  std::vector<std::string> environment;  // "NAME=value", added to ours
  double time_limit = 0;                 // seconds after which it is killed; 0: none
};

struct ProgramResult {
  int exit_code = 0;   // 128 + signal if a signal ended it, as shells count
  std::string output;  // standard output, without the lines that the listener took; at most kMostOutputKept
  std::string error;   // standard error; at most kMostOutputKept
};

/// Who sees what a program writes, as it comes.
struct ProgramListeners {
  LineListener line;           // of standard output
  std::filesystem::path pipe;  // a named pipe that the program writes into; empty: none
  std::function<Result<void>(std::string_view)> take;  // the pipe's bytes; an error ends the program
};

/// Where the program lies. Error: not on the PATH; says which Debian package brings it, where we know.
Result<std::filesystem::path> find_program(const std::string& program);

/// Waits for the end of the program, whatever its exit code; then nothing that it started lives on. Its
/// standard input is empty. Errors: not on the PATH, cannot be started; killed because it took longer than
/// its limit, wrote a line of more than kLongestLine bytes, because a listener gave an error, or because we
/// are interrupted (tools/interruption.h).
Result<ProgramResult> run_program(const ProgramCall& call, const ProgramListeners& listeners = {});

/// The same; an exit code other than 0 is an error that carries the program's own message.
Result<ProgramResult> run_program_well(const ProgramCall& call, const ProgramListeners& listeners = {});

/// The program's name without its folder.
std::string program_name(const ProgramCall& call);

/// What a program that failed said, in one line: what the system refused it (a full disk), or else its lines
/// with "error" in them, or else its last lines. Long lines are cut.
std::string failure_message(const ProgramCall& call, const ProgramResult& result);

}  // namespace fixgate
