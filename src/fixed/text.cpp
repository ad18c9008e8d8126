#include "fixed/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "fixed/footprint.h"
#include "fixed/text_columns.h"
#include "network/activation_function.h"
#include "program/exact_sums.h"
#include "program/text.h"

namespace fixgate {
namespace {

using program::FixedNetwork;

std::string range_text(int low, int high) {
  return low == high ? fmt::format("fraction {}", low) : fmt::format("fraction {}..{}", low, high);
}

/// Every line of the columns as a comment.
std::string comment(const char* title, const TextColumns& lines) {
  std::string text = fmt::format("# {}\n", title);
  const std::string body = lines.text();
  for (std::size_t at = 0; at < body.size();) {
    const std::size_t end = body.find('\n', at);
    text += "#" + body.substr(at, end - at) + "\n";
    at = end + 1;
  }
  return text;
}

std::string sums_text(const FixedNetwork& network) {
  const auto sums = program::prove_sums(network);
  TextColumns lines(2);
  if (!sums) lines.add({sums.error().message});
  for (const program::ProvenSum& sum : sums.value_or(std::vector<program::ProvenSum>()))
    lines.add({full_name(network.program, network.program.values[sum.target]),
               fmt::format("{} bits", sum.width), range_text(sum.min_fraction, sum.max_fraction)});
  return comment("sums, with the width that is proven to hold them", lines);
}

std::string weights_text(const FixedNetwork& network) {
  TextColumns lines(2);
  for (const program::MatrixId id : network.program.matrices.ids()) {
    const WeightMatrix& matrix = network.weights[id];
    const auto [low, high] = std::ranges::minmax_element(matrix.row_fractions);
    lines.add({full_name(network.program, network.program.matrices[id]), describe_width(matrix),
               range_text(*low, *high)});
  }
  return comment("weights, with the binary points of their rows", lines);
}

std::string error_text(double maximum, int output_fraction) {
  return fmt::format("maximum error {:.6f} ({:.2f} steps)", maximum, std::ldexp(maximum, output_fraction));
}

std::string size_text(const ActivationTable& table) {
  if (table.kind == TableKind::Rectifier) return "no table";
  if (table.kind == TableKind::Lookup) return fmt::format("{} entries", table.entries.size());
  return fmt::format("{} segments", table.segments.size());
}

/// Nothing for a function that this version does not know.
std::string error_text(const ActivationTable& table) {
  const auto function = parse_activation_text(table.function);
  if (!function || table.kind == TableKind::Rectifier) return {};
  const TableError error = maximum_error(table, [&](double x) { return evaluate(*function, x); });
  return error_text(error.maximum, table.output.format.fraction) +
         fmt::format(" at {}", table.input.value(error.at));
}

std::string tables_text(const FixedNetwork& network) {
  TextColumns lines(2);
  for (const program::TableId id : network.tables.ids()) {
    const std::string number = fmt::format("{}", id.index());
    if (const auto* known = std::get_if<ActivationTable>(&network.tables[id])) {
      lines.add({number, known->function, size_text(*known), fmt::format("{} bits", table_bits(*known)),
                 error_text(*known)});
      continue;
    }
    const auto& wide = std::get<LeadingOneTable>(network.tables[id]);
    lines.add({number, to_text(wide.function), fmt::format("{} entries", wide.entries.size()),
               fmt::format("{} bits", table_bits(wide)),
               error_text(maximum_error(wide), wide.output.format.fraction)});
  }
  return network.tables.empty() ? "" : comment("tables", lines);
}

std::string footprint_text(const FixedNetwork& network) {
  const Footprint footprint = measure_footprint(network);
  TextColumns lines(2);
  for (const FootprintEntry& entry : footprint.entries)
    lines.add(
        {entry.name, entry.kind, fmt::format("{} bits", entry.bits), entry.recurrent ? "recurrent" : ""});
  std::string text = comment("footprint", lines);
  text += fmt::format("# in all {} bits, {:.4f} of the {} float parameters' 32 bits each\n",
                      footprint.whole_bits, footprint.whole, network.float_parameters);
  text += fmt::format("# coded by how often each integer of a matrix occurs, no less than {:.4f}\n",
                      footprint.entropy);
  if (network.float_recurrent_parameters > 0)
    text += fmt::format("# recurrent layers {} bits, {:.4f} of their {} float parameters\n",
                        footprint.recurrent_bits, footprint.recurrent, network.float_recurrent_parameters);
  return text;
}

}  // namespace

std::string describe_width(const WeightMatrix& matrix) {
  if (matrix.row_widths.empty()) return describe(matrix.code());
  const auto [low, high] = std::ranges::minmax_element(matrix.row_widths);
  if (*low == *high) return fmt::format("{} bits by row", *low);
  return fmt::format("{}..{} bits by row, {:.2f} in the mean", *low, *high, matrix.mean_width());
}

std::string to_text(const FixedNetwork& network, const TextOptions& options) {
  return program::write_text(network, options.full) + "\n" + weights_text(network) + tables_text(network) +
         sums_text(network) + footprint_text(network);
}

}  // namespace fixgate
