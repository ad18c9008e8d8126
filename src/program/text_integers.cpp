#include "program/text_integers.h"

#include <algorithm>
#include <array>
#include <limits>

namespace fixgate::program {
namespace {

constexpr int kMost = 1 << 24;
constexpr std::array<std::string_view, 7> kWords{"weights", "values", "entries",   "segment",
                                                 "initial", "plan",   "parameters"};

/// weights layer.W row fraction f width w [integers]
Result<void> parse_weights(LineCursor& line, const TextScope& scope, FixedNetwork& network) {
  FIXGATE_ASSIGN(const MatrixId id, scope.read_as<MatrixId>(line, std::nullopt, "matrix"));
  WeightMatrix& matrix = network.weights[id];
  FIXGATE_ASSIGN(const int row, line.expect_int(0, kMost));
  if (static_cast<std::size_t>(row) != matrix.row_fractions.size())
    return fail("row {} of {}, where row {} is next", row, matrix.name, matrix.row_fractions.size());
  FIXGATE_CHECK(line.expect_word("fraction"));
  FIXGATE_ASSIGN(const int fraction, line.expect_int(-kMost, kMost));
  matrix.row_fractions.push_back(fraction);
  if (line.take_word("width")) {
    FIXGATE_ASSIGN(const int width, line.expect_int(1, kMaxFormatWidth));
    matrix.row_widths.push_back(width);
  }
  FIXGATE_ASSIGN(const std::vector<int> integers, line.expect_ints(std::numeric_limits<std::int32_t>::min(),
                                                                   std::numeric_limits<std::int32_t>::max()));
  if (integers.size() != static_cast<std::size_t>(matrix.columns))
    return fail("{} integers in a row of {}, which has {} columns", integers.size(), matrix.name,
                matrix.columns);
  matrix.values.insert(matrix.values.end(), integers.begin(), integers.end());
  return {};
}

Result<void> parse_values(LineCursor& line, const TextScope& scope, FixedNetwork& network) {
  FIXGATE_ASSIGN(const ConstantId id, scope.read_as<ConstantId>(line, std::nullopt, "constant"));
  FIXGATE_ASSIGN(network.constants[id].values, line.expect_numbers());
  return {};
}

Result<Table*> parse_table_number(LineCursor& line, FixedNetwork& network) {
  FIXGATE_ASSIGN(const int index, line.expect_int(0, kMost));
  const TableId id(static_cast<std::size_t>(index));
  if (!network.tables.contains(id)) return fail("there is no table {}", index);
  return &network.tables[id];
}

Result<void> parse_entries(LineCursor& line, FixedNetwork& network) {
  FIXGATE_ASSIGN(Table* const table, parse_table_number(line, network));
  FIXGATE_CHECK(line.expect_word("octave"));
  FIXGATE_ASSIGN(const std::int64_t octave, line.expect_number());
  FIXGATE_ASSIGN(std::vector<std::int64_t> entries, line.expect_numbers());
  if (auto* wide = std::get_if<LeadingOneTable>(table)) {
    wide->octave = octave;
    wide->entries = std::move(entries);
  } else {
    std::get<ActivationTable>(*table).entries = std::move(entries);
  }
  return {};
}

Result<void> parse_segment(LineCursor& line, FixedNetwork& network) {
  FIXGATE_ASSIGN(Table* const table, parse_table_number(line, network));
  auto* activation = std::get_if<ActivationTable>(table);
  if (activation == nullptr) return fail("a table over the leading one has no segments");
  Segment segment;
  FIXGATE_ASSIGN(segment.start, line.expect_number());
  FIXGATE_ASSIGN(segment.offset, line.expect_number());
  FIXGATE_ASSIGN(segment.slope, line.expect_number());
  activation->segments.push_back(segment);
  return {};
}

Result<void> parse_initial(LineCursor& line, const TextScope& scope, FixedNetwork& network) {
  FIXGATE_ASSIGN(const ValueId value, scope.read_as<ValueId>(line, std::nullopt, "value"));
  const auto state = state_of(network.program, value);
  if (!state) return fail("the value is no state");
  FIXGATE_ASSIGN(network.initial[*state], line.expect_numbers());
  return {};
}

Result<void> parse_parameters(LineCursor& line, FixedNetwork& network) {
  FIXGATE_ASSIGN(network.float_parameters, line.expect_number());
  FIXGATE_ASSIGN(network.float_recurrent_parameters, line.expect_number());
  return {};
}

}  // namespace

bool begins_integers(const LineCursor& line) {
  return std::ranges::any_of(kWords, [&](std::string_view word) { return line.is_word(word); });
}

Result<void> parse_integers(LineCursor& line, const TextScope& scope, FixedNetwork& network) {
  const std::string word = line.take().text;
  if (word == "weights") {
    FIXGATE_CHECK(parse_weights(line, scope, network));
  } else if (word == "values") {
    FIXGATE_CHECK(parse_values(line, scope, network));
  } else if (word == "entries") {
    FIXGATE_CHECK(parse_entries(line, network));
  } else if (word == "segment") {
    FIXGATE_CHECK(parse_segment(line, network));
  } else if (word == "initial") {
    FIXGATE_CHECK(parse_initial(line, scope, network));
  } else if (word == "parameters") {
    FIXGATE_CHECK(parse_parameters(line, network));
  } else {
    FIXGATE_ASSIGN(network.plan, line.expect_name());
  }
  return line.expect_end();
}

}  // namespace fixgate::program
