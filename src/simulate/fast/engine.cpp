#include "simulate/fast/engine.h"

#include "numeric/requantise.h"
#include "simulate/fast/mirrored_table.h"
#include "simulate/fast/step_table.h"

// Every target, not only those above the baseline: the tests run the scalar one, too.
#define HWY_COMPILE_ALL_ATTAINABLE
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE \
  "simulate/fast/engine.cpp"  // NOLINT: Highway's way to compile this file once a target
#include <hwy/foreach_target.h>
// After it:
#include <hwy/highway.h>

#include "simulate/fast/dense-inl.h"
#include "simulate/fast/features-inl.h"
#include "simulate/fast/narrow_cell-inl.h"
#include "simulate/fast/wide_cell-inl.h"

HWY_BEFORE_NAMESPACE();
namespace fixgate::fast::HWY_NAMESPACE {

ByteProducts target_byte_products(bool vnni) {
  return byte_products(vnni);
}

CellEngine* new_cell(const NetworkPlan& network, const CellPlan& cell, const CellState& initial,
                     const EmbeddedRows* embedded, const MachineSettings& machine) {
#ifdef FIXGATE_NARROW
  if (machine.narrow && cell.narrow) {
    auto narrow = std::make_unique<NarrowCell>(network, cell, initial, embedded, machine);
    if (narrow->padding_is_silent()) return narrow.release();
  }
#endif
  return new WideCell(network, cell, initial, embedded, machine.vnni);
}

DenseEngine* new_dense(const NetworkPlan& network, const DensePlan& dense, bool vnni) {
  return new Dense(network, dense, vnni);
}

std::int64_t enter_features(const Batch& batch, const SignalFormat& format, StoredRows& rows) {
  return enter(batch, format, rows);
}

const char* target_name() {
  return hwy::TargetName(HWY_TARGET);
}

}  // namespace fixgate::fast::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();
#undef FIXGATE_NARROW

#if HWY_ONCE
namespace fixgate::fast {

HWY_EXPORT(target_byte_products);
HWY_EXPORT(new_cell);
HWY_EXPORT(new_dense);
HWY_EXPORT(enter_features);
HWY_EXPORT(target_name);

namespace {

// Formats that wrap, and those whose scaling could lose bits of a float.
std::int64_t quantise_each(const Batch& batch, const SignalFormat& format, StoredRows& rows) {
  std::int64_t overflows = 0;
  for (std::size_t place = 0; place < batch.size(); ++place) {
    const FloatMatrix& features = batch.sequence(place).features;
    for (Eigen::Index step = 0; step < features.rows(); ++step)
      for (Eigen::Index k = 0; k < features.cols(); ++k)
        rows.set(batch.first_row(place) + static_cast<std::size_t>(step), static_cast<std::size_t>(k),
                 quantise_input(features(step, k), format, overflows));
  }
  return overflows;
}

// What is wanted and there is.
MachineSettings found(const MachineSettings& wanted) {
  return {wanted.vnni && has_vnni(), wanted.step_tables && has_step_tables(), wanted.narrow,
          wanted.mirrored_tables && has_mirrored_tables()};
}

}  // namespace

std::unique_ptr<const CellEngine> make_cell_engine(const NetworkPlan& network, const CellPlan& cell,
                                                   const CellState& initial, const EmbeddedRows* embedded,
                                                   const MachineSettings& machine) {
  return std::unique_ptr<const CellEngine>(
      HWY_DYNAMIC_DISPATCH(new_cell)(network, cell, initial, embedded, found(machine)));
}

std::unique_ptr<const DenseEngine> make_dense_engine(const NetworkPlan& network, const DensePlan& dense,
                                                     const MachineSettings& machine) {
  return std::unique_ptr<const DenseEngine>(
      HWY_DYNAMIC_DISPATCH(new_dense)(network, dense, found(machine).vnni));
}

std::int64_t quantise_features(const Batch& batch, const SignalFormat& format, StoredRows& rows) {
  if (format.overflow == Overflow::Wrap || format.format.fraction < 0)
    return quantise_each(batch, format, rows);
  return HWY_DYNAMIC_DISPATCH(enter_features)(batch, format, rows);
}

ByteProducts machine_byte_products(const MachineSettings& machine) {
  return HWY_DYNAMIC_DISPATCH(target_byte_products)(found(machine).vnni);
}

const char* machine_name() {
  return HWY_DYNAMIC_DISPATCH(target_name)();
}

}  // namespace fixgate::fast
#endif  // HWY_ONCE
