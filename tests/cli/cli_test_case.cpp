#include "cli_test_case.h"

#include <algorithm>
#include <utility>

namespace fixgate {

void CliTest::SetUp() {
  TestFolder::SetUp();
  (void)store(kOutput, "what was there before");
  (void)store(kPlan, "version = 1\n[[signal]]\nformat = \"sfix8_En4\"\n[[weight]]\nwidth = 8\n");
}

std::map<std::string, std::string> CliTest::files() const {
  std::map<std::string, std::string> found;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_))
    if (entry.is_regular_file())
      found[std::filesystem::relative(entry.path(), folder_).string()] = bytes_of(entry.path());
  return found;
}

CommandResult CliTest::run(const Arguments& arguments, CommandOptions options) const {
  options.folder = folder_;
  return run_command(arguments, options);
}

std::string CliTest::run_well(const Arguments& arguments) const {
  const CommandResult result = run(arguments);
  EXPECT_EQ(result.exit_code, 0) << "signal " << result.signal << ": " << result.error;
  EXPECT_EQ(result.error.find("fixgate: "), std::string::npos) << result.error;
  return result.output;
}

void CliTest::expect_refused(const Arguments& arguments, const std::vector<std::string>& parts,
                             CommandOptions options) const {
  const auto before = files();
  const CommandResult result = run(arguments, std::move(options));
  EXPECT_EQ(result.exit_code, 1) << "signal " << result.signal << ": " << result.error;
  EXPECT_TRUE(result.error.starts_with("fixgate: ")) << result.error;
  EXPECT_EQ(std::ranges::count(result.error, '\n'), 1) << result.error;
  EXPECT_EQ(result.error.find("internal error"), std::string::npos) << result.error;
  for (const std::string& part : parts)
    EXPECT_NE(result.error.find(part), std::string::npos) << "'" << part << "' in: " << result.error;
  EXPECT_TRUE(files() == before) << "a file is new or changed";
}

void CliTest::expect_model_refused(const std::string& model, const std::vector<std::string>& parts) const {
  std::vector<std::string> all = parts;
  all.push_back(model);
  expect_refused({"quantize", model, "--plan", kPlan, "-o", kOutput}, all);
}

}  // namespace fixgate
