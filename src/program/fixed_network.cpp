#include "program/fixed_network.h"

namespace fixgate::program {
namespace {

void drop_integers(ActivationTable& table) {
  table.segments.clear();
  table.entries.clear();
}

void drop_integers(LeadingOneTable& table) {
  table.entries.clear();
  table.octave = 0;
}

}  // namespace

const Format& input_format(const Table& table) {
  return std::visit([](const auto& any) -> const Format& { return any.input; }, table);
}

const SignalFormat& output_format(const Table& table) {
  return std::visit([](const auto& any) -> const SignalFormat& { return any.output; }, table);
}

std::string function_text(const Function& function) {
  if (const auto* named = std::get_if<NamedFunction>(&function)) return named->name;
  if (const auto* wide = std::get_if<WideFunction>(&function)) return to_text(*wide);
  return to_text(std::get<ActivationFunction>(function));
}

FixedNetwork without_integers(FixedNetwork network) {
  for (WeightMatrix& matrix : network.weights) {
    matrix.values.clear();
    matrix.row_fractions.clear();
    matrix.row_widths.clear();
  }
  for (FixedConstant& constant : network.constants) constant.values.clear();
  for (Table& table : network.tables) std::visit([](auto& any) { drop_integers(any); }, table);
  for (std::vector<std::int64_t>& initial : network.initial) initial.clear();
  network.float_parameters = 0;
  network.float_recurrent_parameters = 0;
  network.plan.clear();
  return network;
}

}  // namespace fixgate::program
