#include "simulate/vector/lookup_steps.h"

#include <utility>

#include "numeric/requantise.h"

namespace fixgate::program {
namespace {

class RowStep : public Step {
 public:
  RowStep(LookedUpRows rows, std::size_t operand) : operand_(operand), rows_(std::move(rows)) {}

  std::int64_t run(const StepRows& rows) const override {
    std::int64_t overflows = 0;
    for (std::size_t place = 0; place < rows.places; ++place) {
      const auto token =
          static_cast<std::size_t>(load_element(Storage::Word, rows.operands[operand_].at[place], 0));
      std::memcpy(rows.targets[place], rows_.rows.get() + token * rows_.stride, rows_.stride);
      overflows += rows_.overflows[token];
    }
    return overflows;
  }

 private:
  std::size_t operand_;
  LookedUpRows rows_;
};

class DirectTableStep : public Step {
 public:
  DirectTableStep(const ActivationTable& table, std::size_t size, std::size_t operand,
                  const fast::MachineSettings& machine)
      : operand_(operand),
        size_(size),
        input_bytes_(size * bytes_of(storage_of(table.input))),
        output_bytes_(size * bytes_of(storage_of(table.output.format))),
        kernel_(make_table_kernel(table, machine)) {}

  std::int64_t run(const StepRows& rows) const override {
    const Rows& operand = rows.operands[operand_];
    if (are_adjacent(rows)) return kernel_->apply(operand.at[0], size_ * rows.places, rows.targets[0]);
    std::int64_t overflows = 0;
    for (std::size_t place = 0; place < rows.places; ++place)
      overflows += kernel_->apply(operand.at[place], size_, rows.targets[place]);
    return overflows;
  }

 private:
  /// True if the rows of all places follow each other without padding.
  [[nodiscard]] bool are_adjacent(const StepRows& rows) const {
    const Rows& operand = rows.operands[operand_];
    for (std::size_t place = 1; place < rows.places; ++place)
      if (operand.at[place] != operand.at[place - 1] + input_bytes_ ||
          rows.targets[place] != rows.targets[place - 1] + output_bytes_)
        return false;
    return true;
  }

  std::size_t operand_;
  std::size_t size_;
  std::size_t input_bytes_;   // of the elements of a row
  std::size_t output_bytes_;  // likewise
  std::unique_ptr<const TableKernel> kernel_;
};

/// Wide inputs, wide outputs, and tables over the leading one.
class SingleTableStep : public Step {
 public:
  SingleTableStep(const Table& table, std::size_t size, std::size_t operand)
      : table_(table),
        operand_(operand),
        size_(size),
        input_(storage_of(input_format(table))),
        output_(storage_of(output_format(table).format)) {}

  std::int64_t run(const StepRows& rows) const override {
    std::int64_t overflows = 0;
    std::visit(
        [&](const auto& table) {
          for (std::size_t place = 0; place < rows.places; ++place)
            overflows += apply(table, rows.operands[operand_].at[place], rows.targets[place]);
        },
        table_);
    return overflows;
  }

 private:
  template <typename AnyTable>
  std::int64_t apply(const AnyTable& table, const std::uint8_t* from, std::uint8_t* to) const {
    std::int64_t overflows = 0;
    for (std::size_t k = 0; k < size_; ++k)
      store_element(output_, to, k, apply_table(table, load_element(input_, from, k), overflows));
    clear_padding(output_, to, size_);
    return overflows;
  }

  const Table& table_;
  std::size_t operand_;
  std::size_t size_;
  Storage input_;
  Storage output_;
};

bool can_be_direct(const ActivationTable& table) {
  constexpr std::int64_t kMostAnswer = (std::int64_t{1} << 30) - 1;  // doubled, in 32 bits
  const Format& output = table.output.format;
  return table.input.width <= kWidestExpanded && output.max() <= kMostAnswer && output.min() >= -kMostAnswer;
}

}  // namespace

// numerics.md, section 10: out[k] <- E[token, k], at the row's own fraction
LookedUpRows looked_up_rows(const FixedNetwork& network, const RowLookup& lookup, ValueId target) {
  const WeightMatrix& weights = network.weights[lookup.matrix];
  const SignalFormat& signal = network.formats[target];
  const Storage storage = storage_of(signal.format);
  LookedUpRows found;
  found.stride = row_bytes(storage, static_cast<std::size_t>(weights.columns));
  found.rows = aligned_zeros<std::uint8_t>(found.stride * static_cast<std::size_t>(weights.rows));
  for (int token = 0; token < weights.rows; ++token) {
    const auto row = static_cast<std::size_t>(token);
    std::int64_t overflows = 0;
    std::size_t element = 0;
    for (const std::int32_t weight : weights.row(token))
      store_element(storage, found.rows.get() + row * found.stride, element++,
                    requantise(weight, weights.row_fractions[row], signal, overflows));
    found.overflows.push_back(overflows);
  }
  return found;
}

std::unique_ptr<const Step> make_row_step(const FixedNetwork& network, const RowLookup& lookup,
                                          ValueId target, std::size_t operand) {
  return std::make_unique<RowStep>(looked_up_rows(network, lookup, target), operand);
}

std::unique_ptr<const Step> make_table_step(const Table& table, std::size_t size, std::size_t operand,
                                            const fast::MachineSettings& machine) {
  const auto* activation = std::get_if<ActivationTable>(&table);
  if (activation != nullptr && can_be_direct(*activation))
    return std::make_unique<DirectTableStep>(*activation, size, operand, machine);
  return std::make_unique<SingleTableStep>(table, size, operand);
}

}  // namespace fixgate::program
