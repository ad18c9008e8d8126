// Real inputs into their signal, for one target of Highway.
#if defined(FIXGATE_FAST_FEATURES_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef FIXGATE_FAST_FEATURES_INL_H_
#undef FIXGATE_FAST_FEATURES_INL_H_
#else
#define FIXGATE_FAST_FEATURES_INL_H_
#endif

#include "simulate/fast/fit-inl.h"

HWY_BEFORE_NAMESPACE();
namespace fixgate::fast::HWY_NAMESPACE {

using Reals = hn::Rebind<float, Lanes32>;

/// Saturating formats of up to 16 bits and fractions from 0 on: scaling up by a power of two is exact, or
/// infinite where saturation is certain.
class FeatureEntry {
 public:
  explicit FeatureEntry(const SignalFormat& format)
      : scale_(hn::Set(Reals(), static_cast<float>(std::ldexp(1.0, format.format.fraction)))),
        below_(hn::Set(Reals(), static_cast<float>(format.format.min() - 1))),
        above_(hn::Set(Reals(), static_cast<float>(format.format.max() + 1))),
        low_(hn::Set(Lanes32(), static_cast<std::int32_t>(format.format.min()))),
        high_(hn::Set(Lanes32(), static_cast<std::int32_t>(format.format.max()))),
        rounding_(format.rounding) {}

  HWY_INLINE Vector32 operator()(hn::Vec<Reals> real, Vector32& overflows) const {
    const Lanes32 d;
    const auto rounded = round(hn::Mul(real, scale_));
    const Vector32 q = hn::ConvertTo(d, hn::Min(hn::Max(rounded, below_), above_));
    const Vector32 fitted = hn::Min(hn::Max(q, low_), high_);
    overflows = hn::Sub(overflows, hn::VecFromMask(d, hn::Ne(q, fitted)));
    return fitted;
  }

 private:
  // x - floor(x) is exact, or rounds to 1 where x is a tiny negative number, which is nearest to 0.
  [[nodiscard]] HWY_INLINE hn::Vec<Reals> round(hn::Vec<Reals> x) const {
    const Reals d;
    if (rounding_ == Rounding::Convergent) return hn::Round(x);
    const auto floor = hn::Floor(x);
    if (rounding_ == Rounding::Floor) return floor;
    const auto up = hn::Ge(hn::Sub(x, floor), hn::Set(d, 0.5F));
    return hn::Add(floor, hn::IfThenElseZero(up, hn::Set(d, 1.0F)));
  }

  hn::Vec<Reals> scale_;
  hn::Vec<Reals> below_;
  hn::Vec<Reals> above_;
  Vector32 low_;
  Vector32 high_;
  Rounding rounding_;
};

/// `overflows` counts by lane.
HWY_INLINE void enter_row(const FeatureEntry& entry, const float* from, std::size_t count,
                          const Storage& storage, std::uint8_t* to, Vector32& overflows) {
  const Lanes32 d;
  const Reals real;
  const std::size_t lanes = hn::Lanes(d);
  const auto size = static_cast<std::size_t>(storage.size);
  std::size_t k = 0;
  for (; k + lanes <= count; k += lanes)
    store_lanes(entry(hn::LoadU(real, from + k), overflows), storage, to + k * size);
  if (k == count) return;
  // Zeros overflow nothing.
  HWY_ALIGN float rest[HWY_MAX_BYTES / 4] = {};
  HWY_ALIGN std::uint8_t stored[HWY_MAX_BYTES];
  std::memcpy(rest, from + k, (count - k) * sizeof(float));
  store_lanes(entry(hn::Load(real, rest), overflows), storage, stored);
  std::memcpy(to + k * size, stored, (count - k) * size);
}

/// Returns how many overflow.
inline std::int64_t enter_sequence(const FeatureEntry& entry, const FloatMatrix& features,
                                   std::size_t first_row, StoredRows& rows) {
  const Lanes32 d;
  Vector32 overflows = hn::Zero(d);
  const auto columns = static_cast<std::size_t>(features.cols());
  const auto steps = static_cast<std::size_t>(features.rows());
  if (rows.is_dense()) {
    enter_row(entry, features.data(), steps * columns, rows.storage(), rows.row(first_row), overflows);
  } else {
    for (std::size_t step = 0; step < steps; ++step)
      enter_row(entry, features.data() + step * columns, columns, rows.storage(), rows.row(first_row + step),
                overflows);
  }
  return hn::GetLane(hn::SumOfLanes(d, overflows));
}

inline std::int64_t enter(const Batch& batch, const SignalFormat& format, StoredRows& rows) {
  const FeatureEntry entry(format);
  std::int64_t overflows = 0;
  for (std::size_t place = 0; place < batch.size(); ++place)
    overflows += enter_sequence(entry, batch.sequence(place).features, batch.first_row(place), rows);
  return overflows;
}

}  // namespace fixgate::fast::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
