// Element-wise statements as lists of operations on strips of a few vectors, for one target of Highway.
#if defined(FIXGATE_VECTOR_ELEMENT_KERNEL_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef FIXGATE_VECTOR_ELEMENT_KERNEL_INL_H_
#undef FIXGATE_VECTOR_ELEMENT_KERNEL_INL_H_
#else
#define FIXGATE_VECTOR_ELEMENT_KERNEL_INL_H_
#endif

#include <algorithm>

#include "numeric/requantise.h"
#include "simulate/vector/flat_terms.h"
#include "simulate/vector/kernels.h"
#include "simulate/vector/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace fixgate::program::HWY_NAMESPACE {

inline constexpr std::size_t kStripVectors = 4;

/// docs/numerics.md, section 3, with the rounding half already in the value. A tie under `convergent` is then
/// a value without any of the bits that are shifted out.
template <class T>
class Fitting {
 public:
  explicit Fitting(const SignalFormat& signal)
      : low_(static_cast<T>(signal.format.min())),
        high_(static_cast<T>(signal.format.max())),
        unused_bits_(static_cast<int>(8 * sizeof(T)) - signal.format.width),
        is_signed_(signal.format.is_signed),
        wraps_(signal.overflow == Overflow::Wrap),
        to_even_(signal.rounding == Rounding::Convergent) {}

  /// `outside`: all ones in the lanes that overflow.
  HWY_INLINE VectorOf<T> operator()(VectorOf<T> v, VectorOf<T> right, VectorOf<T>& outside) const {
    const Tag<T> d;
    VectorOf<T> r = v >> right;
    if (to_even_) r = to_even(v, r, right);
    const VectorOf<T> fitted = wraps_ ? wrapped(r) : hn::Min(hn::Max(r, hn::Set(d, low_)), hn::Set(d, high_));
    outside = hn::VecFromMask(d, hn::Ne(r, fitted));
    return fitted;
  }

 private:
  HWY_INLINE VectorOf<T> to_even(VectorOf<T> v, VectorOf<T> r, VectorOf<T> right) const {
    const Tag<T> d;
    const VectorOf<T> dropped = hn::Not(hn::Set(d, T{-1}) << right);
    const auto tie = hn::And(hn::Eq(hn::And(v, dropped), hn::Zero(d)), hn::Gt(right, hn::Zero(d)));
    return hn::Sub(r, hn::IfThenElseZero(tie, hn::And(r, hn::Set(d, T{1}))));
  }

  HWY_INLINE VectorOf<T> wrapped(VectorOf<T> r) const {
    if (!is_signed_) return hn::And(r, hn::Set(Tag<T>(), high_));
    return hn::ShiftRightSame(hn::ShiftLeftSame(r, unused_bits_), unused_bits_);
  }

  T low_;
  T high_;
  int unused_bits_;
  bool is_signed_;
  bool wraps_;
  bool to_even_;
};

template <class T>
class ElementLanes : public ElementKernel {
 public:
  explicit ElementLanes(const ElementPlan& plan)
      : plan_(plan), storage_(storage_of(plan.fit.signal.format)), fitting_(plan.fit.signal) {
    for (const auto& vector : plan.vectors) {
      vectors_.push_back(aligned_zeros<T>(rounded_up(plan.size, kRowElements)));
      for (std::size_t e = 0; e < vector.size(); ++e) vectors_.back()[e] = static_cast<T>(vector[e]);
    }
    for (const ElementOperation& operation : plan.operations) operations_.push_back(prepared(operation));
    if (plan.fit.rights) rights_ = vectors_[*plan.fit.rights].get();
  }

  std::int64_t run(const Rows* operands, std::size_t places, std::uint8_t* const* targets) const override {
    const Tag<T> d;
    const std::size_t lanes = hn::Lanes(d);
    const std::size_t width = kStripVectors * lanes;
    const auto registers = hwy::AllocateAligned<T>(plan_.registers * width);
    Strip strip{operands, 0, 0, registers.get(), hn::Zero(d), 0};
    for (strip.place = 0; strip.place < places; ++strip.place) {
      std::uint8_t* target = targets[strip.place];
      if (plan_.leaves_out && all_left_out(operands, strip.place)) {
        std::memset(target, 0, row_bytes(storage_, plan_.size));
        continue;
      }
      std::size_t element = 0;
      for (; element + width <= plan_.size; element += width) {
        strip.element = element;
        run_strip<kStripVectors, false>(strip, target);
      }
      for (; element < plan_.size; element += lanes) {
        strip.element = element;
        run_strip<1, true>(strip, target);
      }
      // Lanes of words read further than those of longs have written.
      if (sizeof(T) == 8) clear_elements(target, element, rounded_up(plan_.size, kSparseBlock));
    }
    return strip.singly + hn::GetLane(hn::SumOfLanes(d, strip.overflows));
  }

