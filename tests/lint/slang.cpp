#include "lint/slang.h"

#include "tools/program.h"

namespace fixgate {
namespace {

constexpr int kNotInstalled = 77;  // slang_lint.py's exit code

}  // namespace

SlangVerdict lint_with_slang(const std::vector<std::string>& arguments, const std::filesystem::path& folder) {
  ProgramCall call{"python3", {FIXGATE_SOURCE_DIR "/tests/lint/slang_lint.py"}, folder, {}};
  call.arguments.insert(call.arguments.end(), arguments.begin(), arguments.end());
  const auto result = run_program(call);
  if (!result) return {false, false, result.error().message};
  return {result->exit_code != kNotInstalled, result->exit_code == 0, result->output + result->error};
}

}  // namespace fixgate
