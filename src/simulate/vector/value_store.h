// The rows of a program's values while a few sequences are run, and what their states remember.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "program/fixed_network.h"
#include "program/read_path.h"
#include "simulate/reference/tick_reader.h"
#include "simulate/vector/storage.h"

namespace fixgate::program {

/// How each value is stored, and whether all its ticks are kept or only the one that is being made.
struct ValueLayout {
  Storage storage = Storage::Half;
  std::size_t stride = 0;  // bytes from row to row
  bool is_kept = false;
};

using ValueLayouts = IdVector<ValueId, ValueLayout>;

/// Kept is what another layer reads, or the same layer at another tick, what is an input or an output, and
/// what is remembered.
ValueLayouts layouts_of(const FixedNetwork& network);

/// The rows of what states begin with.
class InitialRows {
 public:
  InitialRows(const FixedNetwork& network, const ValueLayouts& layouts);

  /// `back` ticks before the first one, from 1 on.
  [[nodiscard]] const std::uint8_t* row(StateId state, std::int64_t back) const {
    return bytes_.get() + first_[state.index()] + static_cast<std::size_t>(back - 1) * stride_[state.index()];
  }
  /// As long as any row.
  [[nodiscard]] const std::uint8_t* zeros() const { return zeros_.get(); }

 private:
  std::vector<std::size_t> first_;   // by state, in bytes
  std::vector<std::size_t> stride_;  // by state
  AlignedArray<std::uint8_t> bytes_;
  AlignedArray<std::uint8_t> zeros_;
};

/// Memory that grows and is used again from run to run.
class ReusedBytes {
 public:
  /// At least so many bytes, of any content; what was given before is no longer valid.
  std::uint8_t* get(std::size_t bytes);

 private:
  AlignedArray<std::uint8_t> bytes_;
  std::size_t size_ = 0;
};

/// The kept rows of every sequence of a batch.
class ValueStore {
 public:
  /// All outlive this. Ticks and memories by sequence.
  ValueStore(const Program& program, const ValueLayouts& layouts, const InitialRows& initial,
             std::span<const TickCounts* const> ticks, ReusedBytes& bytes);

  [[nodiscard]] std::size_t sequences() const { return ticks_.size(); }
  [[nodiscard]] const TickCounts& ticks(std::size_t sequence) const { return *ticks_[sequence]; }
  [[nodiscard]] const ValueLayout& layout(ValueId value) const { return layouts_[value]; }

  [[nodiscard]] std::uint8_t* row(std::size_t sequence, ValueId value, std::int64_t tick) const {
    return values_[sequence * layouts_.size() + value.index()] +
           static_cast<std::size_t>(tick) * layouts_[value].stride;
  }
  /// What a read of the value finds; null where there is nothing.
  [[nodiscard]] const std::uint8_t* row_at(std::size_t sequence, const ReadPath& path,
                                           const Place& place) const;
  [[nodiscard]] const std::uint8_t* zeros() const { return initial_.zeros(); }

  /// What the states of a sequence remember from before the run.
  void enter_memory(std::size_t sequence, const Memory& memory);

 private:
  [[nodiscard]] std::uint8_t* remembered(std::size_t sequence, StateId state, std::int64_t back) const;

  const Program& program_;
  const ValueLayouts& layouts_;
  const InitialRows& initial_;
  std::span<const TickCounts* const> ticks_;
  std::vector<std::uint8_t*> values_;    // [sequences, values]
  std::vector<std::uint8_t*> memories_;  // [sequences, states]
};

/// A row's elements, widened, and back; what pads the row becomes zero.
void load_row_elements(Storage storage, const std::uint8_t* row, std::span<std::int64_t> to);
void store_row_elements(Storage storage, std::uint8_t* row, std::span<const std::int64_t> from);
/// Sets what pads a row of `elements` to zero.
void clear_padding(Storage storage, std::uint8_t* row, std::size_t elements);

}  // namespace fixgate::program
