// What the tests of the command line share: a folder of its own for each, runs that must go well, runs that
// must be refused.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "command.h"
#include "data/test_folder.h"

namespace fixgate {

class CliTest : public TestFolder {
 protected:
  using Arguments = std::vector<std::string>;

  void SetUp() override;

  [[nodiscard]] CommandResult run(const Arguments& arguments, CommandOptions options = {}) const;

  /// Its standard output; exit code 0 is expected, and no error.
  std::string run_well(const Arguments& arguments) const;

  /// Exit code 1, one line "fixgate: ..." with all `parts` on standard error, and no file that is new or
  /// changed.
  void expect_refused(const Arguments& arguments, const std::vector<std::string>& parts,
                      CommandOptions options = {}) const;

  /// The same of a `quantize` of `model` with a plan that states all formats, onto the file that is there
  /// before.
  void expect_model_refused(const std::string& model, const std::vector<std::string>& parts) const;

  static std::string example(const std::string& path) { return FIXGATE_SOURCE_DIR "/examples/" + path; }
  static std::string test_model(const std::string& name) {
    return FIXGATE_SOURCE_DIR "/tests/data/models/" + name + ".onnx";
  }

  /// Every file in the folder, by name, with its bytes.
  [[nodiscard]] std::map<std::string, std::string> files() const;

  static constexpr const char* kOutput = "out.fxg";  // there, with other content, before each test
  static constexpr const char* kPlan = "stated.toml";
};

}  // namespace fixgate
