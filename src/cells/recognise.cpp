#include "cells/recognise.h"

#include <bit>
#include <utility>
#include <vector>

#include "program/layer_pattern.h"

namespace fixgate::cells {
namespace {

using program::IdVector;
using program::LayerId;
using program::PatternOfLayer;
using program::Program;
using program::ValueId;

/// A cell as this folder writes it, alone in a program, to compare with.
struct Candidate {
  Program program;
  PatternOfLayer layer;
};

using Attributes = std::variant<LstmAttributes, GruAttributes, RnnAttributes>;

/// Which biases there are, a bit each, as attributes.
template <std::size_t gates>
std::array<bool, gates> biases_of(unsigned mask) {
  std::array<bool, gates> has{};
  for (std::size_t gate = 0; gate < gates; ++gate) has[gate] = ((mask >> gate) & 1U) != 0;
  return has;
}

/// All variants with that many biases.
std::vector<Attributes> variants(std::size_t biases) {
  const auto fits = [&](unsigned mask) { return static_cast<std::size_t>(std::popcount(mask)) == biases; };
  std::vector<Attributes> all;
  for (unsigned mask = 0; mask < 1U << 4U; ++mask) {
    if (!fits(mask)) continue;
    LstmAttributes lstm;
    lstm.has_bias = biases_of<4>(mask);
    all.emplace_back(std::move(lstm));
    for (const bool linear : {false, true}) {
      GruAttributes gru;
      gru.linear_before_reset = linear;
      gru.has_bias = biases_of<3>(mask);
      gru.has_recurrent_bias = (mask >> 3U) != 0;
      if (linear || !gru.has_recurrent_bias) all.emplace_back(std::move(gru));
    }
  }
  if (biases <= 1) all.emplace_back(RnnAttributes{{}, biases == 1});
  return all;
}

ValueId add_cell(Program& program, const RecurrentShape& shape, const Attributes& attributes) {
  if (const auto* lstm = std::get_if<LstmAttributes>(&attributes)) return add_lstm(program, shape, *lstm);
  if (const auto* gru = std::get_if<GruAttributes>(&attributes)) return add_gru(program, shape, *gru);
  return add_rnn(program, shape, std::get<RnnAttributes>(attributes));
}

Candidate candidate_of(const RecurrentShape& shape, const Attributes& attributes) {
  Candidate candidate;
  const program::ClockId clock = candidate.program.clocks.add({"step"});
  RecurrentShape alone = shape;
  alone.head.clock = clock;
  alone.input =
      candidate.program.values.add({"x", std::nullopt, clock, shape.inputs, std::nullopt, SignalRole::Input});
  add_cell(candidate.program, alone, attributes);
  candidate.layer = pattern_of(candidate.program, LayerId(0));
  return candidate;
}

/// The one value that others make, at the layer's own clock: x. Nothing if there are none or several.
std::optional<ValueId> input_of(const PatternOfLayer& layer) {
  std::optional<ValueId> input;
  for (const ValueId id : layer.pattern.values.ids()) {
    const auto& value = layer.pattern.values[id];
    if (value.is_made_here) continue;
    if (input || value.is_token || value.clock != program::ClockRelation::Same) return std::nullopt;
    input = layer.parts.values[id];
  }
  return input;
}

std::optional<RecurrentShape> shape_of(const Program& program, LayerId id, const PatternOfLayer& layer) {
  const auto input = input_of(layer);
  const auto& statements = program.layers[id].statements;
  if (!input || layer.pattern.states.empty() || statements.empty()) return std::nullopt;
  const program::Layer& own = program.layers[id];
  return RecurrentShape{{own.name, own.label, own.clock, own.is_reverse},
                        *input,
                        program.values[*input].size,
                        program.values[target_of(statements.back())].size,
                        layer.pattern.states.front().is_carried};
}

/// By the candidate's names, what stands in the program at the same numbers.
template <typename IdType, typename Things>
std::map<std::string, IdType> by_name(const IdVector<IdType, IdType>& named, const Things& things,
                                      const IdVector<IdType, IdType>& found) {
  std::map<std::string, IdType> ids;
  for (const IdType number : named.ids()) ids.emplace(things[named[number]].name, found[number]);
  return ids;
}

std::map<std::string, program::FunctionId> functions_of(const Candidate& candidate,
                                                        const PatternOfLayer& layer) {
  std::map<std::string, program::FunctionId> functions;
  for (const program::Statement& statement : candidate.layer.pattern.statements) {
    const auto* table = std::get_if<program::TableStatement>(&statement);
    if (table == nullptr) continue;
    const ValueId made = candidate.layer.parts.values[table->target];
    functions.emplace(candidate.program.values[made].name, layer.parts.functions[table->function]);
  }
  return functions;
}

}  // namespace

std::optional<RecognisedCell> recognise_cell(const Program& program, LayerId id) {
  const PatternOfLayer layer = pattern_of(program, id);
  const auto shape = shape_of(program, id, layer);
  if (!shape) return std::nullopt;
  for (const Attributes& attributes : variants(layer.pattern.constants.size())) {
    const Candidate candidate = candidate_of(*shape, attributes);
    if (candidate.layer.pattern != layer.pattern) continue;
    const program::PatternParts& named = candidate.layer.parts;
    return RecognisedCell{attributes,
                          *shape,
                          by_name(named.values, candidate.program.values, layer.parts.values),
                          by_name(named.matrices, candidate.program.matrices, layer.parts.matrices),
                          by_name(named.constants, candidate.program.constants, layer.parts.constants),
                          functions_of(candidate, layer)};
  }
  return std::nullopt;
}

}  // namespace fixgate::cells
