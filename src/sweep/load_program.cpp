#include "sweep/load_program.h"

#include <cstdint>

#include "sweep/load_graph.h"

namespace fixgate {
namespace {

/// A tick's axes of a port: all but those of steps and sequences. Empty where they do not hold `size`
/// elements.
std::vector<int> tick_shape(const lowering::Port& port, int size) {
  std::vector<int> shape;
  std::int64_t count = 1;
  for (std::size_t axis = 0; axis < port.shape.size(); ++axis) {
    if (axis == port.time || axis == port.sequences || port.shape[axis] < 1) continue;
    shape.push_back(static_cast<int>(port.shape[axis]));
    count *= port.shape[axis];
  }
  return count == size ? shape : std::vector<int>();
}

/// What arrays are called and how they lie, as the file has it.
void set_ends(lowering::LoweredProgram& lowered) {
  program::Program& program = lowered.network.program;
  const std::vector<program::ValueId> inputs = inputs_of(program);
  for (std::size_t k = 0; k < inputs.size() && k < lowered.inputs.size(); ++k) {
    program::Value& value = program.values[inputs[k]];
    if (!value.vocabulary) value.shape = tick_shape(lowered.inputs[k], value.size);
    if (inputs.size() > 1) value.name = lowered.inputs[k].name;
  }
  for (std::size_t k = 0; k < program.outputs.size() && k < lowered.outputs.size(); ++k) {
    program::Output& output = program.outputs[k];
    output.shape = tick_shape(lowered.outputs[k], program.values[output.value].size);
    output.name = lowered.outputs[k].name;
  }
}

}  // namespace

Result<lowering::LoweredProgram> load_program(const std::filesystem::path& path,
                                              const lowering::Options& options) {
  FIXGATE_ASSIGN(const Graph graph, load_graph(path));
  auto lowered = lowering::lower_to_program(graph, options);
  if (!lowered) return tl::make_unexpected(lowered.error().within(path.string()));
  set_ends(*lowered);
  if (auto verified = verify(lowered->network); !verified)
    return tl::make_unexpected(verified.error().within(path.string()));
  return lowered;
}

}  // namespace fixgate
