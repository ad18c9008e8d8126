#include <gtest/gtest.h>

#include "program/text.h"
#include "program/verify.h"
#include "run/look_ahead.h"
#include "run/run_program.h"
#include "run/state_arrays.h"

namespace fixgate {
namespace {

using program::FixedNetwork;

// Adds up what enters, and hands on the difference to what entered a step before.
constexpr const char* kAdder = R"(network adder
clock step
input x on step size 6 shape [2 1 3] input sfix16_En4 nearest saturate
layer l on step kind "adds up"
  state s depth 1 carried
  s 6 dense sfix16_En4 nearest saturate <- s[t-1] + x
  d 6 dense sfix16_En4 nearest saturate <- x - x[t-1]
output sum of l.s shape [2 1 3]
output difference of l.d
)";

constexpr const char* kPair = R"(network pair
clock step
input a on step size 1 input sfix8_En4 nearest saturate
input word on step tokens 3
layer e on step kind "rows"
  matrix E 3 x 1 integer 4
  v 1 embedding sfix8_En4 nearest saturate <- E[word]
layer l on step kind "sum"
  s 1 dense sfix8_En4 nearest saturate <- a + e.v
output out of l.s
weights e.E 0 fraction 0 [1]
weights e.E 1 fraction 0 [2]
weights e.E 2 fraction 0 [3]
)";

FixedNetwork network_of(const char* text) {
  auto parsed = program::parse_text(text);
  EXPECT_TRUE(parsed) << parsed.error().message;
  EXPECT_TRUE(verify(*parsed)) << verify(*parsed).error().message;
  return *parsed;
}

Arrays one(const std::string& name, NpyArray array) {
  Arrays arrays;
  arrays.emplace(name, std::move(array));
  return arrays;
}

std::vector<float> counted(int count) {
  std::vector<float> numbers;
  for (int k = 0; k < count; ++k) numbers.push_back(static_cast<float>(k % 7 - 3) / 4);
  return numbers;
}

std::string refusal(const Arrays& arrays, const char* text) {
  const auto data = run_data_of(arrays, network_of(text).program);
  return data ? "nothing is refused" : data.error().message;
}

TEST(RunData, TakesTheShapeOfTheFileWithOrWithoutAxesOfOneOrFlat) {
  const FixedNetwork adder = network_of(kAdder);
  for (const auto& shape : {std::vector<std::int64_t>{4, 2, 1, 3}, {4, 2, 3}, {4, 6}}) {
    const auto data = run_data_of(one("anything", npy_array(shape, counted(24))), adder.program);
    ASSERT_TRUE(data) << data.error().message;
    EXPECT_FALSE(data->is_batch);
    ASSERT_EQ(data->sequences.size(), 1U);
    EXPECT_EQ(data->sequences[0][0].features(3, 5), counted(24).back());
  }
  const auto batch = run_data_of(one("x", npy_array({2, 2, 2, 3}, counted(24))), adder.program);
  ASSERT_TRUE(batch) << batch.error().message;
  EXPECT_TRUE(batch->is_batch);
  EXPECT_EQ(batch->sequences.size(), 2U);
  EXPECT_EQ(batch->sequences[1][0].features.rows(), 2);
}

TEST(RunData, CutsSequencesToTheirLengths) {
  Arrays arrays = one("x", npy_array({2, 2, 6}, counted(24)));
  arrays.emplace("lengths", npy_array({2}, std::vector<std::int64_t>{2, 1}));
  arrays.emplace("targets", npy_array({2}, std::vector<std::int64_t>{0, 1}));
  const auto data = run_data_of(arrays, network_of(kAdder).program);
  ASSERT_TRUE(data) << data.error().message;
  EXPECT_EQ(data->sequences[1][0].features.rows(), 1);
  arrays["lengths"] = npy_array({2}, std::vector<std::int64_t>{2, 3});
  EXPECT_NE(refusal(arrays, kAdder).find("sequence 1 has length 3; 1 to 2"), std::string::npos);
}

