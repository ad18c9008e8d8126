#include "fixed/text.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "fixed/footprint.h"
#include "fixed/proof.h"
#include "fixed/text_columns.h"
#include "fixed/text_layers.h"
#include "network/activation_function.h"

namespace fixgate {
namespace {

std::string range_text(int low, int high) {
  return low == high ? fmt::format("fraction {}", low) : fmt::format("fraction {}..{}", low, high);
}

std::string head_text(const FixedNetwork& network) {
  const std::string takes = network.takes_tokens ? fmt::format("tokens 0..{}", network.inputs - 1)
                                                 : fmt::format("{} features a step", network.inputs);
  const std::string function = network.output_function == OutputFunction::None
                                   ? ""
                                   : fmt::format(", then {} by the reader", to_text(network.output_function));
  std::string text = fmt::format("network {}\n", network.name);
  text += fmt::format("  takes {}\n", takes);
  text += fmt::format("  gives {} outputs {}, signal {}{}\n", output_count(network),
                      outputs_every_step(network) ? "a step" : "a sequence",
                      network.signals[static_cast<std::size_t>(output_signal(network))].name, function);
  if (network.streaming) text += "  streaming: states carry on from call to call\n";
  if (network.call.count > 0)
    text += fmt::format("  for {}{} steps\n", network.call.repeats ? "multiples of " : "exactly ",
                        network.call.count);
  return text + fmt::format("  made from {} float parameters, {} of them in recurrent layers\n",
                            network.float_parameters, network.float_recurrent_parameters);
}

std::string signals_text(const FixedNetwork& network) {
  TextColumns lines(2);
  for (const FixedSignal& signal : network.signals)
    lines.add({signal.name, to_text(signal.role), to_text(signal.format.format),
               to_text(signal.format.rounding), to_text(signal.format.overflow)});
  return lines.text();
}

std::string weights_text(const FixedNetwork& network) {
  TextColumns lines(2);
  for (const WeightMatrix& matrix : network.weights) {
    const auto [low, high] = std::minmax_element(matrix.row_fractions.begin(), matrix.row_fractions.end());
    lines.add({matrix.name, fmt::format("{} x {}", matrix.rows, matrix.columns), describe_width(matrix),
               range_text(*low, *high)});
  }
  return lines.text();
}

std::string table_size_text(const ActivationTable& table) {
  if (table.kind == TableKind::Rectifier) return "no table";
  if (table.kind == TableKind::Lookup)
    return fmt::format("{} entries, drops {} bits", table.entries.size(), table.drop);
  return fmt::format("{} segments, slope fraction {}", table.segments.size(), table.slope_fraction);
}

// In real numbers and in steps of the output; nothing for a function that this version does not know.
std::string table_error_text(const ActivationTable& table) {
  const auto function = parse_activation_text(table.function);
  if (!function || table.kind == TableKind::Rectifier) return {};
  const TableError error = maximum_error(table, [&](double x) { return evaluate(*function, x); });
  return fmt::format("maximum error {:.6f} ({:.2f} steps) at {}", error.maximum,
                     std::ldexp(error.maximum, table.output.format.fraction), table.input.value(error.at));
}

std::string tables_text(const FixedNetwork& network) {
  TextColumns lines(2);
  for (std::size_t t = 0; t < network.tables.size(); ++t) {
    const ActivationTable& table = network.tables[t];
    lines.add({fmt::format("{}", t), table.function, to_text(table.kind), to_text(table.symmetry),
               to_text(table.input), "->", to_text(table.output.format), to_text(table.output.rounding),
               to_text(table.output.overflow), table_size_text(table),
               fmt::format("{} bits", table_bits(table)), table_error_text(table)});
  }
  return lines.text();
}

std::string sums_text(const FixedNetwork& network) {
  const auto sums = prove_widths(network);
  if (!sums) return fmt::format("  {}\n", sums.error().message);
  TextColumns lines(2);
  for (const ProvenWidth& sum : *sums)
    lines.add({sum.name, fmt::format("{} bits", sum.width), range_text(sum.min_fraction, sum.max_fraction),
               "->", network.signals[static_cast<std::size_t>(sum.signal)].name});
  return lines.text();
}

std::string footprint_text(const FixedNetwork& network) {
  const Footprint footprint = measure_footprint(network);
  TextColumns lines(2);
  for (const FootprintEntry& entry : footprint.entries)
    lines.add(
        {entry.name, entry.kind, fmt::format("{} bits", entry.bits), entry.recurrent ? "recurrent" : ""});
  std::string text = lines.text();
  text += fmt::format("  in all {} bits, {:.4f} of the float parameters' 32 bits each\n",
                      footprint.whole_bits, footprint.whole);
  text += fmt::format("  coded by how often each integer of a matrix occurs, no less than {:.4f}\n",
                      footprint.entropy);
  if (network.float_recurrent_parameters > 0)
    text += fmt::format("  recurrent layers {} bits, {:.4f} of theirs\n", footprint.recurrent_bits,
                        footprint.recurrent);
  return text;
}

// --- the integers themselves ---

std::string matrix_integers(const WeightMatrix& matrix) {
  TextColumns lines(4);
  for (int row = 0; row < matrix.rows; ++row) {
    std::vector<std::string> cells;
    for (const std::int32_t weight : matrix.row(row)) cells.push_back(fmt::format("{}", weight));
    const int fraction = matrix.row_fractions[static_cast<std::size_t>(row)];
    cells.push_back(range_text(fraction, fraction));
    lines.add(std::move(cells));
  }
  return fmt::format("  {}\n", matrix.name) + lines.text();
}

std::string vector_integers(const std::string& name, const std::vector<std::int64_t>& values) {
  return values.empty() ? "" : fmt::format("  {}\n    {}\n", name, fmt::join(values, "  "));
}

std::string cell_integers(const std::string& prefix, const FixedCell& cell) {
  std::string text;
  for (const FixedGate& gate : cell.gates)
    text += vector_integers(prefix + "b_" + gate.name, gate.bias) +
            vector_integers(prefix + "b_rec", gate.recurrent_bias);
  return text + vector_integers(prefix + "h0", cell.initial_hidden) +
         vector_integers(prefix + "c0", cell.initial_cell);
}

std::string table_integers(std::size_t index, const ActivationTable& table) {
  if (table.kind == TableKind::Lookup) return vector_integers(fmt::format("table {}", index), table.entries);
  if (table.kind == TableKind::Rectifier) return {};
  TextColumns lines(4);
  for (const Segment& segment : table.segments)
    lines.add({"from", fmt::format("{}", segment.start), "offset", fmt::format("{}", segment.offset), "slope",
               fmt::format("{}", segment.slope)});
  return fmt::format("  table {}\n", index) + lines.text();
}

std::string integers_text(const FixedNetwork& network) {
  std::string text;
  for (const WeightMatrix& matrix : network.weights) text += matrix_integers(matrix);
  for (const FixedLayer& layer : network.layers) {
    if (const auto* dense = std::get_if<FixedDense>(&layer))
      text += vector_integers(dense->name + ".b", dense->bias);
    if (const auto* recurrent = std::get_if<FixedRecurrent>(&layer))
      for (const FixedCell& cell : recurrent->cells)
        text += cell_integers(cell_prefix(*recurrent, cell), cell);
  }
  for (std::size_t t = 0; t < network.tables.size(); ++t) text += table_integers(t, network.tables[t]);
  return text;
}

}  // namespace

std::string describe_width(const WeightMatrix& matrix) {
  if (matrix.row_widths.empty()) return describe(matrix.code());
  const auto [low, high] = std::minmax_element(matrix.row_widths.begin(), matrix.row_widths.end());
  if (*low == *high) return fmt::format("{} bits by row", *low);
  return fmt::format("{}..{} bits by row, {:.2f} in the mean", *low, *high, matrix.mean_width());
}

std::string to_text(const FixedNetwork& network, const TextOptions& options) {
  std::string text = head_text(network);
  text += "\nsignals\n" + signals_text(network);
  text += "\nweights\n" + weights_text(network);
  if (!network.tables.empty()) text += "\ntables\n" + tables_text(network);
  text += "\nlayers  (<- requantises an exact sum, = reads a table)\n" + layers_text(network);
  text += "\nsums, with the width that is proven to hold them\n" + sums_text(network);
  text += "\nfootprint\n" + footprint_text(network);
  if (options.weights) text += "\nintegers\n" + integers_text(network);
  return text;
}

}  // namespace fixgate
