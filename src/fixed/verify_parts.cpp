#include "fixed/verify_parts.h"

#include <algorithm>
#include <set>

#include "diagnostic/one_line.h"
#include "fixed/verify.h"
#include "numeric/table_limits.h"

namespace fixgate {
namespace {

bool is_identifier_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
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

Result<void> check_one_table(const ActivationTable& table) {
  FIXGATE_CHECK(check_one_line(table.function, "function"));
  return check_table_limits(table);
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

Result<void> check_signals(const FixedChain& network) {
  FIXGATE_CHECK(check_identifiers(names_of(network.signals), "signal"));
  for (const FixedSignal& signal : network.signals)
    if (auto checked = check_format(signal.format.format); !checked)
      return tl::make_unexpected(checked.error().within(fmt::format("signal '{}'", signal.name)));
  return {};
}

Result<void> check_weights(const FixedChain& network) {
  FIXGATE_CHECK(check_identifiers(names_of(network.weights), "weight matrix"));
  for (const WeightMatrix& matrix : network.weights)
    if (auto checked = check_matrix(matrix); !checked)
      return tl::make_unexpected(checked.error().within(fmt::format("weight matrix '{}'", matrix.name)));
  return {};
}

Result<void> check_tables(const FixedChain& network) {
  for (std::size_t t = 0; t < network.tables.size(); ++t)
    if (auto checked = check_one_table(network.tables[t]); !checked)
      return tl::make_unexpected(checked.error().within(fmt::format("table {}", t)));
  return {};
}

}  // namespace fixgate