TEST(RunData, RefusalsNameTheArray) {
  EXPECT_EQ(refusal(one("x", npy_array({4, 5}, counted(20))), kAdder),
            "array 'x': float [steps, 2, 3], or [sequences, steps, 2, 3] is needed, this is <f4 [4, 5]");
  EXPECT_EQ(refusal(one("x", npy_array({0, 6}, counted(0))), kAdder).substr(0, 16), "array 'x': float");
  std::vector<float> broken = counted(12);
  broken[7] = std::numeric_limits<float>::infinity();
  EXPECT_EQ(refusal(one("x", npy_array({2, 6}, broken)), kAdder),
            "array 'x': sequence 0: step 1, element 1 is inf, not a finite number");
  Arrays pair = one("a", npy_array({2}, counted(2)));
  EXPECT_EQ(refusal(pair, kPair), "there is no array 'word': the network reads a, word");
  pair.emplace("word", npy_array({2}, std::vector<std::int64_t>{0, -1}));
  EXPECT_EQ(refusal(pair, kPair), "array 'word': sequence 0: step 1 is -1; tokens are 0 to 2147483647");
  pair["word"] = npy_array({2}, counted(2));
  EXPECT_EQ(refusal(pair, kPair).substr(0, 37), "array 'word': integer [steps], or [se");
  pair["word"] = npy_array({1, 2}, std::vector<std::int64_t>{0, 1});
  EXPECT_NE(refusal(pair, kPair), "nothing is refused");
  pair["other"] = npy_array({1}, counted(1));
  EXPECT_EQ(refusal(pair, kPair), "array 'other': the network has no such input; it has a, word");
}

TEST(RunProgram, WritesOutputsUnderTheirNamesInTheirShapes) {
  const FixedNetwork adder = network_of(kAdder);
  const auto data = run_data_of(one("x", npy_array({4, 6}, counted(24))), adder.program);
  const auto result = run_program(adder, *data, {});
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->outputs.at("sum").shape, (std::vector<std::int64_t>{4, 2, 3}));
  EXPECT_EQ(result->outputs.at("difference").shape, (std::vector<std::int64_t>{4, 6}));
  float sum = 0;
  for (int step = 0; step < 4; ++step) sum += counted(24)[static_cast<std::size_t>(step * 6 + 5)];
  EXPECT_EQ(result->outputs.at("sum").type, NpyType::Float64);
  EXPECT_EQ(result->outputs.at("sum").float_at(23), sum);
  RunOptions integers;
  integers.integers = true;
  EXPECT_EQ(run_program(adder, *data, integers)->outputs.at("sum").integer_at(23), std::lround(sum * 16));
}

TEST(RunProgram, ShowsAnyValueStepByStep) {
  const FixedNetwork adder = network_of(kAdder);
  const auto data = run_data_of(one("x", npy_array({4, 6}, counted(24))), adder.program);
  RunOptions options;
  options.signals = {"l.?", "x"};
  const auto result = run_program(adder, *data, options);
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->outputs.at("x").shape, (std::vector<std::int64_t>{4, 6}));
  EXPECT_EQ(result->outputs.at("x").float_at(23), counted(24)[23]);
  EXPECT_EQ(result->outputs.at("l.s").data, result->outputs.at("sum").data);
  options.signals = {"l.q"};
  EXPECT_EQ(run_program(adder, *data, options).error().message,
            "--signals l.q: no value of the network has such a name");
}

TEST(RunProgram, GoesOnFromAState) {
  const FixedNetwork adder = network_of(kAdder);
  const auto whole = run_data_of(one("x", npy_array({4, 6}, counted(24))), adder.program);
  const auto all = run_program(adder, *whole, {});
  RunOptions options;
  for (int step = 0; step < 4; ++step) {
    const std::vector<float> numbers = counted(24);
    const auto piece = run_data_of(
        one("x", npy_array({1, 6},
                           std::vector<float>(numbers.begin() + step * 6, numbers.begin() + step * 6 + 6))),
        adder.program);
    const auto result = run_program(adder, *piece, options);
    ASSERT_TRUE(result) << result.error().message;
    for (int e = 0; e < 6; ++e)
      EXPECT_EQ(result->outputs.at("sum").float_at(e), all->outputs.at("sum").float_at(step * 6 + e));
    options.state_input = result->states;
  }
  EXPECT_EQ(options.state_input->at("l.s").data, all->states.at("l.s").data);
}

