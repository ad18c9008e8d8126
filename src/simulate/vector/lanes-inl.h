// Stored rows as vectors of 32- or 64-bit lanes and back, for one target of Highway.
#if defined(FIXGATE_VECTOR_LANES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef FIXGATE_VECTOR_LANES_INL_H_
#undef FIXGATE_VECTOR_LANES_INL_H_
#else
#define FIXGATE_VECTOR_LANES_INL_H_
#endif

#include <hwy/highway.h>

#include "simulate/vector/storage.h"

HWY_BEFORE_NAMESPACE();
namespace fixgate::program::HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

template <class T>
using Tag = hn::ScalableTag<T>;
template <class T>
using VectorOf = hn::Vec<Tag<T>>;

template <class T>
HWY_INLINE std::size_t lanes_of() {
  return hn::Lanes(Tag<T>());
}

/// Lanes of another width than their row, one by one: modulo the lanes.
template <class T, class From>
HWY_NOINLINE VectorOf<T> convert_lanes(const From* from) {
  HWY_ALIGN T lanes[HWY_MAX_BYTES / sizeof(T)];
  for (std::size_t k = 0; k < lanes_of<T>(); ++k) lanes[k] = static_cast<T>(from[k]);
  return hn::Load(Tag<T>(), lanes);
}

HWY_INLINE VectorOf<std::int32_t> load_row(Tag<std::int32_t> d, const std::int16_t* from) {
  return hn::PromoteTo(d, hn::LoadU(hn::Rebind<std::int16_t, decltype(d)>(), from));
}
HWY_INLINE VectorOf<std::int32_t> load_row(Tag<std::int32_t> d, const std::int32_t* from) {
  return hn::LoadU(d, from);
}
HWY_INLINE VectorOf<std::int32_t> load_row(Tag<std::int32_t>, const std::int64_t* from) {
  return convert_lanes<std::int32_t>(from);
}
HWY_INLINE VectorOf<std::int64_t> load_row(Tag<std::int64_t> d, const std::int16_t* from) {
  const hn::Rebind<std::int32_t, decltype(d)> words;
  return hn::PromoteTo(d, hn::PromoteTo(words, hn::LoadU(hn::Rebind<std::int16_t, decltype(d)>(), from)));
}
HWY_INLINE VectorOf<std::int64_t> load_row(Tag<std::int64_t> d, const std::int32_t* from) {
  return hn::PromoteTo(d, hn::LoadU(hn::Rebind<std::int32_t, decltype(d)>(), from));
}
HWY_INLINE VectorOf<std::int64_t> load_row(Tag<std::int64_t> d, const std::int64_t* from) {
  return hn::LoadU(d, from);
}

/// Integers that fit the storage.
HWY_INLINE void store_row(VectorOf<std::int32_t> q, Storage storage, std::uint8_t* to) {
  const Tag<std::int32_t> d;
  if (storage == Storage::Half) {
    const hn::Rebind<std::int16_t, decltype(d)> halves;
    hn::StoreU(hn::DemoteTo(halves, q), halves, reinterpret_cast<std::int16_t*>(to));
  } else {
    hn::StoreU(q, d, reinterpret_cast<std::int32_t*>(to));
  }
}
HWY_INLINE void store_row(VectorOf<std::int64_t> q, Storage storage, std::uint8_t* to) {
  const Tag<std::int64_t> d;
  if (storage == Storage::Long) return hn::StoreU(q, d, reinterpret_cast<std::int64_t*>(to));
  const hn::Rebind<std::uint32_t, decltype(d)> low;
  const hn::Rebind<std::int32_t, decltype(d)> words;
  const auto word =
      hn::BitCast(words, hn::TruncateTo(low, hn::BitCast(hn::RebindToUnsigned<decltype(d)>(), q)));
  if (storage == Storage::Word) return hn::StoreU(word, words, reinterpret_cast<std::int32_t*>(to));
  const hn::Rebind<std::int16_t, decltype(d)> halves;
  hn::StoreU(hn::DemoteTo(halves, word), halves, reinterpret_cast<std::int16_t*>(to));
}

/// Modulo the lanes.
HWY_INLINE VectorOf<std::int32_t> multiply(VectorOf<std::int32_t> a, VectorOf<std::int32_t> b) {
  return hn::Mul(a, b);
}
HWY_INLINE VectorOf<std::int64_t> multiply(VectorOf<std::int64_t> a, VectorOf<std::int64_t> b) {
  const Tag<std::int64_t> d;
#if HWY_TARGET == HWY_SCALAR
  return hn::Set(d, static_cast<std::int64_t>(static_cast<std::uint64_t>(hn::GetLane(a)) *
                                              static_cast<std::uint64_t>(hn::GetLane(b))));
#else
  const hn::Repartition<std::uint32_t, decltype(d)> words;
  const auto x = hn::BitCast(words, a);
  const auto y = hn::BitCast(words, b);
  const auto crossed = hn::Mul(x, hn::Shuffle2301(y));
  const auto high = hn::Add(crossed, hn::Shuffle2301(crossed));
  return hn::Add(hn::BitCast(d, hn::MulEven(x, y)), hn::ShiftLeft<32>(hn::BitCast(d, high)));
#endif
}

/// Of lanes whose integers fit 32 bits.
HWY_INLINE VectorOf<std::int32_t> multiply_small(VectorOf<std::int32_t> a, VectorOf<std::int32_t> b) {
  return hn::Mul(a, b);
}
HWY_INLINE VectorOf<std::int64_t> multiply_small(VectorOf<std::int64_t> a, VectorOf<std::int64_t> b) {
#if HWY_TARGET == HWY_SCALAR
  return multiply(a, b);
#else
  const hn::Repartition<std::int32_t, Tag<std::int64_t>> words;
  return hn::MulEven(hn::BitCast(words, a), hn::BitCast(words, b));
#endif
}

}  // namespace fixgate::program::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
