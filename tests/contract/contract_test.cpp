// docs/numerics.md, read and checked: page and code cannot drift apart.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <regex>

#include "cells/gru.h"
#include "cells/lstm.h"
#include "cells/rnn.h"
#include "example.h"
#include "numeric/requantise.h"
#include "numeric/weight_code.h"
#include "page.h"
#include "program/text.h"

namespace fixgate {
namespace {

using Row = std::vector<std::string>;

std::vector<std::int64_t> numbers_in(const std::string& text) {
  static const std::regex number("-?[0-9]+");
  std::vector<std::int64_t> numbers;
  for (auto at = std::sregex_iterator(text.begin(), text.end(), number); at != std::sregex_iterator(); ++at)
    numbers.push_back(std::stoll(at->str()));
  return numbers;
}

TEST(Contract, Section1FormatsHaveTheRangesOfTheTable) {
  const auto rows = table_of_page({"format", "q range", "values", "step"});
  EXPECT_EQ(rows.size(), 4U);
  for (const Row& row : rows) {
    const auto format =
        parse_format(row[0].substr(row[0].find('=') == std::string::npos ? 0 : row[0].find('=') + 2));
    ASSERT_TRUE(format) << row[0];
    const std::size_t dots = row[1].find(row[1].find("..") == std::string::npos ? "," : "..");
    EXPECT_EQ(format->min(), std::stoll(row[1].substr(0, dots)));
    EXPECT_EQ(format->max(), std::stoll(row[1].substr(dots + (row[1][dots] == '.' ? 2 : 1))));
    const std::size_t to = row[2].find(row[2].find("..") == std::string::npos ? "," : "..");
    EXPECT_EQ(format->value(format->min()), std::stod(row[2].substr(0, to)));
    EXPECT_EQ(format->value(format->max()), std::stod(row[2].substr(to + (row[2][to] == '.' ? 2 : 1))));
    const auto step = numbers_in(row[3]);
    EXPECT_EQ(format->value(1),
              step.size() == 2 ? 1.0 / static_cast<double>(step[1]) : static_cast<double>(step[0]));
  }
}

TEST(Contract, Section3RoundsAsTheTableSays) {
  const auto rows = table_of_page({"v, F", "to", "floor", "nearest", "convergent"});
  EXPECT_EQ(rows.size(), 6U);
  for (const Row& row : rows) {
    const auto from = numbers_in(row[0]);
    const int to = static_cast<int>(numbers_in(row[1]).front());
    const Rounding roundings[] = {Rounding::Floor, Rounding::Nearest, Rounding::Convergent};
    for (std::size_t k = 0; k < 3; ++k) {
      std::int64_t overflows = 0;
      const SignalFormat target{{true, 32, to}, roundings[k], Overflow::Saturate};
      EXPECT_EQ(requantise(from[0], static_cast<int>(from[1]), target, overflows),
                numbers_in(row[2 + k]).front())
          << row[0];
    }
  }
}

TEST(Contract, Section3OverflowsAsTheTableSays) {
  const auto rows = table_of_page({"r into sfix4", "saturate", "wrap"});
  EXPECT_EQ(rows.size(), 4U);
  for (const Row& row : rows) {
    const Overflow modes[] = {Overflow::Saturate, Overflow::Wrap};
    for (std::size_t k = 0; k < 2; ++k) {
      const std::int64_t r = std::stoll(row[0]);
      std::int64_t overflows = 0;
      const SignalFormat target{{true, 4, 0}, Rounding::Floor, modes[k]};
      EXPECT_EQ(requantise(r, 0, target, overflows), std::stoll(row[1 + k])) << r;
      EXPECT_EQ(overflows, r < -8 || r > 7 ? 1 : 0) << r;
    }
  }
}

TEST(Contract, Section4CodesHoldTheIntegersOfTheTable) {
  const auto rows = table_of_page({"code", "integers"});
  EXPECT_EQ(rows.size(), 4U);
  for (const Row& row : rows) {
    const Row words = words_of(row[0]);
    const auto encoding = parse_weight_encoding(words[0]);
    ASSERT_TRUE(encoding) << words[0];
    const WeightCode code{*encoding, std::stoi(words[1])};
    std::vector<std::int64_t> members;
    for (std::int64_t q = -40; q <= 40; ++q)
      if (code.contains(q)) members.push_back(q);
    EXPECT_EQ(members, numbers_in(row[1])) << row[0];
  }
}

TEST(Contract, WorkedExamplesComputeWhatThePageSays) {
  const auto blocks = blocks_of_page("program");
  EXPECT_EQ(blocks.size(), 5U);
  for (const auto& lines : blocks) {
    SCOPED_TRACE(lines.front());
    const Example example = parse_example(lines);
    EXPECT_FALSE(example.gives.empty() && example.widths.empty());
    expect_example(example);
  }
}

// --- section 7: the cells ---

/// The statements of a program's last layer as the page writes them: no sizes, formats or numbers of tables.
std::vector<std::string> equations_of(const program::Program& program) {
  program::FixedNetwork network;
  network.program = program;
  network.formats = {program.values.size(), SignalFormat()};
  network.weights = {program.matrices.size(), WeightMatrix()};
  network.constants = {program.constants.size(), program::FixedConstant()};
  network.initial = {program.states.size(), {}};
  network.tables.add(ActivationTable());
  network.table_of = {program.functions.size(), program::TableId(0)};
  static const std::regex statement("^  (\\S+) [0-9]+ .* (<-|=) (.*)$");
  std::vector<std::string> equations;
  std::istringstream text(write_text(network, false));
  for (std::string line; std::getline(text, line);) {
    std::smatch parts;
    if (!std::regex_match(line, parts, statement)) continue;
    const std::string right = std::regex_replace(parts[3].str(), std::regex(" table 0$"), "");
    equations.push_back(fmt::format("{} {} {}", parts[1].str(), parts[2].str(), right));
  }
  return equations;
}

struct Empty {
  program::Program program;
  cells::RecurrentShape shape;

