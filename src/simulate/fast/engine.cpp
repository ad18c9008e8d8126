#include "simulate/fast/engine.h"

// Every target, not only those above the baseline: the tests run the scalar one, too.
#define HWY_COMPILE_ALL_ATTAINABLE
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE \
  "simulate/fast/engine.cpp"  // NOLINT: Highway's way to compile this file once a target
#include <hwy/foreach_target.h>
// After it:
#include <hwy/highway.h>

#include "simulate/fast/cell-inl.h"
#include "simulate/fast/dense-inl.h"

HWY_BEFORE_NAMESPACE();
namespace fixgate::fast::HWY_NAMESPACE {

ByteProducts target_byte_products(bool vnni) {
  return byte_products(vnni);
}

CellEngine* new_cell(const NetworkPlan& network, const CellPlan& cell, const EmbeddedRows* embedded,
                     bool vnni) {
  return new Cell(network, cell, embedded, vnni);
}

DenseEngine* new_dense(const NetworkPlan& network, const DensePlan& dense, bool vnni) {
  return new Dense(network, dense, vnni);
}

const char* target_name() {
  return hwy::TargetName(HWY_TARGET);
}

}  // namespace fixgate::fast::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fixgate::fast {

HWY_EXPORT(target_byte_products);
HWY_EXPORT(new_cell);
HWY_EXPORT(new_dense);
HWY_EXPORT(target_name);

std::unique_ptr<const CellEngine> make_cell_engine(const NetworkPlan& network, const CellPlan& cell,
                                                   const EmbeddedRows* embedded, bool vnni) {
  return std::unique_ptr<const CellEngine>(
      HWY_DYNAMIC_DISPATCH(new_cell)(network, cell, embedded, vnni && has_vnni()));
}

std::unique_ptr<const DenseEngine> make_dense_engine(const NetworkPlan& network, const DensePlan& dense,
                                                     bool vnni) {
  return std::unique_ptr<const DenseEngine>(
      HWY_DYNAMIC_DISPATCH(new_dense)(network, dense, vnni && has_vnni()));
}

ByteProducts machine_byte_products(bool vnni) {
  return HWY_DYNAMIC_DISPATCH(target_byte_products)(vnni && has_vnni());
}

const char* machine_name() {
  return HWY_DYNAMIC_DISPATCH(target_name)();
}

}  // namespace fixgate::fast
#endif  // HWY_ONCE