 private:
  using Action = ElementOperation::Action;

  struct Operation {
    Action action;
    Source::Kind kind;
    std::size_t index;
    std::size_t target;
    T uniform;
    const T* constant;
    const T* lefts;
    int left;
  };

  /// Elements of one row, and what has been counted.
  struct Strip {
    const Rows* operands;
    std::size_t place;
    std::size_t element;
    T* registers;
    VectorOf<T> overflows;
    std::int64_t singly;
  };

  Operation prepared(const ElementOperation& operation) const {
    const Source& source = operation.source;
    return {operation.action,
            source.kind,
            source.index,
            operation.target,
            static_cast<T>(source.value),
            source.kind == Source::Kind::Constant ? vectors_[source.index].get() : nullptr,
            operation.lefts ? vectors_[*operation.lefts].get() : nullptr,
            operation.left};
  }

  void clear_elements(std::uint8_t* target, std::size_t from, std::size_t to) const {
    if (from < to) std::memset(target + from * bytes_of(storage_), 0, (to - from) * bytes_of(storage_));
  }

  /// What begins a maximum and what rounds it are no operands of it.
  [[nodiscard]] bool all_left_out(const Rows* operands, std::size_t place) const {
    return std::ranges::none_of(operations_, [&](const Operation& operation) {
      if (operation.action != Action::Larger && operation.action != Action::Smaller) return false;
      const bool is_row = operation.kind == Source::Kind::Half || operation.kind == Source::Kind::Word ||
                          operation.kind == Source::Kind::Long;
      return !is_row || operands[operation.index].at[place] != nullptr;
    });
  }

  /// Registers 0 and 1, in which nearly all is computed, are the machine's own; further ones are in memory.
  template <int kVectors, bool kEnds>
  HWY_INLINE void run_strip(Strip& strip, std::uint8_t* target) const {
    VectorOf<T> first[kVectors];
    VectorOf<T> second[kVectors];
    HWY_UNROLL(4)
    for (int k = 0; k < kVectors; ++k) first[k] = second[k] = hn::Zero(Tag<T>());
    for (const Operation& operation : operations_) {
      VectorOf<T> v[kVectors];
      if (operation.kind == Source::Kind::Register && operation.index == 1) {
        HWY_UNROLL(4)
        for (int k = 0; k < kVectors; ++k) v[k] = second[k];
      } else if (!load<kVectors>(operation, strip, v)) {
        continue;
      }
      shift<kVectors>(operation, strip, v);
      if (operation.target == 0)
        act<kVectors>(operation.action, v, first);
      else if (operation.target == 1)
        act<kVectors>(operation.action, v, second);
      else
        act_in_memory<kVectors>(operation, strip, v);
    }
    if (HWY_UNLIKELY(!plan_.fit.fractions.empty())) return fit_singly<kVectors>(strip, first, target);
    fit<kVectors, kEnds>(strip, first, target);
  }

  template <int kVectors, class Element>
  HWY_INLINE void load_vectors(const Element* from, VectorOf<T>* v) const {
    HWY_UNROLL(4)
    for (int k = 0; k < kVectors; ++k)
      v[k] = load_row(Tag<T>(), from + static_cast<std::size_t>(k) * lanes_of<T>());
  }

  /// False: the operand is left out.
  template <int kVectors>
  HWY_INLINE bool load(const Operation& operation, const Strip& strip, VectorOf<T>* v) const {
    switch (operation.kind) {
      case Source::Kind::Half:
      case Source::Kind::Word:
      case Source::Kind::Long: {
        const std::uint8_t* row = strip.operands[operation.index].at[strip.place];
        if (row == nullptr) return false;
        load_stored<kVectors>(operation.kind, row, strip.element, v);
        return true;
      }
      case Source::Kind::Constant:
        load_vectors<kVectors>(operation.constant + strip.element, v);
        return true;
      case Source::Kind::Register:
        load_vectors<kVectors>(register_of(strip, operation.index), v);
        return true;
      case Source::Kind::Uniform:
        break;
    }
    HWY_UNROLL(4)
    for (int k = 0; k < kVectors; ++k) v[k] = hn::Set(Tag<T>(), operation.uniform);
    return true;
  }

