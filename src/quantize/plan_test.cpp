#include "quantize/plan.h"

#include <gtest/gtest.h>
#include <regex.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "simulate/testing/random.h"

namespace fixgate {
namespace {

using testing_support::Random;

std::string error_of(const std::string& toml) {
  const auto plan = parse_plan(toml);
  return plan ? "no error" : plan.error().message;
}

void expect_error(const std::string& toml, const std::string& part) {
  EXPECT_NE(error_of(toml).find(part), std::string::npos) << toml << "\n" << error_of(toml);
}

// --- what is written is read ---

template <typename T, typename Make>
std::optional<T> maybe(Random& random, Make make) {
  if (random.chance(0.5)) return std::nullopt;
  return make();
}

std::string random_text(Random& random) {
  std::string text;
  for (int length = random.number(1, 8); length > 0; --length)
    text += random.pick<std::string>(
        {"a", "B", "7", ".", "_", "*", "?", "\"", "\\", " ", "\n", "\t", "\x01", "\x7f", "é"});
  return text;
}

SignalRule random_signal_rule(Random& random) {
  SignalRule rule;
  rule.match = random_text(random);
  rule.role = maybe<SignalRole>(random, [&] { return static_cast<SignalRole>(random.in(0, 10)); });
  if (random.chance(0.5)) {
    rule.format = Format{random.chance(0.5), random.number(1, 32), random.number(-64, 64)};
  } else {
    rule.width = maybe<int>(random, [&] { return random.number(1, 32); });
    rule.range = maybe<RangeMethod>(random, [&] { return static_cast<RangeMethod>(random.in(0, 2)); });
  }
  if (rule.range == RangeMethod::Percentile)
    rule.percentile = maybe<double>(random, [&] { return random.pick({100.0, 99.99, 1e-5, 1 / 3.0}); });
  rule.rounding = maybe<Rounding>(random, [&] { return static_cast<Rounding>(random.in(0, 2)); });
  rule.overflow = maybe<Overflow>(random, [&] { return static_cast<Overflow>(random.in(0, 1)); });
  return rule;
}

WeightRule random_weight_rule(Random& random) {
  WeightRule rule;
  rule.match = random_text(random);
  rule.width = maybe<int>(random, [&] { return random.number(1, 32); });
  rule.encoding = maybe<WeightEncoding>(random, [&] {
    return random.pick({WeightEncoding::Integer, WeightEncoding::Ternary, WeightEncoding::PowerOfTwo});
  });
  if (rule.encoding && rule.width && !check_weight_code({*rule.encoding, *rule.width})) rule.encoding.reset();
  rule.rounding = maybe<WeightRounding>(random, [&] {
    return random.pick({WeightRounding::Nearest, WeightRounding::Compensated, WeightRounding::Learned});
  });
  rule.correct_bias = maybe<bool>(random, [&] { return random.chance(0.5); });
  const bool is_integer = rule.encoding.value_or(WeightEncoding::Integer) == WeightEncoding::Integer;
  rule.mixed_rows = maybe<bool>(random, [&] { return is_integer && random.chance(0.5); });
  rule.per_row = maybe<bool>(random, [&] { return random.chance(0.5); });
  if (!rule.per_row.value_or(false))
    rule.fraction = maybe<int>(random, [&] { return random.number(-64, 64); });
  return rule;
}

TableRule random_table_rule(Random& random) {
  TableRule rule;
  rule.match = random_text(random);
  rule.kind = maybe<TableKind>(random, [&] {
    return random.pick({TableKind::PiecewiseLinear, TableKind::Lookup});
  });
  const auto placement = [&] { return static_cast<TablePlacement>(random.in(0, 2)); };
  if (rule.kind != TableKind::Lookup) rule.placement = maybe<TablePlacement>(random, placement);
  if (rule.kind != TableKind::Lookup && rule.placement != TablePlacement::Plan) {
    rule.segments = maybe<int>(random, [&] { return random.number(1, 4096); });
    rule.slope_bits = maybe<int>(random, [&] { return random.number(0, 32); });
  }
  if (rule.kind != TableKind::PiecewiseLinear)
    rule.address_bits = maybe<int>(random, [&] { return random.number(0, 24); });
  return rule;
}

FormatPlan random_plan(Random& random) {
  FormatPlan plan;
  if (random.chance(0.7)) plan.preset = random_text(random);
  plan.max_footprint = maybe<double>(random, [&] { return random.number(1, 1000) / 1000.0; });
  for (int k = random.number(0, 4); k > 0; --k) plan.signals.push_back(random_signal_rule(random));
  for (int k = random.number(0, 3); k > 0; --k) plan.weights.push_back(random_weight_rule(random));
  for (int k = random.number(0, 3); k > 0; --k) plan.tables.push_back(random_table_rule(random));
  return plan;
}

void expect_same(const SignalRule& a, const SignalRule& b) {
  EXPECT_EQ(a.match, b.match);
  EXPECT_EQ(a.role, b.role);
  EXPECT_EQ(a.format, b.format);
  EXPECT_EQ(a.width, b.width);
  EXPECT_EQ(a.range, b.range);
  EXPECT_EQ(a.percentile, b.percentile);
  EXPECT_EQ(a.rounding, b.rounding);
  EXPECT_EQ(a.overflow, b.overflow);
}

void expect_same(const WeightRule& a, const WeightRule& b) {
  EXPECT_EQ(a.match, b.match);
  EXPECT_EQ(a.width, b.width);
  EXPECT_EQ(a.per_row, b.per_row);
  EXPECT_EQ(a.fraction, b.fraction);
  EXPECT_EQ(a.encoding, b.encoding);
  EXPECT_EQ(a.rounding, b.rounding);
  EXPECT_EQ(a.correct_bias, b.correct_bias);
  EXPECT_EQ(a.mixed_rows, b.mixed_rows);
}

void expect_same(const TableRule& a, const TableRule& b) {
  EXPECT_EQ(a.match, b.match);
  EXPECT_EQ(a.kind, b.kind);
  EXPECT_EQ(a.placement, b.placement);
  EXPECT_EQ(a.segments, b.segments);
  EXPECT_EQ(a.slope_bits, b.slope_bits);
  EXPECT_EQ(a.address_bits, b.address_bits);
}

template <typename Rule>
void expect_same(const std::vector<Rule>& a, const std::vector<Rule>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t k = 0; k < a.size(); ++k) expect_same(a[k], b[k]);
}

TEST(Plan, IsReadAsItWasWritten) {
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    const FormatPlan plan = random_plan(random);
    const std::string text = to_toml(plan);
    const auto read = parse_plan(text);
    ASSERT_TRUE(read) << read.error().message << "\n" << text;
    EXPECT_EQ(read->preset, plan.preset);
    EXPECT_EQ(read->max_footprint, plan.max_footprint);
    expect_same(read->signals, plan.signals);
    expect_same(read->weights, plan.weights);
    expect_same(read->tables, plan.tables);
    EXPECT_EQ(to_toml(*read), text);
    if (HasFailure()) return;
  }
}

