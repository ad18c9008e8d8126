#include "data/logits.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

// Targets whose vectors have no size at compile time cannot stand in arrays.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "data/logits.cpp"  // NOLINT: Highway's way to compile this file once a target
#include <hwy/foreach_target.h>
// After it:
#include <hwy/aligned_allocator.h>
#include <hwy/contrib/algo/find-inl.h>
#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace fixgate::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

float greatest_of(const float* values, std::size_t count) {
  const hn::ScalableTag<float> d;
  const std::size_t lanes = hn::Lanes(d);
  auto greatest = hn::Set(d, values[0]);
  std::size_t k = 0;
  for (; k + lanes <= count; k += lanes) greatest = hn::Max(greatest, hn::LoadU(d, values + k));
  float most = hn::GetLane(hn::MaxOfLanes(d, greatest));
  for (; k < count; ++k) most = std::max(most, values[k]);
  return most;
}

std::size_t place_of(const float* values, std::size_t count, float value) {
  const hn::ScalableTag<float> d;
  return hn::Find(d, value, values, count);
}

// Eight sums, of every eighth value each, whatever vectors they stand in.
constexpr std::size_t kSums = 8;
using Doubles = hn::CappedTag<double, kSums>;
constexpr std::size_t kVectors = kSums / hn::MaxLanes(Doubles());

/// sums += exp(values - greatest), of eight values.
void add_exponentials(const float* values, double greatest, hn::Vec<Doubles>* sums) {
  const Doubles d;
  const hn::Rebind<float, Doubles> floats;
  for (std::size_t v = 0; v < kVectors; ++v) {
    const auto x = hn::PromoteTo(d, hn::LoadU(floats, values + v * hn::Lanes(d)));
    sums[v] = hn::Add(sums[v], hn::Exp(d, hn::Sub(x, hn::Set(d, greatest))));
  }
}

double sum_of_exponentials(const float* values, std::size_t count, float greatest) {
  const Doubles d;
  hn::Vec<Doubles> sums[kVectors];
  for (auto& sum : sums) sum = hn::Zero(d);
  std::size_t k = 0;
  for (; k + kSums <= count; k += kSums) add_exponentials(values + k, greatest, sums);
  std::array<float, kSums> rest;
  rest.fill(-std::numeric_limits<float>::infinity());  // whose exponential is 0
  std::copy(values + k, values + count, rest.begin());
  add_exponentials(rest.data(), greatest, sums);
  alignas(HWY_ALIGNMENT) std::array<double, kSums> lanes;
  for (std::size_t v = 0; v < kVectors; ++v) hn::Store(sums[v], d, lanes.data() + v * hn::Lanes(d));
  double total = 0;
  for (const double lane : lanes) total += lane;
  return total;
}

}  // namespace fixgate::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace fixgate {

HWY_EXPORT(greatest_of);
HWY_EXPORT(place_of);
HWY_EXPORT(sum_of_exponentials);

std::size_t place_of_greatest(std::span<const float> values) {
  const float greatest = HWY_DYNAMIC_DISPATCH(greatest_of)(values.data(), values.size());
  return HWY_DYNAMIC_DISPATCH(place_of)(values.data(), values.size(), greatest);
}

double log_sum_of_exponentials(std::span<const float> values) {
  const float greatest = HWY_DYNAMIC_DISPATCH(greatest_of)(values.data(), values.size());
  const double sum = HWY_DYNAMIC_DISPATCH(sum_of_exponentials)(values.data(), values.size(), greatest);
  return std::log(sum) + static_cast<double>(greatest);
}

}  // namespace fixgate
#endif