  template <int kVectors>
  HWY_INLINE void load_stored(Source::Kind kind, const std::uint8_t* row, std::size_t element,
                              VectorOf<T>* v) const {
    if (kind == Source::Kind::Half)
      load_vectors<kVectors>(reinterpret_cast<const std::int16_t*>(row) + element, v);
    else if (kind == Source::Kind::Word)
      load_vectors<kVectors>(reinterpret_cast<const std::int32_t*>(row) + element, v);
    else
      load_vectors<kVectors>(reinterpret_cast<const std::int64_t*>(row) + element, v);
  }

  static HWY_INLINE T* register_of(const Strip& strip, std::size_t index) {
    return strip.registers + index * kStripVectors * lanes_of<T>();
  }

  template <int kVectors>
  HWY_INLINE void shift(const Operation& operation, const Strip& strip, VectorOf<T>* v) const {
    const Tag<T> d;
    if (operation.lefts != nullptr) {
      const T* lefts = operation.lefts + strip.element;
      HWY_UNROLL(4)
      for (int k = 0; k < kVectors; ++k)
        v[k] = v[k] << hn::Load(d, lefts + static_cast<std::size_t>(k) * lanes_of<T>());
    } else if (operation.left != 0) {
      HWY_UNROLL(4)
      for (int k = 0; k < kVectors; ++k) v[k] = hn::ShiftLeftSame(v[k], operation.left);
    }
  }

  /// register = register (action) v
  template <int kVectors>
  static HWY_INLINE void act(Action action, const VectorOf<T>* v, VectorOf<T>* at) {
    using V = VectorOf<T>;
    switch (action) {
      case Action::Set:
        return update<kVectors>(at, v, [](V, V b) HWY_ATTR { return b; });
      case Action::Add:
        return update<kVectors>(at, v, [](V a, V b) HWY_ATTR { return hn::Add(a, b); });
      case Action::Subtract:
        return update<kVectors>(at, v, [](V a, V b) HWY_ATTR { return hn::Sub(a, b); });
      case Action::Multiply:
        return update<kVectors>(at, v, [](V a, V b) HWY_ATTR { return multiply(a, b); });
      case Action::Larger:
        return update<kVectors>(at, v, [](V a, V b) HWY_ATTR { return hn::Max(a, b); });
      case Action::Smaller:
        return update<kVectors>(at, v, [](V a, V b) HWY_ATTR { return hn::Min(a, b); });
    }
  }

  template <int kVectors, class Combine>
  static HWY_INLINE void update(VectorOf<T>* at, const VectorOf<T>* v, Combine combine) {
    HWY_UNROLL(4)
    for (int k = 0; k < kVectors; ++k) at[k] = combine(at[k], v[k]);
  }

  template <int kVectors>
  HWY_NOINLINE void act_in_memory(const Operation& operation, const Strip& strip,
                                  const VectorOf<T>* v) const {
    VectorOf<T> at[kVectors];
    T* lanes = register_of(strip, operation.target);
    load_vectors<kVectors>(lanes, at);
    act<kVectors>(operation.action, v, at);
    store_vectors<kVectors>(at, lanes);
  }

  template <int kVectors>
  static HWY_INLINE void store_vectors(const VectorOf<T>* v, T* to) {
    HWY_UNROLL(4)
    for (int k = 0; k < kVectors; ++k)
      hn::Store(v[k], Tag<T>(), to + static_cast<std::size_t>(k) * lanes_of<T>());
  }

  template <int kVectors, bool kEnds>
  HWY_INLINE void fit(Strip& strip, const VectorOf<T>* exact, std::uint8_t* target) const {
    const Tag<T> d;
    HWY_UNROLL(4)
    for (int k = 0; k < kVectors; ++k) {
      const std::size_t offset = static_cast<std::size_t>(k) * lanes_of<T>();
      const auto right = rights_ == nullptr ? hn::Set(d, static_cast<T>(plan_.fit.right))
                                            : hn::Load(d, rights_ + strip.element + offset);
      VectorOf<T> outside;
      const auto fitted = fitting_(exact[k], right, outside);
      if (kEnds) outside = hn::IfThenElseZero(hn::FirstN(d, plan_.size - strip.element), outside);
      strip.overflows = hn::Sub(strip.overflows, outside);
      store_row(fitted, storage_, target + (strip.element + offset) * bytes_of(storage_));
    }
  }