TEST(Plan, WritesToml) {
  FormatPlan plan;
  plan.preset = "mine";
  SignalRule rule;
  rule.match = "lstm.*";
  rule.format = Format{false, 8, 8};
  rule.rounding = Rounding::Floor;
  plan.signals = {rule};
  WeightRule weights;
  weights.width = 4;
  weights.per_row = false;
  plan.weights = {weights};
  EXPECT_EQ(to_toml(plan),
            "version = 1\npreset = \"mine\"\n\n[[signal]]\nmatch = \"lstm.*\"\nformat = \"ufix8_En8\"\n"
            "rounding = \"floor\"\n\n[[weight]]\nmatch = \"*\"\nwidth = 4\nbinary_point = \"per_matrix\"\n");
}

TEST(Plan, ReadsEveryKey) {
  const auto plan = parse_plan(R"(
version = 1
preset = "mine"
[[signal]]
match = "a*"
role = "gate"
width = 8
range = "percentile"
percentile = 99
rounding = "convergent"
overflow = "wrap"
[[weight]]
fraction = -3
[[table]]
kind = "lookup"
address_bits = 6
[[table]]
match = "b*"
kind = "piecewise_linear"
placement = "uniform"
segments = 7
slope_bits = 5
)");
  ASSERT_TRUE(plan) << plan.error().message;
  const SignalRule& signal = plan->signals.at(0);
  EXPECT_EQ(signal.match, "a*");
  EXPECT_EQ(signal.role, SignalRole::Gate);
  EXPECT_EQ(signal.width, 8);
  EXPECT_EQ(signal.range, RangeMethod::Percentile);
  EXPECT_EQ(signal.percentile, 99);
  EXPECT_EQ(signal.rounding, Rounding::Convergent);
  EXPECT_EQ(signal.overflow, Overflow::Wrap);
  EXPECT_EQ(plan->weights.at(0).match, "*");
  EXPECT_EQ(plan->weights.at(0).fraction, -3);
  EXPECT_EQ(plan->tables.at(0).kind, TableKind::Lookup);
  EXPECT_EQ(plan->tables.at(0).address_bits, 6);
  EXPECT_EQ(plan->tables.at(1).kind, TableKind::PiecewiseLinear);
  EXPECT_EQ(plan->tables.at(1).placement, TablePlacement::Uniform);
  EXPECT_EQ(plan->tables.at(1).segments, 7);
  EXPECT_EQ(plan->tables.at(1).slope_bits, 5);
}

