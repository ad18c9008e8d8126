#include "fixed/verify_parts.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "fixed/verify.h"
#include "numeric/accumulator.h"

namespace fixgate {
namespace {

bool is_identifier_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
}

bool is_control_character(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

template <typename Part>
std::vector<std::string> names_of(const std::vector<Part>& parts) {
  std::vector<std::string> names;
  for (const Part& part : parts) names.push_back(part.name);
  return names;
}

Result<void> check_shape(const WeightMatrix& matrix) {
  if (matrix.rows < 1 || matrix.rows > kMaxDimension || matrix.columns < 1 || matrix.columns > kMaxDimension)
    return fail("{} x {} is impossible: rows and columns are 1 to {}", matrix.rows, matrix.columns,
                kMaxDimension);
  const std::size_t count = static_cast<std::size_t>(matrix.rows) * static_cast<std::size_t>(matrix.columns);
  if (matrix.values.size() != count)
    return fail("{} x {} weights are {}, not {}", matrix.rows, matrix.columns, count, matrix.values.size());
  if (matrix.row_fractions.size() != static_cast<std::size_t>(matrix.rows))
    return fail("{} rows have {} binary points", matrix.rows, matrix.row_fractions.size());
  return {};
}

Result<void> check_row_widths(const WeightMatrix& matrix) {
  if (matrix.row_widths.empty()) return {};
  if (matrix.encoding != WeightEncoding::Integer)
    return fail("{} weights have no widths of rows", to_text(matrix.encoding));
  if (matrix.row_widths.size() != static_cast<std::size_t>(matrix.rows))
    return fail("{} rows have {} widths", matrix.rows, matrix.row_widths.size());
  for (std::size_t row = 0; row < matrix.row_widths.size(); ++row) {
    if (matrix.row_widths[row] < 1 || matrix.row_widths[row] > matrix.width)
      return fail("row {}: a width of {} is impossible: 1 to {}", row, matrix.row_widths[row], matrix.width);
    const WeightCode code = matrix.row_code(row);
    for (const std::int32_t weight : matrix.row(static_cast<int>(row)))
      if (!code.contains(weight))
        return fail("row {}: weight {} does not fit {}", row, weight, describe(code));
  }
  return {};
}

Result<void> check_matrix(const WeightMatrix& matrix) {
  FIXGATE_CHECK(check_shape(matrix));
  FIXGATE_CHECK(check_weight_code(matrix.code()));
  FIXGATE_CHECK(check_row_widths(matrix));
  for (std::size_t row = 0; row < matrix.row_fractions.size(); ++row)
    if (auto checked = check_format({true, matrix.code().plain_width(), matrix.row_fractions[row]}); !checked)
      return tl::make_unexpected(checked.error().within(fmt::format("row {}", row)));
  const auto outside = std::find_if_not(matrix.values.begin(), matrix.values.end(),
                                        [&](std::int32_t weight) { return matrix.code().contains(weight); });
  if (outside != matrix.values.end())
    return fail("weight {} does not fit {}", *outside, describe(matrix.code()));
  return {};
}

// The fields that another kind of table has must be as ActivationTable's own.
Result<void> check_unused_fields(const ActivationTable& table) {
  const bool is_lookup = table.kind == TableKind::Lookup;
  const bool is_piecewise = table.kind == TableKind::PiecewiseLinear;
  if (!is_piecewise && (!table.segments.empty() || table.slope_fraction != 0))
    return fail("a {} table has no segments and no slope fraction", to_text(table.kind));
  if (!is_lookup && (!table.entries.empty() || table.drop != 0))
    return fail("a {} table has no entries and drops no address bits", to_text(table.kind));
  if (!is_lookup && !is_piecewise && table.symmetry != TableSymmetry::None)
    return fail("a rectifier has no symmetry");
  return {};
}

// r of the contract's section 6, and its mirror.
Result<void> check_table_value(const ActivationTable& table, Wide r) {
  Wide mirrored = 0;
  if (table.symmetry == TableSymmetry::Odd) mirrored = -r;
  if (table.symmetry == TableSymmetry::Complement) mirrored = (Wide{1} << table.output.format.fraction) - r;
  if (signed_width(std::min(r, mirrored), std::max(r, mirrored)) > kMaxAccumulatorWidth)
    return fail("a value at the output's fraction needs more than {} bits", kMaxAccumulatorWidth);
  return {};
}

// A segment's values run from one of its ends to the other, so the ends are enough.
Result<void> check_segment_values(const ActivationTable& table, std::size_t index) {
  const Segment& segment = table.segments[index];
  const bool last = index + 1 == table.segments.size();
  const std::int64_t end = last ? table.max_address() : table.segments[index + 1].start - 1;
  const Wide climb = Wide{segment.slope} * (end - segment.start);
  if (signed_width(std::min<Wide>(climb, 0), std::max<Wide>(climb, 0)) > kMaxAccumulatorWidth)
    return fail("segment {}: slope times distance needs more than {} bits", index, kMaxAccumulatorWidth);
  const int shift = table.input.fraction + table.slope_fraction - table.output.format.fraction;
  for (const Wide y : {Wide{segment.offset}, segment.offset + climb})
    if (auto checked = check_table_value(table, shift_round(y, shift, table.output.rounding)); !checked)
      return tl::make_unexpected(checked.error().within(fmt::format("segment {}", index)));
  return {};
}

Result<void> check_table_values(const ActivationTable& table) {
  const int out = table.output.format.fraction;
  if (table.kind == TableKind::Rectifier)  // one bit more, for an unsigned input
    return check_shift(table.input.width + 1, table.input.fraction, out);
  if (table.symmetry == TableSymmetry::Complement && out >= kMaxShift)
    return fail("a complement table's output has at most {} fraction bits, this one is {}", kMaxShift - 1,
                to_text(table.output.format));
  if (table.kind == TableKind::Lookup) {
    for (const std::int64_t entry : table.entries) FIXGATE_CHECK(check_table_value(table, entry));
    return {};
  }
  FIXGATE_CHECK(check_shift(1, table.input.fraction + table.slope_fraction, out));
  for (std::size_t s = 0; s < table.segments.size(); ++s) FIXGATE_CHECK(check_segment_values(table, s));
  return {};
}

Result<void> check_one_table(const ActivationTable& table) {
  FIXGATE_CHECK(check_one_line(table.function, "function"));
  FIXGATE_CHECK(check_unused_fields(table));
  FIXGATE_CHECK(check_table(table));
  return check_table_values(table);
}

}  // namespace

Result<void> check_identifier(const std::string& name, const char* what) {
  if (name.empty()) return fail("a {} has no name", what);
  if (!std::all_of(name.begin(), name.end(), is_identifier_character))
    return fail("{} '{}': a name is made of letters, digits, '_' and '.'", what, name);
  return {};
}

Result<void> check_identifiers(const std::vector<std::string>& names, const char* what) {
  std::set<std::string> seen;
  for (const std::string& name : names) {
    FIXGATE_CHECK(check_identifier(name, what));
    if (!seen.insert(name).second) return fail("{} '{}': there are two of that name", what, name);
  }
  return {};
}

bool is_utf8(std::string_view text) {
  const auto reading = nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::ignore);
  const auto replacing = nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  return reading == replacing;  // equal if there was nothing to ignore
}

