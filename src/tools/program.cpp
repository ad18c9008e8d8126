#include "tools/program.h"

#include <fmt/ranges.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>

#include "tools/conversation.h"

namespace fixgate {
namespace {

constexpr std::size_t kLinesOfMessage = 4;
constexpr std::size_t kLongestQuoted = 300;  // bytes of a line

const std::map<std::string, std::string>& debian_packages() {
  static const std::map<std::string, std::string> packages{
      {"verilator", "verilator"},        {"g++", "g++"},      {"make", "make"},
      {"iverilog", "iverilog"},          {"vvp", "iverilog"}, {"yosys", "yosys"},
      {"nextpnr-ice40", "nextpnr-ice40"}};
  return packages;
}

std::string how_to_get(const std::string& program) {
  const auto package = debian_packages().find(program);
  if (package != debian_packages().end()) return "install Debian's package " + package->second;
  if (program.starts_with("yowasp-")) return "install it with pip from PyPI";
  return "install it";
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

// What the system says, which explains all the rest.
bool names_a_cause(std::string_view line) {
  constexpr std::array<std::string_view, 5> kCauses{"No space left on device", "File too large",
                                                    "Disk quota exceeded", "Read-only file system",
                                                    "Cannot allocate memory"};
  return std::ranges::any_of(
      kCauses, [&](std::string_view cause) { return line.find(cause) != std::string_view::npos; });
}

bool names_an_error(std::string_view line) {
  return line.find("rror") != std::string_view::npos || line.find("ERROR") != std::string_view::npos;
}

using Filter = bool (*)(std::string_view line);

std::vector<std::string_view> first_lines(const ProgramResult& result, Filter filter) {
  std::vector<std::string_view> found;
  for (const std::string* text : {&result.error, &result.output})
    for (const std::string_view line : lines_of(*text))
      if (filter(line) && found.size() < kLinesOfMessage) found.push_back(line);
  return found;
}

std::vector<std::string_view> last_lines(const ProgramResult& result) {
  std::vector<std::string_view> lines = lines_of(result.error.empty() ? result.output : result.error);
  if (lines.size() > kLinesOfMessage)
    lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(kLinesOfMessage));
  return lines;
}

std::string quoted(const std::vector<std::string_view>& lines) {
  if (lines.empty()) return "it said nothing";
  std::vector<std::string> cut;
  for (const std::string_view line : lines)
    cut.push_back(std::string(line.substr(0, kLongestQuoted)) + (line.size() > kLongestQuoted ? "..." : ""));
  return fmt::format("{}", fmt::join(cut, " | "));
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

Result<ProgramResult> run_program(const ProgramCall& call, const ProgramListeners& listeners) {
  return Conversation(call, listeners).hold();
}

std::string program_name(const ProgramCall& call) {
  return std::filesystem::path(call.program).filename().string();
}

std::string failure_message(const ProgramCall& call, const ProgramResult& result) {
  std::vector<std::string_view> lines = first_lines(result, names_a_cause);
  const bool is_refused = !lines.empty();
  if (is_refused) lines.resize(1);
  if (lines.empty()) lines = first_lines(result, names_an_error);
  if (lines.empty()) lines = last_lines(result);
  return fmt::format("{} failed (exit code {}): {}{}", program_name(call), result.exit_code, quoted(lines),
                     is_refused && !call.folder.empty() ? "; TMPDIR can name another place to work in" : "");
}

Result<ProgramResult> run_program_well(const ProgramCall& call, const ProgramListeners& listeners) {
  FIXGATE_ASSIGN(ProgramResult result, run_program(call, listeners));
  if (result.exit_code != 0) return fail("{}", failure_message(call, result));
  return result;
}

}  // namespace fixgate