// --- errors ---

TEST(Plan, RefusesWhatIsNoToml) {
  expect_error("version = ", "line 1: ");
  expect_error("version = 1\n[[signal]]\nmatch = \"a\"\nmatch = \"b\"\n", "line 4: ");
  expect_error("version = 1\npreset = \"\xff\"\n", "line 2: ");
}

TEST(Plan, RefusesAnotherVersion) {
  for (const char* toml : {"", "version = 2", "version = \"1\"", "version = 1.0", "preset = \"a\""})
    expect_error(toml, "'version' must be 1");
}

TEST(Plan, RefusesUnknownKeys) {
  expect_error(
      "version = 1\nsignals = 3",
      "line 2: unknown key 'signals'; known here: version, preset, max_footprint, signal, weight, table");
  expect_error("version = 1\n[[signal]]\nwdith = 8",
               "line 3: unknown key 'wdith'; known here: match, role, format, width, range, percentile, "
               "rounding, overflow");
  expect_error("version = 1\n[[weight]]\nformat = \"sfix8\"",
               "line 3: unknown key 'format'; known here: match, width, encoding, binary_point, fraction, "
               "rounding, correct_bias, mixed_rows");
  expect_error(
      "version = 1\n[[table]]\nwidth = 8",
      "line 3: unknown key 'width'; known here: match, kind, placement, segments, slope_bits, address_bits");
}

TEST(Plan, RefusesFootprintsThatAreNoShare) {
  for (const char* footprint : {"0", "-0.1", "1.5", "nan", "\"10%\"", "true"})
    expect_error(fmt::format("version = 1\nmax_footprint = {}", footprint),
                 "line 2: 'max_footprint' must be a number above 0, at most 1");
}

TEST(Plan, RefusesOtherTypes) {
  expect_error("version = 1\npreset = 3", "must be a text");
  expect_error("version = 1\nsignal = 3", "line 2: 'signal' must be an array of tables: [[signal]]");
  expect_error("version = 1\nsignal = [3]", "line 2: 'signal' must be an array of tables: [[signal]]");
  expect_error("version = 1\n[weight]\nwidth = 3", "'weight' must be an array of tables: [[weight]]");
  for (const char* key : {"match", "role", "format", "range", "rounding", "overflow"})
    expect_error(fmt::format("version = 1\n[[signal]]\n{} = 3", key),
                 fmt::format("line 3: '{}': must be a text", key));
  for (const char* key : {"match", "binary_point"})
    expect_error(fmt::format("version = 1\n[[weight]]\n{} = true", key),
                 fmt::format("line 3: '{}': must be a text", key));
  for (const char* key : {"match", "kind", "placement"})
    expect_error(fmt::format("version = 1\n[[table]]\n{} = [1]", key),
                 fmt::format("line 3: '{}': must be a text", key));
}

TEST(Plan, RefusesImpossibleNumbers) {
  for (const char* value : {"0", "33", "-8", "8.0", "\"8\"", "true", "99999999999"}) {
    expect_error(fmt::format("version = 1\n[[signal]]\nwidth = {}", value),
                 "line 3: 'width': must be an integer of 1 to 32");
    expect_error(fmt::format("version = 1\n[[weight]]\nwidth = {}", value),
                 "line 3: 'width': must be an integer of 1 to 32");
  }
  for (const char* value : {"-65", "65", "\"8\""})
    expect_error(fmt::format("version = 1\n[[weight]]\nfraction = {}", value),
                 "'fraction': must be an integer of -64 to 64");
  for (const char* value : {"0", "-1", "100.5", "nan", "inf", "\"8\"", "true"})
    expect_error(fmt::format("version = 1\n[[signal]]\npercentile = {}", value),
                 "'percentile': must be a number above 0, at most 100");
  expect_error("version = 1\n[[table]]\nsegments = 0", "'segments': must be an integer of 1 to 4096");
  expect_error("version = 1\n[[table]]\nslope_bits = 33", "'slope_bits': must be an integer of 0 to 32");
  expect_error("version = 1\n[[table]]\naddress_bits = 25", "'address_bits': must be an integer of 0 to 24");
}

