// Right shift, rounding and overflow of vectors of exact sums, for one target of Highway.
#if defined(FIXGATE_FAST_FIT_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef FIXGATE_FAST_FIT_INL_H_
#undef FIXGATE_FAST_FIT_INL_H_
#else
#define FIXGATE_FAST_FIT_INL_H_
#endif

#include "simulate/fast/products-inl.h"

HWY_BEFORE_NAMESPACE();
namespace fixgate::fast::HWY_NAMESPACE {

/// docs/numerics.md, section 3, with the rounding half already in the value. A tie under `convergent` is then
/// a value without any of the bits that are shifted out.
class Fit {
 public:
  explicit Fit(const Target& target)
      : low_(hn::Set(Lanes32(), target.low)),
        high_(hn::Set(Lanes32(), target.high)),
        unused_bits_(target.unused_bits),
        is_signed_(target.is_signed),
        is_plain_(target.is_plain()),
        wraps_(target.wraps),
        to_even_(target.to_even) {}

  /// `overflows` counts up in the lanes whose value was out of range.
  HWY_INLINE Vector32 operator()(Vector32 v, Vector32 right, Vector32& overflows) const {
    const Lanes32 d;
    Vector32 r = v >> right;
    if (HWY_UNLIKELY(!is_plain_)) return special(v, r, right, overflows);
    const Vector32 fitted = hn::Min(hn::Max(r, low_), high_);
    overflows = hn::Sub(overflows, hn::VecFromMask(d, hn::Ne(r, fitted)));
    return fitted;
  }

 private:
  HWY_NOINLINE Vector32 special(Vector32 v, Vector32 r, Vector32 right, Vector32& overflows) const {
    const Lanes32 d;
    if (to_even_) {
      const Vector32 dropped = hn::Not((hn::Set(d, -1) << right));
      const auto tie = hn::And(hn::Eq(hn::And(v, dropped), hn::Zero(d)), hn::Gt(right, hn::Zero(d)));
      r = hn::Sub(r, hn::IfThenElseZero(tie, hn::And(r, hn::Set(d, 1))));
    }
    const Vector32 fitted = wraps_ ? wrapped(r) : hn::Min(hn::Max(r, low_), high_);
    overflows = hn::Sub(overflows, hn::VecFromMask(d, hn::Ne(r, fitted)));
    return fitted;
  }

  HWY_INLINE Vector32 wrapped(Vector32 r) const {
    if (!is_signed_) return hn::And(r, high_);
    return hn::ShiftRightSame(hn::ShiftLeftSame(r, unused_bits_), unused_bits_);
  }

  Vector32 low_;
  Vector32 high_;
  int unused_bits_;
  bool is_signed_;
  bool is_plain_;
  bool wraps_;
  bool to_even_;
};

/// Stores one vector of lanes as the stored form of a signal.
HWY_INLINE void store_lanes(Vector32 q, const Storage& storage, std::uint8_t* to) {
  const Lanes32 d;
  if (storage.size == 1) {
    const hn::Rebind<std::uint8_t, Lanes32> d8;
    hn::StoreU(hn::DemoteTo(d8, hn::Sub(q, hn::Set(d, storage.offset))), d8, to);
  } else if (storage.size == 2) {
    const hn::Rebind<std::int16_t, Lanes32> d16;
    hn::StoreU(hn::DemoteTo(d16, q), d16, reinterpret_cast<std::int16_t*>(to));
  } else {
    hn::StoreU(q, d, reinterpret_cast<std::int32_t*>(to));
  }
}

HWY_INLINE Vector32 load_lanes(const Storage& storage, const std::uint8_t* from) {
  const Lanes32 d;
  if (storage.size == 1) {
    const hn::Rebind<std::uint8_t, Lanes32> d8;
    return hn::Add(hn::PromoteTo(d, hn::LoadU(d8, from)), hn::Set(d, storage.offset));
  }
  const hn::Rebind<std::int16_t, Lanes32> d16;
  return hn::PromoteTo(d, hn::LoadU(d16, reinterpret_cast<const std::int16_t*>(from)));
}

HWY_INLINE Vector32 load_halves(const std::int16_t* from) {
  const hn::Rebind<std::int16_t, Lanes32> d16;
  return hn::PromoteTo(Lanes32(), hn::LoadU(d16, from));
}

HWY_INLINE void store_halves(Vector32 q, std::int16_t* to) {
  const hn::Rebind<std::int16_t, Lanes32> d16;
  hn::StoreU(hn::DemoteTo(d16, q), d16, to);
}

}  // namespace fixgate::fast::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