TEST(RunProgram, RefusesStatesThatAreNotTheNetworks) {
  const FixedNetwork adder = network_of(kAdder);
  const auto data = run_data_of(one("x", npy_array({4, 6}, counted(24))), adder.program);
  const auto refused = [&](const Arrays& state) {
    RunOptions options;
    options.state_input = state;
    const auto result = run_program(adder, *data, options);
    return result ? std::string("nothing is refused") : result.error().message;
  };
  EXPECT_EQ(refused({}), "there is no array 'l.s' for that state");
  EXPECT_EQ(refused(one("l.d", npy_array({1}, counted(1)))), "array 'l.d': the network has no such state");
  EXPECT_EQ(refused(one("l.s", npy_array({1, 6}, counted(6)))),
            "array 'l.s': integer [1, 6] is needed, this is <f4 [1, 6]");
  EXPECT_EQ(refused(one("l.s", npy_array({1, 6}, std::vector<std::int64_t>{0, 0, 0, 0, 0, 40000}))),
            "array 'l.s': 40000 lies outside sfix16_En4");
}

TEST(RunProgram, FillsShorterSequencesUpAndTellsTheirLengths) {
  const FixedNetwork adder = network_of(kAdder);
  Arrays arrays = one("x", npy_array({2, 2, 6}, counted(24)));
  arrays.emplace("lengths", npy_array({2}, std::vector<std::int64_t>{2, 1}));
  const auto data = run_data_of(arrays, adder.program);
  const auto result = run_program(adder, *data, {});
  ASSERT_TRUE(result) << result.error().message;
  EXPECT_EQ(result->outputs.at("sum").shape, (std::vector<std::int64_t>{2, 2, 2, 3}));
  EXPECT_EQ(result->outputs.at("sum").float_at(23), 0);
  EXPECT_EQ(result->outputs.at("sum:lengths").integer_at(1), 1);
}

TEST(LookAhead, CountsTheStepsThatAnOutputWaitsFor) {
  const auto of = [](const std::string& body) {
    const std::string head =
        "network n\nclock step\nclock pair every 2 of step extra 0\nclock end after step\n"
        "input x on step size 1 input sfix8_En4 nearest saturate\n";
    return look_ahead_of(network_of((head + body).c_str()).program);
  };
  const std::string y = " 1 dense sfix8_En4 nearest saturate <- ";
  EXPECT_EQ(of("layer a on step kind k\n  y" + y + "x + x[t-3]\noutput o of a.y\n"), 0);
  EXPECT_EQ(of("layer a on step kind k\n  y" + y + "x[t+2] + x\noutput o of a.y\n"), 2);
  EXPECT_EQ(of("layer a on step kind k\n  y" + y + "x[t+2]\nlayer b on step kind k\n  y" + y +
               "a.y[t+1]\noutput o of b.y\n"),
            3);
  EXPECT_EQ(of("layer a on pair kind k\n  y" + y + "x + x[t+1]\noutput o of a.y\n"), 0);
  EXPECT_EQ(of("layer a on pair kind k\n  y" + y + "x + x[t+2]\noutput o of a.y\n"), 1);
  EXPECT_EQ(of("layer a on end kind k\n  y" + y + "x[last]\noutput o of a.y\n"), std::nullopt);
  EXPECT_EQ(
      of("layer a on step reverse kind k\n  state y depth 1\n  y" + y + "x + y[t-1]\noutput o of a.y\n"),
      std::nullopt);
}

}  // namespace
}  // namespace fixgate
