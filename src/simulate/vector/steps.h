// The statements of a layer, ready to be run: each makes the rows of its value at some places at once.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "program/fixed_network.h"
#include "simulate/fast/machine_settings.h"
#include "simulate/vector/kernels.h"
#include "simulate/vector/value_store.h"

namespace fixgate::program {

/// A tick of a sequence.
struct SequenceTick {
  std::size_t sequence = 0;
  std::int64_t position = 0;  // in the order of the layer
  std::int64_t tick = 0;
};

/// What a step works on: by operand and place what is read, by place what is written.
struct StepRows {
  const ValueStore& store;
  const SequenceTick* ticks = nullptr;
  std::size_t places = 0;
  const Rows* operands = nullptr;
  std::uint8_t* const* targets = nullptr;
};

class Step {
 public:
  virtual ~Step() = default;
  /// Returns how many elements overflowed.
  virtual std::int64_t run(const StepRows& rows) const = 0;
};

/// Names the rows that a step reads.
class StepOperands : public OperandNames {
 public:
  /// The operand of a read that is no matrix product's.
  virtual std::size_t operand(const Read& read) = 0;
  [[nodiscard]] virtual const ValueLayout& layout(ValueId value) const = 0;
};

/// `network` and `layer` outlive the step.
std::unique_ptr<const Step> make_step(const FixedNetwork& network, const Layer& layer,
                                      const Statement& statement, StepOperands& operands,
                                      const fast::MachineSettings& machine);

}  // namespace fixgate::program
