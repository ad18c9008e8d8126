#include "run/state_arrays.h"

#include <fmt/ranges.h>

#include <cmath>
#include <set>

namespace fixgate {
namespace {

using program::Program;
using program::State;
using program::StateId;

std::string name_of(const Program& program, const State& state) {
  return full_name(program, program.values[state.value]);
}

std::vector<std::int64_t> shape_of(const Program& program, const State& state) {
  return {state.depth, program.values[state.value].size};
}

Result<void> check_names(const Arrays& arrays, const Program& program) {
  std::set<std::string> names;
  for (const State& state : program.states) names.insert(name_of(program, state));
  for (const auto& [name, array] : arrays)
    if (!names.contains(name)) return fail("array '{}': the network has no such state", name);
  return {};
}

/// The array of one state.
Result<const NpyArray*> array_of(const Arrays& arrays, const Program& program, const State& state,
                                 bool is_float) {
  const std::string name = name_of(program, state);
  const auto found = arrays.find(name);
  if (found == arrays.end()) return fail("there is no array '{}' for that state", name);
  const auto wanted = shape_of(program, state);
  if (found->second.is_float() != is_float || found->second.shape != wanted)
    return fail("array '{}': {} [{}] is needed, this is {} [{}]", name, is_float ? "float" : "integer",
                fmt::join(wanted, ", "), npy_type_name(found->second.type),
                fmt::join(found->second.shape, ", "));
  return &found->second;
}

}  // namespace

Arrays state_arrays(const program::FixedNetwork& network, const program::Memory& memory) {
  Arrays arrays;
  for (const StateId id : network.program.states.ids()) {
    const State& state = network.program.states[id];
    std::vector<std::int64_t> integers;
    for (const program::Integers& tick : memory[id])
      integers.insert(integers.end(), tick.begin(), tick.end());
    arrays.emplace(name_of(network.program, state), npy_array(shape_of(network.program, state), integers));
  }
  return arrays;
}

Arrays state_arrays(const Program& program, const program::FloatMemory& memory) {
  Arrays arrays;
  for (const StateId id : program.states.ids()) {
    const FloatMatrix& rows = memory[id];
    const std::vector<float> numbers(rows.data(), rows.data() + rows.size());
    arrays.emplace(name_of(program, program.states[id]),
                   npy_array(shape_of(program, program.states[id]), numbers));
  }
  return arrays;
}

Result<program::Memory> memory_of(const Arrays& arrays, const program::FixedNetwork& network) {
  const Program& program = network.program;
  FIXGATE_CHECK(check_names(arrays, program));
  program::Memory memory;
  for (const State& state : program.states) {
    FIXGATE_ASSIGN(const NpyArray* const array, array_of(arrays, program, state, false));
    const Format& format = network.formats[state.value].format;
    const std::int64_t size = program.values[state.value].size;
    std::vector<program::Integers> ticks(static_cast<std::size_t>(state.depth));
    for (std::int64_t k = 0; k < size * state.depth; ++k) {
      const std::int64_t q = array->integer_at(k);
      if (!format.contains(q))
        return fail("array '{}': {} lies outside {}", name_of(program, state), q, to_text(format));
      ticks[static_cast<std::size_t>(k / size)].push_back(q);
    }
    memory.add(std::move(ticks));
  }
  return memory;
}

Result<program::FloatMemory> memory_of(const Arrays& arrays, const Program& program) {
  FIXGATE_CHECK(check_names(arrays, program));
  program::FloatMemory memory;
  for (const State& state : program.states) {
    FIXGATE_ASSIGN(const NpyArray* const array, array_of(arrays, program, state, true));
    FloatMatrix rows(state.depth, program.values[state.value].size);
    for (Eigen::Index k = 0; k < rows.size(); ++k) {
      rows.data()[k] = array->float_at(k);
      if (!std::isfinite(rows.data()[k]))
        return fail("array '{}': element {} is not a finite number", name_of(program, state), k);
    }
    memory.add(std::move(rows));
  }
  return memory;
}

}  // namespace fixgate
