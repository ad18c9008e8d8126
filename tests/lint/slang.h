// What slang, a SystemVerilog compiler that keeps to the standard, says of files. Debian has no package of
// it; PyPI's is pyslang, which tests/lint/slang_lint.py runs.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace fixgate {

struct SlangVerdict {
  bool is_installed = false;
  bool is_clean = false;  // no error and no warning
  std::string text;       // what it says, or why it does not run
};

/// `arguments` are slang's; relative paths count from `folder`.
SlangVerdict lint_with_slang(const std::vector<std::string>& arguments, const std::filesystem::path& folder);

}  // namespace fixgate