  /// Elements whose shift is beyond the lanes.
  template <int kVectors>
  HWY_NOINLINE void fit_singly(Strip& strip, const VectorOf<T>* exact, std::uint8_t* target) const {
    store_vectors<kVectors>(exact, strip.registers);
    for (std::size_t k = 0; k < kVectors * lanes_of<T>(); ++k) {
      const std::size_t element = strip.element + k;
      std::int64_t q = 0;  // in what pads the row
      if (element < plan_.size)
        q = requantise(strip.registers[k], plan_.fit.fractions[element], plan_.fit.signal, strip.singly);
      store_element(storage_, target, element, q);
    }
  }

  const ElementPlan& plan_;
  Storage storage_;
  Fitting<T> fitting_;
  std::vector<AlignedArray<T>> vectors_;
  std::vector<Operation> operations_;
  const T* rights_ = nullptr;
};

/// A sum that is multiplied out: its terms are added up in registers.
class FlatSum : public ElementKernel {
 public:
  FlatSum(const ElementPlan& plan, const std::vector<FlatTerm>& terms)
      : size_(plan.size),
        storage_(storage_of(plan.fit.signal.format)),
        right_(plan.fit.right),
        fitting_(plan.fit.signal) {
    for (const auto& vector : plan.vectors) {
      vectors_.push_back(aligned_zeros<std::int32_t>(rounded_up(plan.size, kRowElements)));
      for (std::size_t e = 0; e < vector.size(); ++e)
        vectors_.back()[e] = static_cast<std::int32_t>(vector[e]);
    }
    for (const FlatTerm& term : terms) terms_.push_back(prepared(term));
    if (plan.fit.rights) rights_ = vectors_[*plan.fit.rights].get();
  }

  std::int64_t run(const Rows* operands, std::size_t places, std::uint8_t* const* targets) const override {
    const Tag<std::int32_t> d;
    const std::size_t lanes = hn::Lanes(d);
    Vector overflows = hn::Zero(d);
    for (std::size_t place = 0; place < places; ++place) {
      const Strip strip{operands, place, targets[place]};
      std::size_t element = 0;
      for (; element + kStripVectors * lanes <= size_; element += kStripVectors * lanes)
        run_strip<kStripVectors, false>(strip, element, overflows);
      for (; element < size_; element += lanes) run_strip<1, true>(strip, element, overflows);
    }
    return hn::GetLane(hn::SumOfLanes(d, overflows));
  }

 private:
  using Vector = VectorOf<std::int32_t>;
  enum class Code { Uniform, Constant, Half, Word, HalfTimesHalf, RowTimesRow };

  struct Term {
    Code code;
    bool is_negative;
    bool is_half[2];
    int left;
    std::int32_t uniform;
    std::size_t operands[2];
    const std::int32_t* constant;
    const std::int32_t* lefts;
  };

  struct Strip {
    const Rows* operands;
    std::size_t place;
    std::uint8_t* target;
  };

  [[nodiscard]] Term prepared(const FlatTerm& term) const {
    const auto is_half = [](const Source& source) { return source.kind == Source::Kind::Half; };
    Term prepared{code_of(term),
                  term.is_negative,
                  {is_half(term.first), term.second && is_half(*term.second)},
                  term.left,
                  static_cast<std::int32_t>(term.first.value),
                  {term.first.index, term.second ? term.second->index : 0},
                  nullptr,
                  term.lefts ? vectors_[*term.lefts].get() : nullptr};
    if (prepared.code == Code::Constant) prepared.constant = vectors_[term.first.index].get();
    return prepared;
  }

  static Code code_of(const FlatTerm& term) {
    if (term.second) {
      const bool are_halves =
          term.first.kind == Source::Kind::Half && term.second->kind == Source::Kind::Half;
      return are_halves ? Code::HalfTimesHalf : Code::RowTimesRow;
    }
    if (term.first.kind == Source::Kind::Uniform) return Code::Uniform;
    if (term.first.kind == Source::Kind::Constant) return Code::Constant;
    return term.first.kind == Source::Kind::Half ? Code::Half : Code::Word;
  }