  Empty() {
    program.name = "cell";
    const program::ClockId clock = program.clocks.add({"step"});
    shape.input = program.values.add({"x", std::nullopt, clock, 2});
    shape.head = {"cell", "cell", clock, false};
    shape.inputs = 2;
    shape.hidden = 3;
  }
};

program::Function named(const char* name) {
  return program::NamedFunction{name};
}

std::vector<std::string> lstm(bool is_full) {
  Empty empty;
  cells::LstmAttributes attributes{named("f"), named("g"), named("h"), {true, true, true, true}};
  attributes.has_peepholes = attributes.has_clip = is_full;
  add_lstm(empty.program, empty.shape, attributes);
  return equations_of(empty.program);
}

std::vector<std::string> coupled_lstm() {
  Empty empty;
  cells::LstmAttributes attributes{named("f"), named("g"), named("h"), {true, true, true, true}};
  attributes.input_forget = true;
  add_lstm(empty.program, empty.shape, attributes);
  return equations_of(empty.program);
}

std::vector<std::string> gru(bool linear_before_reset) {
  Empty empty;
  add_gru(empty.program, empty.shape,
          {linear_before_reset, named("f"), named("g"), {true, true, true}, linear_before_reset});
  return equations_of(empty.program);
}

std::vector<std::string> rnn() {
  Empty empty;
  add_rnn(empty.program, empty.shape, {named("f"), true});
  return equations_of(empty.program);
}

TEST(Contract, Section7ListsWhatTheCellsAre) {
  const std::vector<std::pair<std::string, std::vector<std::string>>> cells{
      {"LSTM", lstm(false)},
      {"LSTM with peepholes and clip", lstm(true)},
      {"LSTM with input_forget", coupled_lstm()},
      {"GRU, linear_before_reset = 1", gru(true)},
      {"GRU, linear_before_reset = 0", gru(false)},
      {"RNN", rnn()}};
  const auto blocks = blocks_of_page("cell");
  std::map<std::string, std::vector<std::string>> on_page;
  for (const auto& lines : blocks) {
    std::vector<std::string> equations;
    for (std::size_t k = 1; k < lines.size(); ++k)
      equations.push_back(fmt::format("{}", fmt::join(words_of(lines[k]), " ")));
    on_page[lines.front()] = equations;
  }
  EXPECT_EQ(on_page.size(), cells.size());
  for (const auto& [name, equations] : cells)
    EXPECT_EQ(fmt::format("{}", fmt::join(on_page[name], "\n")),
              fmt::format("{}", fmt::join(equations, "\n")))
        << name;
}

}  // namespace
}  // namespace fixgate