TEST(Plan, RefusesUnknownWords) {
  expect_error("version = 1\n[[signal]]\nformat = \"sfix33\"", "line 3: 'format': ");
  expect_error("version = 1\n[[signal]]\nformat = \"fix8\"", "line 3: 'format': 'fix8' is no format");
  expect_error("version = 1\n[[signal]]\nrole = \"gates\"", "line 3: 'role': ");
  expect_error("version = 1\n[[signal]]\nrange = \"max\"", "line 3: 'range': 'max' is no range method");
  for (const char* beside : {"", "width = 8\n", "range = \"min_max\"\n", "format = \"sfix8\"\n"})
    expect_error(fmt::format("version = 1\n[[signal]]\n{}percentile = 99", beside),
                 "line 2: 'percentile' is for range = \"percentile\"; say so, or drop it");
  expect_error("version = 1\n[[signal]]\nrounding = \"up\"", "line 3: 'rounding': 'up' is no rounding");
  expect_error("version = 1\n[[signal]]\noverflow = \"clip\"",
               "line 3: 'overflow': 'clip' is no overflow mode");
  expect_error("version = 1\n[[weight]]\nbinary_point = \"row\"",
               "line 3: 'binary_point': 'row' is no binary point");
  expect_error("version = 1\n[[table]]\nkind = \"rom\"", "line 3: 'kind': 'rom' is no kind of table");
  expect_error("version = 1\n[[table]]\nplacement = \"even\"", "line 3: 'placement': 'even' is no placement");
}

TEST(Plan, RefusesKeysThatNothingReads) {
  const std::string table = "version = 1\n[[table]]\nmatch = \"a\"\n";
  for (const char* key : {"segments = 8", "slope_bits = 8", "placement = \"uniform\""})
    expect_error(table + "kind = \"lookup\"\n" + key,
                 fmt::format("line 2: '{}' is for kind = \"piecewise_linear\"",
                             std::string_view(key).substr(0, std::string_view(key).find(' '))));
  for (const char* key : {"segments", "slope_bits"})
    expect_error(
        table + "placement = \"plan\"\n" + key + " = 8",
        fmt::format("line 2: '{}' is for kind = \"piecewise_linear\" whose placement is not \"plan\"", key));
  expect_error(table + "kind = \"piecewise_linear\"\naddress_bits = 8",
               "line 2: 'address_bits' is for kind = \"lookup\"; say so, or drop it");
  for (const char* encoding : {"ternary", "binary", "power_of_two"})
    expect_error(fmt::format("version = 1\n[[weight]]\nmixed_rows = true\nencoding = \"{}\"", encoding),
                 fmt::format("line 2: 'mixed_rows' is for encoding = \"integer\", not for {}", encoding));
  for (const char* accepted :
       {"address_bits = 8", "segments = 8", "kind = \"lookup\"\naddress_bits = 8", "placement = \"plan\""})
    EXPECT_TRUE(parse_plan(table + accepted)) << "another rule may say the rest: " << accepted;
}

TEST(Plan, RefusesRulesThatContradictThemselves) {
  expect_error("version = 1\n[[signal]]\nformat = \"sfix8\"\nwidth = 8",
               "line 2: 'format' says it all; drop 'width' and 'range'");
  expect_error("version = 1\n[[signal]]\nformat = \"sfix8\"\nrange = \"min_max\"",
               "line 2: 'format' says it all");
  expect_error("version = 1\n[[weight]]\nfraction = 3\nbinary_point = \"per_row\"",
               "line 2: 'fraction' is one for the matrix");
  expect_error("version = 1\n[[table]]\nkind = \"rectifier\"",
               "line 2: a rectifier is chosen by the network");
}