  template <int kVectors, bool kEnds>
  HWY_INLINE void run_strip(const Strip& strip, std::size_t element, Vector& overflows) const {
    const Tag<std::int32_t> d;
    Vector sums[kVectors];
    HWY_UNROLL(4)
    for (int k = 0; k < kVectors; ++k) sums[k] = hn::Zero(d);
    for (const Term& term : terms_) add<kVectors>(term, strip, element, sums);
    HWY_UNROLL(4)
    for (int k = 0; k < kVectors; ++k) {
      const std::size_t at = element + static_cast<std::size_t>(k) * hn::Lanes(d);
      const auto right = rights_ == nullptr ? hn::Set(d, right_) : hn::Load(d, rights_ + at);
      Vector outside;
      const auto fitted = fitting_(sums[k], right, outside);
      if (kEnds) outside = hn::IfThenElseZero(hn::FirstN(d, size_ - element), outside);
      overflows = hn::Sub(overflows, outside);
      store_row(fitted, storage_, strip.target + at * bytes_of(storage_));
    }
  }

  template <int kVectors>
  HWY_INLINE void add(const Term& term, const Strip& strip, std::size_t element, Vector* sums) const {
    const Tag<std::int32_t> d;
    if (term.code == Code::Uniform)
      return add_each<kVectors>(term, element, sums,
                                [&](std::size_t) HWY_ATTR { return hn::Set(d, term.uniform); });
    if (term.code == Code::Constant)
      return add_each<kVectors>(term, element, sums,
                                [&](std::size_t at) HWY_ATTR { return hn::Load(d, term.constant + at); });
    const std::uint8_t* first = strip.operands[term.operands[0]].at[strip.place];
    if (term.code == Code::Half)
      return add_each<kVectors>(term, element, sums,
                                [&](std::size_t at) HWY_ATTR { return load<std::int16_t>(first, at); });
    if (term.code == Code::Word)
      return add_each<kVectors>(term, element, sums,
                                [&](std::size_t at) HWY_ATTR { return load<std::int32_t>(first, at); });
    const std::uint8_t* second = strip.operands[term.operands[1]].at[strip.place];
    if (term.code == Code::HalfTimesHalf)
      return add_each<kVectors>(term, element, sums, [&](std::size_t at) HWY_ATTR {
        return hn::Mul(load<std::int16_t>(first, at), load<std::int16_t>(second, at));
      });
    add_each<kVectors>(term, element, sums, [&](std::size_t at) HWY_ATTR {
      return hn::Mul(load_any(term.is_half[0], first, at), load_any(term.is_half[1], second, at));
    });
  }

  template <class From>
  static HWY_INLINE Vector load(const std::uint8_t* row, std::size_t element) {
    return load_row(Tag<std::int32_t>(), reinterpret_cast<const From*>(row) + element);
  }

  static HWY_INLINE Vector load_any(bool is_half, const std::uint8_t* row, std::size_t element) {
    return is_half ? load<std::int16_t>(row, element) : load<std::int32_t>(row, element);
  }

  template <int kVectors, class Value>
  HWY_INLINE void add_each(const Term& term, std::size_t element, Vector* sums, Value value) const {
    const Tag<std::int32_t> d;
    Vector v[kVectors];
    HWY_UNROLL(4)
    for (int k = 0; k < kVectors; ++k) v[k] = value(element + static_cast<std::size_t>(k) * hn::Lanes(d));
    if (term.lefts != nullptr) {
      HWY_UNROLL(4)
      for (int k = 0; k < kVectors; ++k)
        v[k] = v[k] << hn::Load(d, term.lefts + element + static_cast<std::size_t>(k) * hn::Lanes(d));
    } else if (term.left != 0) {
      HWY_UNROLL(4)
      for (int k = 0; k < kVectors; ++k) v[k] = hn::ShiftLeftSame(v[k], term.left);
    }
    if (term.is_negative) {
      HWY_UNROLL(4)
      for (int k = 0; k < kVectors; ++k) sums[k] = hn::Sub(sums[k], v[k]);
    } else {
      HWY_UNROLL(4)
      for (int k = 0; k < kVectors; ++k) sums[k] = hn::Add(sums[k], v[k]);
    }
  }

  std::size_t size_;
  Storage storage_;
  std::int32_t right_;
  Fitting<std::int32_t> fitting_;
  std::vector<AlignedArray<std::int32_t>> vectors_;
  std::vector<Term> terms_;
  const std::int32_t* rights_ = nullptr;
};

}  // namespace fixgate::program::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
