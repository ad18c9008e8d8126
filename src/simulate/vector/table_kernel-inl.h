// Tables with every answer worked out, for one target of Highway.
#if defined(FIXGATE_VECTOR_TABLE_KERNEL_INL_H_) == defined(HWY_TARGET_TOGGLE)
#ifdef FIXGATE_VECTOR_TABLE_KERNEL_INL_H_
#undef FIXGATE_VECTOR_TABLE_KERNEL_INL_H_
#else
#define FIXGATE_VECTOR_TABLE_KERNEL_INL_H_
#endif

#include <optional>

#include "simulate/fast/direct_table.h"
#include "simulate/fast/mirrored_table.h"
#include "simulate/fast/step_table.h"
#include "simulate/vector/kernels.h"
#include "simulate/vector/lanes-inl.h"

HWY_BEFORE_NAMESPACE();
namespace fixgate::program::HWY_NAMESPACE {

class DirectLookup : public TableKernel {
 public:
  DirectLookup(const ActivationTable& table, const fast::MachineSettings& machine)
      : table_(table), input_(storage_of(table.input)), output_(storage_of(table.output.format)) {
    if (input_ != Storage::Half || output_ != Storage::Half) return;
    if (machine.step_tables && fast::has_step_tables()) steps_ = fast::as_steps(table_);
    if (!steps_ && machine.mirrored_tables && fast::has_mirrored_tables())
      mirrored_ = fast::as_mirrored(table_);
    if (!steps_ && !mirrored_) use_halves();
  }

  std::int64_t apply(const std::uint8_t* inputs, std::size_t count, std::uint8_t* answers) const override {
    if (ends_) return look_up_halves(halves(inputs), count, halves(answers));
    if (mirrored_) return fast::apply_mirrored(*mirrored_, halves(inputs), count, halves(answers));
    if (!steps_) return look_up(inputs, count, answers);
    const std::size_t most = count / 8 * 8;  // apply_steps takes them by eight
    std::int64_t overflows = fast::apply_steps(*steps_, halves(inputs), most, halves(answers));
    if (most < count) overflows += look_up(inputs + 2 * most, count - most, answers + 2 * most);
    return overflows;
  }

 private:
  /// Inputs up to one and from another on overflow, no others.
  struct Ends {
    std::int32_t up_to;
    std::int32_t from;
  };

  /// Answers of half words, where they overflow at the ends of the inputs alone.
  void use_halves() {
    const auto overflows = [&](std::size_t index) { return (table_.entries[index] & 1) != 0; };
    std::size_t low = 0;
    while (low < table_.entries.size() && overflows(low)) ++low;
    std::size_t high = table_.entries.size();
    while (high > low && overflows(high - 1)) --high;
    for (std::size_t index = low; index < high; ++index)
      if (overflows(index)) return;
    ends_ = {table_.first + static_cast<std::int32_t>(low) - 1,
             table_.first + static_cast<std::int32_t>(high)};
    for (const std::int32_t entry : table_.entries) halves_.push_back(static_cast<std::int16_t>(entry >> 1));
  }

  /// One by one: a gather takes longer.
  std::int64_t look_up_halves(const std::int16_t* inputs, std::size_t count, std::int16_t* answers) const {
    const std::int16_t* from = halves_.data() - table_.first;
    const Ends ends = *ends_;
    std::int32_t overflows = 0;
    for (std::size_t k = 0; k < count; ++k)
      overflows += static_cast<std::int32_t>(inputs[k] <= ends.up_to) +
                   static_cast<std::int32_t>(inputs[k] >= ends.from);
    for (std::size_t k = 0; k < count; ++k) answers[k] = from[inputs[k]];
    return overflows;
  }

  static const std::int16_t* halves(const std::uint8_t* row) {
    return reinterpret_cast<const std::int16_t*>(row);
  }
  static std::int16_t* halves(std::uint8_t* row) { return reinterpret_cast<std::int16_t*>(row); }

  std::int64_t look_up(const std::uint8_t* inputs, std::size_t count, std::uint8_t* answers) const {
    const Tag<std::int32_t> d;
    const auto first = hn::Set(d, table_.first);
    auto overflows = hn::Zero(d);
    for (std::size_t k = 0; k < count; k += hn::Lanes(d)) {
      auto index = hn::Sub(load(inputs, k), first);
      const bool is_last = count - k < hn::Lanes(d);
      if (is_last)
        index = hn::IfThenElseZero(hn::FirstN(d, count - k), index);  // what is behind is not known
      const auto entry = hn::GatherIndex(d, table_.entries.data(), index);
      auto outside = hn::And(entry, hn::Set(d, 1));
      if (is_last) outside = hn::IfThenElseZero(hn::FirstN(d, count - k), outside);
      overflows = hn::Add(overflows, outside);
      store_row(hn::ShiftRight<1>(entry), output_, answers + k * bytes_of(output_));
    }
    return hn::GetLane(hn::SumOfLanes(d, overflows));
  }

  [[nodiscard]] HWY_INLINE VectorOf<std::int32_t> load(const std::uint8_t* inputs, std::size_t k) const {
    const Tag<std::int32_t> d;
    if (input_ == Storage::Half) return load_row(d, halves(inputs) + k);
    return load_row(d, reinterpret_cast<const std::int32_t*>(inputs) + k);
  }

  fast::DirectTable table_;
  Storage input_;
  Storage output_;
  std::optional<fast::StepTable> steps_;
  std::optional<fast::MirroredTable> mirrored_;
  std::optional<Ends> ends_;  // of halves_
  std::vector<std::int16_t> halves_;
};

}  // namespace fixgate::program::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
