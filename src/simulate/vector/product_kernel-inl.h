// Products of matrices with stored rows, for one target of Highway.
#if defined(FIXGATE_VECTOR_PRODUCT_KERNEL_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef FIXGATE_VECTOR_PRODUCT_KERNEL_INL_H_
#undef FIXGATE_VECTOR_PRODUCT_KERNEL_INL_H_
#else
#define FIXGATE_VECTOR_PRODUCT_KERNEL_INL_H_
#endif

#include <algorithm>

#include "simulate/fast/products-inl.h"
#include "simulate/vector/kernels.h"
#include "simulate/vector/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace fixgate::program::HWY_NAMESPACE {

/// Half words by the tiles of the fast simulator.
class HalfProducts : public ProductKernel {
 public:
  HalfProducts(const fast::Stack& stack, bool vnni)
      : products_(stack, vnni, fast::HWY_NAMESPACE::plain_order()) {}

  void multiply(const std::uint8_t* const* inputs, std::size_t places,
                std::uint8_t* const* outputs) const override {
    const Tag<std::int32_t> d;
    products_.multiply(inputs, places,
                       [&](std::size_t row, std::size_t place, std::size_t some, const std::int32_t* from,
                           std::size_t stride) HWY_ATTR {
                         for (std::size_t k = 0; k < some; ++k)
                           hn::StoreU(hn::Load(d, from + k * stride), d,
                                      reinterpret_cast<std::int32_t*>(outputs[place + k]) + row);
                       });
  }

  [[nodiscard]] std::size_t part_bytes() const override {
    return products_.part_rows() * sizeof(std::int32_t);
  }

 private:
  fast::HWY_NAMESPACE::Products products_;
};

/// Any weights times any rows, in lanes of T.
template <class T>
class SparseProducts : public ProductKernel {
 public:
  SparseProducts(const SparseRows& rows, Storage input) : rows_(rows), input_(input) {}

  void multiply(const std::uint8_t* const* inputs, std::size_t places,
                std::uint8_t* const* outputs) const override {
    const std::size_t stride = rounded_up(rows_.inputs_size, kRowElements);
    const auto widened = hwy::AllocateAligned<T>(places * stride);
    for (std::size_t place = 0; place < places; ++place) widen(inputs[place], widened.get() + place * stride);
    for (std::size_t first = 0; first < places; first += kTogether) {
      const Group group{widened.get() + first * stride, stride, outputs + first};
      const std::size_t some = std::min(kTogether, places - first);
      for (std::size_t block = 0; block + 1 < rows_.first_steps.size(); ++block)
        some == kTogether ? run_block<kTogether>(group, block) : run_singly(group, some, block);
    }
  }

  [[nodiscard]] std::size_t part_bytes() const override {
    return rounded_up(rows_.size, kRowElements) * sizeof(T);
  }

 private:
  static constexpr std::size_t kTogether = 4;

  /// Places that are worked on together.
  struct Group {
    const T* inputs;
    std::size_t stride;
    std::uint8_t* const* outputs;
  };

  void widen(const std::uint8_t* row, T* to) const {
    with_type(input_, [&](auto type) {
      using From = decltype(type);
      const auto* from = reinterpret_cast<const From*>(row);
      for (std::size_t k = 0; k < rows_.inputs_size; ++k) to[k] = static_cast<T>(from[k]);
    });
  }

  void run_singly(const Group& group, std::size_t places, std::size_t block) const {
    for (std::size_t place = 0; place < places; ++place)
      run_block<1>({group.inputs + place * group.stride, group.stride, group.outputs + place}, block);
  }

  template <std::size_t kPlaces>
  HWY_INLINE void run_block(const Group& group, std::size_t block) const {
    const Tag<T> d;
    const bool is_small = input_ != Storage::Long;
    for (std::size_t at = 0; at < kSparseBlock; at += hn::Lanes(d)) {
      VectorOf<T> sums[kPlaces];
      for (std::size_t p = 0; p < kPlaces; ++p) sums[p] = hn::Zero(d);
      for (std::size_t s = rows_.first_steps[block]; s < rows_.first_steps[block + 1]; ++s) {
        const auto weights = load_row(d, rows_.weights.data() + s * kSparseBlock + at);
        for (std::size_t p = 0; p < kPlaces; ++p) {
          const auto x = load_input(rows_.steps[s], group.inputs + p * group.stride, at);
          sums[p] = hn::Add(
              sums[p], is_small ? multiply_small(x, weights) : program::HWY_NAMESPACE::multiply(x, weights));
        }
      }
      for (std::size_t p = 0; p < kPlaces; ++p)
        hn::StoreU(sums[p], d, reinterpret_cast<T*>(group.outputs[p]) + block * kSparseBlock + at);
    }
  }

  HWY_INLINE VectorOf<T> load_input(const SparseStep& step, const T* inputs, std::size_t at) const {
    const Tag<T> d;
    if (step.kind == SparseStep::Kind::Same) return hn::Set(d, inputs[step.first]);
    if (step.kind == SparseStep::Kind::Next)
      return hn::LoadU(d, inputs + static_cast<std::size_t>(step.first) + at);
    return hn::GatherIndex(d, inputs, load_row(d, rows_.inputs.data() + step.inputs + at));
  }

  const SparseRows& rows_;
  Storage input_;
};

}  // namespace fixgate::program::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
