#include "simulate/vector/kernels.h"

#include "numeric/requantise.h"
#include "simulate/fast/vnni.h"

// Every target, not only those above the baseline: the tests run the scalar one, too.
#define HWY_COMPILE_ALL_ATTAINABLE
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE \
  "simulate/vector/kernels.cpp"  // NOLINT: Highway's way to compile this file once a target
#include <hwy/foreach_target.h>
// After it:
#include <hwy/highway.h>

#include "simulate/fast/features-inl.h"
#include "simulate/vector/element_kernel-inl.h"
#include "simulate/vector/product_kernel-inl.h"
#include "simulate/vector/table_kernel-inl.h"

HWY_BEFORE_NAMESPACE();
namespace fixgate::program::HWY_NAMESPACE {

ElementKernel* new_elements(const ElementPlan& plan) {
  if (const auto terms = flat_terms(plan)) return new FlatSum(plan, *terms);
  if (plan.lanes == Lanes::Words) return new ElementLanes<std::int32_t>(plan);
  return new ElementLanes<std::int64_t>(plan);
}

ProductKernel* new_half_products(const fast::Stack& stack, bool vnni) {
  return new HalfProducts(stack, vnni);
}

ProductKernel* new_sparse_products(const SparseRows& rows, Storage input, Lanes lanes) {
  if (lanes == Lanes::Words) return new SparseProducts<std::int32_t>(rows, input);
  return new SparseProducts<std::int64_t>(rows, input);
}

TableKernel* new_table(const ActivationTable& table, const fast::MachineSettings& machine) {
  return new DirectLookup(table, machine);
}

std::int64_t enter_rows(std::span<const float> from, std::size_t size, const SignalFormat& signal,
                        std::uint8_t* to, std::size_t stride) {
  const Tag<std::int32_t> d;
  const fast::HWY_NAMESPACE::FeatureEntry entry(signal);
  const fast::Storage storage{static_cast<int>(bytes_of(storage_of(signal.format))), 0};
  auto overflows = hn::Zero(d);
  for (std::size_t first = 0; first < from.size(); first += size, to += stride)
    fast::HWY_NAMESPACE::enter_row(entry, from.data() + first, size, storage, to, overflows);
  return hn::GetLane(hn::SumOfLanes(d, overflows));
}

const char* target_name() {
  return hwy::TargetName(HWY_TARGET);
}

}  // namespace fixgate::program::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fixgate::program {

HWY_EXPORT(new_elements);
HWY_EXPORT(new_half_products);
HWY_EXPORT(new_sparse_products);
HWY_EXPORT(new_table);
HWY_EXPORT(enter_rows);
HWY_EXPORT(target_name);

namespace {

constexpr int kWidestEntered = 16;  // in vectors

// Formats that wrap, and those whose scaling could lose bits of a float.
std::int64_t quantise_each(std::span<const float> from, std::size_t size, const SignalFormat& signal,
                           std::uint8_t* to, std::size_t stride) {
  const Storage storage = storage_of(signal.format);
  std::int64_t overflows = 0;
  for (std::size_t k = 0; k < from.size(); ++k)
    store_element(storage, to + k / size * stride, k % size, quantise_input(from[k], signal, overflows));
  return overflows;
}

}  // namespace

std::unique_ptr<const ElementKernel> make_element_kernel(const ElementPlan& plan) {
  return std::unique_ptr<const ElementKernel>(HWY_DYNAMIC_DISPATCH(new_elements)(plan));
}

std::unique_ptr<const ProductKernel> make_half_products(const std::vector<const WeightMatrix*>& matrices,
                                                        const fast::MachineSettings& machine) {
  fast::Stack stack;
  stack.parts = matrices;
  stack.columns = matrices.front()->columns;
  return std::unique_ptr<const ProductKernel>(
      HWY_DYNAMIC_DISPATCH(new_half_products)(stack, machine.vnni && fast::has_vnni()));
}

std::unique_ptr<const ProductKernel> make_sparse_products(const SparseRows& rows, Storage input,
                                                          Lanes lanes) {
  return std::unique_ptr<const ProductKernel>(HWY_DYNAMIC_DISPATCH(new_sparse_products)(rows, input, lanes));
}

std::unique_ptr<const TableKernel> make_table_kernel(const ActivationTable& table,
                                                     const fast::MachineSettings& machine) {
  return std::unique_ptr<const TableKernel>(HWY_DYNAMIC_DISPATCH(new_table)(table, machine));
}

std::int64_t quantise_rows(std::span<const float> from, std::size_t size, const SignalFormat& signal,
                           std::uint8_t* to, std::size_t stride) {
  const bool is_narrow = signal.format.width <= kWidestEntered && signal.format.fraction >= 0;
  if (signal.overflow == Overflow::Wrap || !is_narrow) return quantise_each(from, size, signal, to, stride);
  return HWY_DYNAMIC_DISPATCH(enter_rows)(from, size, signal, to, stride);
}

const char* vector_target_name() {
  return HWY_DYNAMIC_DISPATCH(target_name)();
}

}  // namespace fixgate::program
#endif  // HWY_ONCE
