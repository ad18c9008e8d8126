// Tables and element-wise sums of the cells, for one target of Highway. All signals but h are half words.
#if defined(FIXGATE_FAST_ELEMENTWISE_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef FIXGATE_FAST_ELEMENTWISE_INL_H_
#undef FIXGATE_FAST_ELEMENTWISE_INL_H_
#else
#define FIXGATE_FAST_ELEMENTWISE_INL_H_
#endif

#include "simulate/fast/direct_table.h"
#include "simulate/fast/fit-inl.h"

HWY_BEFORE_NAMESPACE();
namespace fixgate::fast::HWY_NAMESPACE {

/// Half words of one signal for every sequence of a batch: unit j of the sequence at place p is at
/// data[p * stride + j].
struct Halves2D {
  std::int16_t* data = nullptr;
  std::size_t stride = 0;

  [[nodiscard]] HWY_INLINE std::int16_t* at(std::size_t place, std::size_t unit) const {
    return data + place * stride + unit;
  }
};

/// h of every sequence of a batch, stored as the plan says.
struct State2D {
  std::uint8_t* data = nullptr;
  std::size_t stride = 0;  // bytes
  Storage storage;

  [[nodiscard]] HWY_INLINE std::uint8_t* at(std::size_t place, std::size_t unit) const {
    return data + place * stride + unit * static_cast<std::size_t>(storage.size);
  }
};

/// How many units there are, padded to whole vectors, of how many sequences.
struct Extent {
  std::size_t units = 0;
  std::size_t places = 0;
};

/// sum(place, unit, overflows), for one vector of units after the other; `counts` by unit.
template <class Sum>
HWY_INLINE void for_each(const Extent& extent, std::int32_t* counts, Sum sum) {
  const Lanes32 d;
  const std::size_t lanes = hn::Lanes(d);
  for (std::size_t unit = 0; unit < extent.units; unit += lanes) {
    Vector32 overflows = hn::Load(d, counts + unit);
    for (std::size_t place = 0; place < extent.places; ++place) sum(place, unit, overflows);
    hn::Store(overflows, d, counts + unit);
  }
}

HWY_INLINE Vector32 look_up(const DirectTable& table, Vector32 q, Vector32& overflows) {
  const Lanes32 d;
  const Vector32 entry = hn::GatherIndex(d, table.entries.data(), hn::Sub(q, hn::Set(d, table.first)));
  overflows = hn::Add(overflows, hn::And(entry, hn::Set(d, 1)));
  return hn::ShiftRight<1>(entry);
}

/// values <- T(values)
HWY_INLINE void apply_table(const DirectTable& table, Halves2D values, Halves2D answers, const Extent& extent,
                            std::int32_t* counts) {
  for_each(extent, counts, [&](std::size_t place, std::size_t unit, Vector32& overflows) {
    store_halves(look_up(table, load_halves(values.at(place, unit)), overflows), answers.at(place, unit));
  });
}

/// An ElementSum in vectors.
class Sum {
 public:
  explicit Sum(const ElementSum& sum)
      : fit_(sum.target),
        left_first_(sum.left_first),
        left_second_(sum.left_second),
        right_(hn::Set(Lanes32(), sum.right)),
        half_(hn::Set(Lanes32(), sum.half)) {}

  HWY_INLINE Vector32 operator()(Vector32 first, Vector32& overflows) const {
    return fit_(hn::Add(hn::ShiftLeftSame(first, left_first_), half_), right_, overflows);
  }
  HWY_INLINE Vector32 operator()(Vector32 first, Vector32 second, Vector32& overflows) const {
    const Vector32 sum =
        hn::Add(hn::ShiftLeftSame(first, left_first_), hn::ShiftLeftSame(second, left_second_));
    return fit_(hn::Add(sum, half_), right_, overflows);
  }

 private:
  Fit fit_;
  int left_first_;
  int left_second_;
  Vector32 right_;
  Vector32 half_;
};

}  // namespace fixgate::fast::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