TEST(Plan, NamesItsFile) {
  const auto path = std::filesystem::temp_directory_path() / fmt::format("fixgate-plan-{}.toml", ::getpid());
  std::ofstream(path) << "version = 2\n";
  EXPECT_EQ(read_plan(path).error().message, path.string() + ": 'version' must be 1");
  std::ofstream(path) << "version = 1\npreset = \"here\"\n";
  EXPECT_EQ(read_plan(path)->preset, "here");
  std::filesystem::remove(path);
  EXPECT_FALSE(read_plan(path));
}

// --- patterns ---

// POSIX; the names of this test have no line breaks.
bool matches_by_regex(const std::string& pattern, const std::string& name) {
  std::string expression = "^";
  for (const char c : pattern) {
    if (c == '*')
      expression += ".*";
    else if (c == '?')
      expression += '.';
    else
      expression += fmt::format("[{}]", c);
  }
  expression += '$';
  regex_t compiled;
  EXPECT_EQ(regcomp(&compiled, expression.c_str(), REG_EXTENDED | REG_NOSUB), 0) << expression;
  const bool found = regexec(&compiled, name.c_str(), 0, nullptr, 0) == 0;
  regfree(&compiled);
  return found;
}

TEST(Matches, IsTheRegularExpression) {
  Random random(1);
  int matched = 0;
  for (int trial = 0; trial < 20000; ++trial) {
    std::string pattern;
    std::string name;
    for (int length = random.number(0, 6); length > 0; --length)
      pattern += random.pick({'a', 'b', '.', '*', '?', '*'});
    for (int length = random.number(0, 8); length > 0; --length) name += random.pick({'a', 'b', '.'});
    const bool expected = matches_by_regex(pattern, name);
    ASSERT_EQ(matches(pattern, name), expected) << pattern << " against " << name;
    matched += expected ? 1 : 0;
  }
  EXPECT_GT(matched, 2000);
}

TEST(Matches, ByHand) {
  EXPECT_TRUE(matches("*", ""));
  EXPECT_TRUE(matches("", ""));
  EXPECT_FALSE(matches("?", ""));
  EXPECT_TRUE(matches("lstm.*", "lstm.forward.pre_i"));
  EXPECT_FALSE(matches("lstm.?", "lstm.pre_i"));
  EXPECT_FALSE(matches("lstm", "lstm.h"));
  EXPECT_TRUE(matches(std::string(40, '*') + "b", std::string(2000, 'a') + "b"));  // in no time
}

// --- presets ---

TEST(Presets, StateTheirWidths) {
  for (const char* name : {"default", "paper"}) {
    const auto plan = preset_plan(name, {5, 9});
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_EQ(plan->preset, name);
    EXPECT_EQ(plan->signals.at(0).width, 9);
    EXPECT_EQ(plan->weights.at(0).width, 5);
    EXPECT_EQ(plan->signals.back().role, SignalRole::Output);
    EXPECT_EQ(plan->signals.back().width, 16);
    EXPECT_TRUE(parse_plan(to_toml(*plan)));
  }
  const auto plain = preset_plan("default", {8, 8});
  for (const SignalRule& rule : plain->signals)
    if (rule.role == SignalRole::Cell || rule.role == SignalRole::PreActivation) {
      EXPECT_EQ(rule.width, 12);
    }
}

TEST(Presets, KeepTablesInputsWithinTheContract) {
  for (int width = 1; width <= kMaxFormatWidth; ++width) {
    const auto plan = preset_plan("default", {8, width});
    ASSERT_TRUE(plan);
    for (const SignalRule& rule : plan->signals) {
      ASSERT_LE(rule.width, kMaxFormatWidth);
      if (rule.role && rule.role != SignalRole::Output) {
        EXPECT_LE(rule.width, std::max(width, kMaxTableInputWidth));
      }
    }
  }
}

TEST(Presets, RefuseUnknownNamesAndWidths) {
  EXPECT_EQ(preset_plan("best", {}).error().message,
            "'best' is no preset: expected default, compensated, learned or paper");
  EXPECT_FALSE(preset_plan("default", {0, 8}));
  EXPECT_FALSE(preset_plan("default", {33, 8}));
  EXPECT_FALSE(preset_plan("paper", {8, 0}));
  EXPECT_FALSE(preset_plan("paper", {8, 33}));
}

}  // namespace
}  // namespace fixgate
