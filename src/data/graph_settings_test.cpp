#include "data/graph_settings.h"

#include <gtest/gtest.h>

#include "toml/document.h"

namespace fixgate {
namespace {

Result<GraphSettings> settings_of(std::string_view text) {
  FIXGATE_ASSIGN(const toml::table table, parse_toml(text));
  return graph_settings_in(table);
}

std::string refusal(std::string_view text) {
  const auto settings = settings_of(text);
  return settings ? "nothing is refused" : settings.error().message;
}

TEST(GraphSettings, AreReadFromTables) {
  const auto settings = settings_of("set = {sr = 16000, \"input.1\" = 576}\nstates = {h = \"hn\"}\n");
  ASSERT_TRUE(settings) << settings.error().message;
  EXPECT_EQ(settings->set, (std::map<std::string, double>{{"input.1", 576}, {"sr", 16000}}));
  EXPECT_EQ(settings->states, (std::vector<std::pair<std::string, std::string>>{{"h", "hn"}}));
  EXPECT_TRUE(settings_of("")->empty());
}

TEST(GraphSettings, RefusalsNameTheLine) {
  EXPECT_EQ(refusal("\nset = 3\n"), "line 2: 'set' must be a table");
  EXPECT_EQ(refusal("set = {sr = \"16000\"}"), "line 1: set: 'sr' must be a number");
  EXPECT_EQ(refusal("set = {sr = inf}"), "line 1: set: 'sr' must be a number");
  EXPECT_EQ(refusal("set = {sr = true}"), "line 1: set: 'sr' must be a number");
  EXPECT_EQ(refusal("states = {h = 1}"), "line 1: states: 'h' must be the name of a graph output");
}

TEST(GraphSettings, TheFirstOnesCount) {
  const GraphSettings first{{{"a", 1}}, {{"h", "x"}}};
  const GraphSettings second{{{"a", 2}, {"b", 3}}, {{"h", "y"}, {"c", "z"}}};
  const GraphSettings both = merged(first, second);
  EXPECT_EQ(both.set, (std::map<std::string, double>{{"a", 1}, {"b", 3}}));
  EXPECT_EQ(both.states, (std::vector<std::pair<std::string, std::string>>{{"h", "x"}, {"c", "z"}}));
}

}  // namespace
}  // namespace fixgate
