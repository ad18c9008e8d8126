#include "program/text.h"

#include <gtest/gtest.h>

#include "program/verify.h"

namespace fixgate::program {
namespace {

constexpr const char* kSmall = R"(network small
clock step
input x on step size 2 input sfix8_En4 nearest saturate
layer "a layer" on step kind "twice a sum"
  matrix W 1 x 2 integer 4
  constant b 1 inner 1
  state y depth 1 carried
  y 1 dense sfix8_En4 nearest saturate <- W x + y[t-1] * (y[t-1] - b) + b
output out of "a layer".y
)";

std::string with(const std::string& from, const std::string& to) {
  std::string text = kSmall;
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

std::string refusal(const std::string& text) {
  const auto parsed = parse_text(text);
  if (!parsed) return parsed.error().message;
  const auto verified = verify(parsed->program);
  return verified ? "nothing is refused" : verified.error().message;
}

TEST(ProgramText, PrintsWhatItParsed) {
  const auto parsed = parse_text(kSmall);
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(refusal(kSmall), "nothing is refused");
  EXPECT_EQ(write_text(*parsed, false), kSmall);
}

TEST(ProgramText, SaysTheShapesOfArrays) {
  std::string text = with("input x on step size 2 ", "input x on step size 2 shape [2 1] ");
  text.replace(text.find("a layer\".y\n"), 11, "a layer\".y shape [1 1 1]\n");
  const auto parsed = parse_text(text);
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(parsed->program.values[ValueId(0)].shape, (std::vector{2, 1}));
  EXPECT_EQ(parsed->program.outputs.front().shape, (std::vector{1, 1, 1}));
  EXPECT_EQ(write_text(*parsed, false), text);
  EXPECT_EQ(refusal(with("size 2 ", "size 2 shape [3] ")),
            "value x: its shape holds 3 elements, and it has 2");
  EXPECT_EQ(refusal(with("a layer\".y\n", "a layer\".y shape [2]\n")),
            "output out: its shape holds 2 elements, and it has 1");
}

TEST(ProgramText, SaysWhereAProgramComesFrom) {
  const std::string origin =
      "origin set \"sr:0\" \"16000\"\norigin state hi from ho\n"
      "origin constant mask real [2 2] \"0 -0.1 1e+20 -inf\"\n"
      "origin constant n whole [] \"-7\"\n";
  const auto parsed = parse_text(kSmall + origin);
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_TRUE(verify(parsed->program));
  EXPECT_EQ(parsed->program.origin.settings.set.at("sr:0"), 16000);
  EXPECT_EQ(parsed->program.origin.constants.front().value.floats()[1], -0.1F);
  EXPECT_EQ(write_text(*parsed, false), kSmall + origin);
}

TEST(ProgramText, SaysWhatIsLeftToTheReader) {
  const std::string text = with("a layer\".y\n", "a layer\".y left \"Log, Multinomial\"\n");
  const auto parsed = parse_text(text);
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(parsed->program.outputs.front().functions, "Log, Multinomial");
  EXPECT_EQ(write_text(*parsed, false), text);
}

TEST(ProgramText, RefusesAnOriginThatDoesNotFit) {
  const auto of = [](const std::string& line) { return refusal(kSmall + ("origin " + line)); };
  EXPECT_EQ(of("set a \"1x\""), "line 10: '1x' is no number");
  EXPECT_EQ(of("set a \"1\"\norigin set a \"2\""), "line 11: 'a' is set twice");
  EXPECT_EQ(of("set a \"nan\""), "'a' is set to nan");
  EXPECT_EQ(of("constant c real [3] \"1 2\""), "constant output 'c' has 2 numbers");
  EXPECT_EQ(of("constant c real [99999999 99999999 99999999] \"\""), "constant output 'c' has 0 numbers");
  EXPECT_EQ(of("what c"), "line 10: expected 'constant', not 'what'");
}

TEST(ProgramText, QuotesNamesThatAreNoWords) {
  for (const char* name : {"", "a b", "1x", "network", "quote\"back\\slash", "new\nline", "ü", "max"}) {
    FixedNetwork network = *parse_text(kSmall);
    network.program.layers[LayerId(0)].name = name;
    network.program.values[ValueId(0)].name = name;
    const auto again = parse_text(write_text(network, false));
    ASSERT_TRUE(again) << again.error().message << '\n' << write_text(network, false);
    EXPECT_EQ(again->program.layers[LayerId(0)].name, name);
    EXPECT_EQ(again->program.values[ValueId(0)].name, name);
  }
}

TEST(ProgramText, NamesTheLineThatIsWrong) {
  EXPECT_EQ(refusal(with("network small", "")), "line 2: expected 'network NAME' first");
  EXPECT_EQ(refusal(with("W x", "V x")), "line 8: there is nothing of the name V");
  EXPECT_EQ(refusal(with("W x", "b x")), "line 8: expected the end of the line, not 'x'");
  EXPECT_EQ(refusal(with("sfix8_En4 nearest", "sfix8_En4 newest")).substr(0, 7), "line 3:");
  EXPECT_EQ(refusal(with("W 1 x 2", "W 1 x 0")), "line 5: 0 is outside 1..16777216");
  EXPECT_EQ(refusal(with("layer \"a layer\"", "layer \"a layer")),
            "line 4: a name begins with a quote and has no closing one");
  EXPECT_EQ(refusal(with("  state y", "  state z")), "line 7: there is nothing of the name z");
  EXPECT_EQ(refusal(with("output out of", "output out from")), "line 9: expected 'of', not 'from'");
  EXPECT_EQ(refusal(with("W x +", "W x $")).substr(0, 50),
            "line 8: a character that begins nothing, number 47");
  EXPECT_EQ(refusal(with("constant b", "constant W")), "line 6: W is there already");
  EXPECT_EQ(refusal(with("(y[t-1]", std::string(40, '(') + "y[t-1]")), "line 8: brackets within 16 brackets");
}

TEST(ProgramVerify, RefusesWhatCannotBeRun) {
  EXPECT_EQ(refusal(with("W x", "W x[t+1]")), "nothing is refused");
  EXPECT_EQ(refusal(with("y[t-1] *", "y *")), "a layer.y: a layer.y is read before it is made");
  EXPECT_EQ(refusal(with("y[t-1] *", "y[t-2] *")),
            "a layer.y: a layer.y is read 2 ticks back, and its state remembers 1");
  EXPECT_EQ(refusal(with("size 2", "size 3")), "a layer.y: x has 3 elements where 2 are needed");
  EXPECT_EQ(
      refusal(with("y[t-1] *", "x[first] *")).find("a layer.y: x has 2 elements") != std::string::npos ||
          refusal(with("y[t-1] *", "x[first] *")).find("x has no first or last tick here") !=
              std::string::npos,
      true);
  EXPECT_EQ(refusal(with("carried", "fresh")),
            "a state: it begins anew at each tick of the parent, and its clock is not inner");
  EXPECT_EQ(refusal(with("output out of \"a layer\".y", "")), "the program has no output");
}

}  // namespace
}  // namespace fixgate::program
