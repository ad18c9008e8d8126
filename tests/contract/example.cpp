#include "example.h"

#include <gtest/gtest.h>

#include "page.h"
#include "program/exact_sums.h"
#include "program/text.h"
#include "program/verify.h"
#include "simulate/testing/value_trace.h"

namespace fixgate {
namespace {

using program::FixedNetwork;
using program::ValueId;

/// "[20 -3] [4 5]"
std::vector<std::int64_t> integers_of(const std::vector<std::string>& words) {
  std::vector<std::int64_t> integers;
  for (std::string word : words) {
    std::erase(word, '[');
    std::erase(word, ']');
    integers.push_back(std::stoll(word));
  }
  return integers;
}

bool take_expectation(const std::string& line, Example& example) {
  std::vector<std::string> words = words_of(line);
  if (words.size() < 3) return false;
  const std::string kind = words[0];
  const std::string name = words[1];
  words.erase(words.begin(), words.begin() + 2);
  if (kind == "given")
    example.given[name] = integers_of(words);
  else if (kind == "gives")
    example.gives[name] = integers_of(words);
  else if (kind == "overflows")
    example.overflows[name] = integers_of(words).front();
  else if (kind == "width")
    example.widths[name] = static_cast<int>(integers_of(words).front());
  else
    return false;
  return true;
}

/// Integers of an input's format as the real numbers that enter.
Sequence sequence_of(const FixedNetwork& network, ValueId input, const std::vector<std::int64_t>& integers) {
  const int size = network.program.values[input].size;
  Sequence sequence;
  sequence.features.resize(static_cast<Eigen::Index>(integers.size()) / size, size);
  for (Eigen::Index k = 0; k < sequence.features.size(); ++k)
    sequence.features.data()[k] =
        static_cast<float>(network.formats[input].format.value(integers[static_cast<std::size_t>(k)]));
  return sequence;
}

void expect_widths(const Example& example) {
  const auto proven = prove_sums(example.network);
  ASSERT_TRUE(proven) << proven.error().message;
  std::map<std::string, int> found;
  for (const program::ProvenSum& sum : *proven)
    found[full_name(example.network.program, example.network.program.values[sum.target])] = sum.width;
  for (const auto& [name, width] : example.widths) EXPECT_EQ(found[name], width) << name;
}

}  // namespace

Example parse_example(const std::vector<std::string>& lines) {
  Example example;
  std::string text;
  for (const std::string& line : lines)
    if (!take_expectation(line, example)) text += line + "\n";
  auto parsed = program::parse_text(text);
  EXPECT_TRUE(parsed) << (parsed ? "" : parsed.error().message) << "\n" << text;
  if (parsed) example.network = std::move(*parsed);
  const auto verified = verify(example.network);
  EXPECT_TRUE(verified) << (verified ? "" : verified.error().message) << "\n" << text;
  return example;
}

void expect_example(const Example& example) {
  const FixedNetwork& network = example.network;
  std::vector<Sequence> inputs;
  for (const ValueId input : inputs_of(network.program)) {
    const auto given = example.given.find(network.program.values[input].name);
    ASSERT_NE(given, example.given.end()) << network.program.values[input].name;
    inputs.push_back(sequence_of(network, input, given->second));
  }
  const program::ProgramSimulator simulator(network);
  program::Memory memory = simulator.initial_memory();
  program::ValueCounts counts = simulator.no_counts();
  testing_support::ValueTrace trace(network.program);
  const auto outputs = simulator.run(inputs, memory, counts, &trace);
  ASSERT_TRUE(outputs) << outputs.error().message;
  for (const auto& [name, integers] : example.given) EXPECT_EQ(trace.values[name], integers) << name;
  for (const auto& [name, integers] : example.gives) EXPECT_EQ(trace.values[name], integers) << name;
  for (const ValueId id : network.program.values.ids()) {
    const auto wanted = example.overflows.find(full_name(network.program, network.program.values[id]));
    EXPECT_EQ(counts.overflows[id], wanted == example.overflows.end() ? 0 : wanted->second)
        << full_name(network.program, network.program.values[id]);
  }
  expect_widths(example);
}

}  // namespace fixgate