Result<void> check_one_line(std::string_view text, const char* what) {
  if (!is_utf8(text)) return fail("the {} is not UTF-8", what);
  if (std::any_of(text.begin(), text.end(), is_control_character))
    return fail("the {} has control characters or more than one line", what);
  return {};
}

Result<void> check_signals(const FixedNetwork& network) {
  FIXGATE_CHECK(check_identifiers(names_of(network.signals), "signal"));
  for (const FixedSignal& signal : network.signals)
    if (auto checked = check_format(signal.format.format); !checked)
      return tl::make_unexpected(checked.error().within(fmt::format("signal '{}'", signal.name)));
  return {};
}

Result<void> check_weights(const FixedNetwork& network) {
  FIXGATE_CHECK(check_identifiers(names_of(network.weights), "weight matrix"));
  for (const WeightMatrix& matrix : network.weights)
    if (auto checked = check_matrix(matrix); !checked)
      return tl::make_unexpected(checked.error().within(fmt::format("weight matrix '{}'", matrix.name)));
  return {};
}

Result<void> check_tables(const FixedNetwork& network) {
  for (std::size_t t = 0; t < network.tables.size(); ++t)
    if (auto checked = check_one_table(network.tables[t]); !checked)
      return tl::make_unexpected(checked.error().within(fmt::format("table {}", t)));
  return {};
}

Result<void> check_shift(int width, int from, int to) {
  const int shift = from - to;
  if (shift > kMaxShift || shift < -kMaxShift)
    return fail("fraction {} is {} bits away from fraction {}, more than {}: move a binary point", from,
                shift > 0 ? shift : -shift, to, kMaxShift);
  if (shift < 0 && width - shift > kMaxAccumulatorWidth)
    return fail("{} bits shifted left by {} need more than {}: move a binary point", width, -shift,
                kMaxAccumulatorWidth);
  return {};
}

}  // namespace fixgate
