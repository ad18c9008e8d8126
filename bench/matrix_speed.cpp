#include "bench/matrix_speed.h"

#include <algorithm>
#include <cstdint>
#include <random>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "bench/matrix_speed.cpp"  // NOLINT: compiled once a target
#include <hwy/foreach_target.h>
// After it:
#include <hwy/highway.h>

#include "bench/clocks.h"
#include "simulate/fast/products-inl.h"

HWY_BEFORE_NAMESPACE();
namespace fixgate::fast::HWY_NAMESPACE {

double run_products(const Stack& stack, int batch, bool vnni, double seconds) {
  const Products products(stack, vnni, plain_order());
  StoredRows rows(static_cast<std::size_t>(batch), static_cast<std::size_t>(stack.columns), stack.input);
  std::vector<const std::uint8_t*> vectors;
  for (int k = 0; k < batch; ++k) vectors.push_back(rows.row(static_cast<std::size_t>(k)));
  auto sums = aligned_zeros<std::int32_t>(products.rows());
  const Lanes32 d;
  const auto keep = [&](std::size_t row, std::size_t, std::size_t, const std::int32_t* from, std::size_t) {
    hn::Store(hn::Load(d, from), d, sums.get() + row);
  };
  std::size_t passes = 0;
  double elapsed = 0;
  const double start = bench::cpu_seconds();
  for (; elapsed < seconds; elapsed = bench::cpu_seconds() - start, passes += 64)
    for (int k = 0; k < 64; ++k) products.multiply(vectors.data(), vectors.size(), keep);
  const double products_a_pass =
      static_cast<double>(products.rows()) * static_cast<double>(stack.columns) * static_cast<double>(batch);
  return static_cast<double>(passes) * products_a_pass / elapsed;
}

}  // namespace fixgate::fast::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fixgate::fast {

HWY_EXPORT(run_products);

double dispatch_products(const Stack& stack, int batch, bool vnni, double seconds) {
  return HWY_DYNAMIC_DISPATCH(run_products)(stack, batch, vnni, seconds);
}

}  // namespace fixgate::fast

namespace fixgate::bench {
namespace {

// As of trained 4-bit weights: most are small (standard deviation 2.8, at most 8).
std::int32_t next_weight(std::mt19937& random) {
  std::int32_t sum = 0;
  for (int k = 0; k < 4; ++k) sum += static_cast<std::int32_t>(random() % 5) - 2;
  return std::min(sum, 7);
}

}  // namespace

double products_per_second(int gates, int hidden, int batch, bool bytes, bool vnni, double seconds) {
  WeightMatrix weights;
  weights.rows = hidden;
  weights.columns = hidden;
  std::mt19937 random(1);
  for (int k = 0; k < hidden * hidden; ++k) weights.values.push_back(next_weight(random));
  fast::Stack stack;
  stack.parts.assign(static_cast<std::size_t>(gates), &weights);
  stack.columns = hidden;
  stack.input = bytes ? fast::Storage{1, -128} : fast::Storage{2, 0};
  stack.most = 255;
  return fast::dispatch_products(stack, batch, vnni && fast::has_vnni(), seconds);
}

}  // namespace fixgate::bench
#endif  // HWY_ONCE
