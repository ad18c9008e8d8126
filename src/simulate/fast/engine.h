// The layers of the fast simulator that compute, made for the best target of Highway that this machine has.
#pragma once

#include <memory>
#include <span>

#include "simulate/fast/batch.h"
#include "simulate/fast/chain_state.h"
#include "simulate/fast/machine_settings.h"
#include "simulate/fast/plan.h"
#include "simulate/fast/values.h"

namespace fixgate::fast {

/// Which steps of a recurrent layer the next layer reads.
enum class Keep { EveryStep, LastStep, Final };

/// One direction of a recurrent layer.
class CellEngine {
 public:
  virtual ~CellEngine() = default;
  /// Runs over the whole of each sequence, from `states` (by place), which it advances, or if there are none
  /// from the cell's initial state. What `keep` names goes to the columns from `first_column` on of
  /// `outputs`: a row a step, else a row a sequence.
  virtual void run(const Batch& batch, const Values& inputs, std::span<CellState* const> states, Keep keep,
                   StoredRows& outputs, std::size_t first_column, SignalCounts& counts) const = 0;
  /// True if it works in 16-bit lanes.
  [[nodiscard]] virtual bool is_narrow() const = 0;
};

class DenseEngine {
 public:
  virtual ~DenseEngine() = default;
  virtual Values run(const Batch& batch, const Values& inputs, SignalCounts& counts) const = 0;
};

/// `initial`: the state that sequences begin with. `embedded`: where the inputs are looked up by token; else
/// null. The engines keep references to it and to the plan. `vnni`: whether has_vnni() may be made use of.
std::unique_ptr<const CellEngine> make_cell_engine(const NetworkPlan& network, const CellPlan& cell,
                                                   const CellState& initial, const EmbeddedRows* embedded,
                                                   const MachineSettings& machine);
std::unique_ptr<const DenseEngine> make_dense_engine(const NetworkPlan& network, const DensePlan& dense,
                                                     const MachineSettings& machine);
/// The features of all sequences of `batch`, finite, into `rows`, a row a step: docs/numerics.md, section 3,
/// "Input". Returns how many overflowed.
std::int64_t quantise_features(const Batch& batch, const SignalFormat& format, StoredRows& rows);
ByteProducts machine_byte_products(const MachineSettings& machine);
/// "AVX2", "SCALAR", ...
const char* machine_name();

}  // namespace fixgate::fast
