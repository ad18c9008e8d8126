#include "quantize/program_tables.h"

#include <algorithm>
#include <utility>

#include "quantize/table_cache.h"

namespace fixgate::program {
namespace {

int magnitude_bits(const Format& format) {
  return format.is_signed ? format.width - 1 : format.width;
}

/// Within an interval of 2^-bits of its length a reciprocal changes by as much of itself, a root by half of
/// that, and a logarithm by that itself.
int bits_wanted(WideFunction function, const Format& output) {
  switch (function) {
    case WideFunction::Reciprocal:
      return magnitude_bits(output);
    case WideFunction::SquareRoot:
    case WideFunction::ReciprocalSquareRoot:
      return magnitude_bits(output) - 1;
    case WideFunction::Logarithm:
      return output.fraction;
  }
  return 0;
}

Result<Table> table_of(const Function& function, const Format& input, const SignalFormat& output,
                       const TableOptions& options) {
  if (const auto* wide = std::get_if<WideFunction>(&function)) return Table(wide_table(*wide, input, output));
  const auto* activation = std::get_if<ActivationFunction>(&function);
  if (activation == nullptr) return fail("nothing says what its function is");
  FIXGATE_ASSIGN(ActivationTable table, kept_table(*activation, input, output, options));
  return Table(std::move(table));
}

}  // namespace

LeadingOneTable wide_table(WideFunction function, const Format& input, const SignalFormat& output) {
  const int most = std::min(kMaxLeadingOneBits, magnitude_bits(input) - 1);
  const int bits = std::clamp(bits_wanted(function, output.format), 0, std::max(most, 0));
  return make_leading_one_table(function, input, output, bits);
}

Result<void> make_tables(FixedNetwork& network, const std::function<TableOptions(ValueId)>& options_of) {
  for (const Layer& layer : network.program.layers)
    for (const Statement& statement : layer.statements) {
      const auto* made = std::get_if<TableStatement>(&statement);
      if (made == nullptr) continue;
      auto table =
          table_of(network.program.functions[made->function], network.formats[made->argument.value].format,
                   network.formats[made->target], options_of(made->target));
      if (!table)
        return tl::make_unexpected(table.error().within(
            fmt::format("signal '{}'", full_name(network.program, network.program.values[made->target]))));
      const auto same = std::find(network.tables.begin(), network.tables.end(), *table);
      const auto index = static_cast<std::size_t>(same - network.tables.begin());
      if (same == network.tables.end()) network.tables.add(std::move(*table));
      network.table_of.add(TableId(index));
    }
  return {};
}

}  // namespace fixgate::program
