// An empty value is most likely a variable of the shell that was not set: it never counts as not given.
#include <algorithm>
#include <sstream>

#include "cli_test_case.h"

namespace fixgate {
namespace {

class Empty : public CliTest {
 protected:
  /// The options with a value that the help of `command` tells of; with a `check` those that it names.
  [[nodiscard]] std::vector<std::string> options_of(const std::string& command,
                                                    const std::string& check = "") const {
    std::vector<std::string> options;
    std::istringstream help(run_well({command, "--help"}));
    for (std::string line; std::getline(help, line);) {
      std::istringstream words(line);
      std::string names;
      std::string type;
      words >> names >> type;
      if (type.find(check) == std::string::npos) continue;
      type = type.substr(0, type.find_first_of(":="));  // what is behind it is a check, or the default
      if (!names.starts_with('-') || type.empty() || kTypes.find(type) == std::string_view::npos) continue;
      options.push_back(names.substr(names.find("--")));
    }
    return options;
  }

  static constexpr std::string_view kTypes = "TEXT INT UINT FLOAT";
  const std::map<std::string, Arguments> commands_{
      {"inspect", {"inspect", "m.onnx"}},  {"quantize", {"quantize", "m.onnx"}},
      {"evaluate", {"evaluate", "q.fxg"}}, {"show", {"show", "q.fxg"}},
      {"sweep", {"sweep", "s.toml"}},      {"explore", {"explore", "m.onnx"}},
      {"rtl", {"rtl", "q.fxg"}},           {"verify", {"verify", "accel"}},
      {"synth", {"synth", "accel"}}};
};

TEST_F(Empty, EveryOptionOfEveryCommand) {
  std::size_t options = 0;
  for (const auto& [command, arguments] : commands_)
    for (const std::string& option : options_of(command)) {
      SCOPED_TRACE(command + " " + option);
      ++options;
      Arguments apart = arguments;
      apart.insert(apart.end(), {option, ""});
      expect_refused(apart, {option + ": is empty"});
      Arguments joined = arguments;
      joined.insert(joined.end(), {option + "=", "next"});
      expect_refused(joined, {option + ": is empty"});
    }
  EXPECT_GT(options, 50U);
}

TEST_F(Empty, EveryElementOfEveryList) {
  std::vector<std::string> lists;
  for (const auto& [command, arguments] : commands_)
    for (const std::string& option : options_of(command, ":LIST"))
      for (const char* list : {"8,,16", ",8", "8,", ",", "8, ,16"}) {
        SCOPED_TRACE(command + " " + option + " " + list);
        Arguments all = arguments;
        all.insert(all.end(), {option, list, "-t", "t.toml", "-o", "out"});
        expect_refused(all, {option + ": '" + list + "' has an empty element"});
        lists.push_back(option);
      }
  for (const char* option : {"--weights", "--segments", "--objectives", "--strategy"})
    EXPECT_EQ(std::ranges::count(lists, option), 5) << option;
}

// What takes one value has no list in it.
TEST_F(Empty, ElementsWhereThereIsNoList) {
  for (const char* list : {"8,,16", "8,16", ",8", "8,"}) {
    expect_refused({"rtl", "q.fxg", "-o", "a", "--lanes", list}, {"--lanes " + std::string(list)});
    expect_refused({"rtl", "q.fxg", "-o", "a", "--lanes", std::string("l=") + list}, {"--lanes l="});
    expect_refused({"explore", "m.onnx", "-t", "t.toml", "-o", "out", "--activations", list},
                   {"--activations " + std::string(list)});
  }
}

TEST_F(Empty, EveryArgumentOfEveryCommand) {
  for (const auto& [command, arguments] : commands_) expect_refused({command, ""}, {": is empty"});
}

TEST_F(Empty, OptionsOfEveryCommand) {
  expect_refused({"--threads", "", "inspect", "m.onnx"}, {"--threads: is empty"});
  expect_refused({"inspect", "m.onnx", "--threads", ""}, {"--threads: is empty"});
}

// --json $UNSET --part test: the shell drops an empty word.
TEST_F(Empty, AnOptionIsNoValueOfTheOneBefore) {
  expect_refused({"evaluate", "q.fxg", "-t", "t.toml", "--json", "--part", "test"},
                 {"--json", "has no value before '--part'"});
  expect_refused({"quantize", "m.onnx", "-o", "-t", "t.toml"}, {"--output", "has no value before '-t'"});
}

TEST_F(Empty, KeysOfFiles) {
  const std::string gru = example("digits/digits-gru.onnx");
  const std::string task =
      "version = 1\nname = \"t\"\n[data]\nkind = \"text\"\ntrain = \"a\"\nvalidation = \"b\"\ntest = \"c\"\n"
      "vocabulary = \"v\"\nunit = \"word\"\nend_of_line = \"e\"\nunknown = \"u\"\n[calibration]\ntokens = 1\n"
      "[metric]\nkind = \"perplexity\"\n";
  for (const char* key :
       {"name", "train", "validation", "test", "vocabulary", "unit", "end_of_line", "unknown"}) {
    std::string changed = task;
    const std::size_t at = changed.find(std::string("\n") + key + " = ") + std::string(key).size() + 5;
    changed.erase(at, changed.find('"', at) - at);
    (void)store("t.toml", changed);
    expect_refused({"evaluate", gru, "-t", "t.toml"}, {"t.toml: line ", key, "is empty"});
  }
  for (const char* plan : {"preset = \"\"", "[[signal]]\nmatch = \"\"", "[[signal]]\nformat = \"\"",
                           "[[weight]]\nrounding = \"\"", "[[table]]\nkind = \"\""}) {
    (void)store("p.toml", std::string("version = 1\n") + plan + "\n");
    expect_refused({"quantize", gru, "--plan", "p.toml", "-o", kOutput}, {"p.toml", "is empty"});
  }
  for (const char* key : {"name", "model", "task"}) {
    std::string suite = "version = 1\n[[network]]\n";
    for (const char* one : {"name", "model", "task"})
      suite += std::string(one) + " = \"" + (std::string(one) == key ? "" : "x") + "\"\n";
    (void)store("s.toml", suite + "plans = [{file = \"\"}]\n");
    expect_refused({"sweep", "s.toml", "-o", "out"},
                   {"s.toml: line ", std::string("'") + key + "' is empty"});
  }
  (void)store(
      "s.toml",
      "version = 1\n[[network]]\nname = \"n\"\nmodel = \"m\"\ntask = \"t\"\nplans = [{file = \"\"}]\n");
  expect_refused({"sweep", "s.toml", "-o", "out"}, {"s.toml: line ", "'file' is empty"});
}

}  // namespace
}  // namespace fixgate
