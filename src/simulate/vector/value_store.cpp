#include "simulate/vector/value_store.h"

#include <algorithm>
#include <cstring>

#include "program/uses.h"

namespace fixgate::program {
namespace {

void keep_what_is_read(const Program& program, LayerId id, ValueLayouts& layouts) {
  for (const Statement& statement : program.layers[id].statements) {
    for (const Read& read : reads_of(statement)) {
      const bool is_own_now = program.values[read.value].layer == id && read.tick == Tick{};
      if (!is_own_now) layouts[read.value].is_kept = true;
    }
  }
}

std::size_t elements_of(const Program& program, ValueId value) {
  return static_cast<std::size_t>(program.values[value].size);
}

}  // namespace

ValueLayouts layouts_of(const FixedNetwork& network) {
  const Program& program = network.program;
  ValueLayouts layouts;
  for (const ValueId id : program.values.ids()) {
    const Value& value = program.values[id];
    const Storage storage = value.vocabulary ? Storage::Word : storage_of(network.formats[id].format);
    layouts.add({storage, row_bytes(storage, elements_of(program, id)), !value.layer});
  }
  for (const LayerId id : program.layers.ids()) keep_what_is_read(program, id, layouts);
  for (const Output& output : program.outputs) layouts[output.value].is_kept = true;
  for (const State& state : program.states) layouts[state.value].is_kept = true;
  return layouts;
}

InitialRows::InitialRows(const FixedNetwork& network, const ValueLayouts& layouts) {
  const Program& program = network.program;
  std::size_t bytes = 0;
  for (const State& state : program.states) {
    first_.push_back(bytes);
    stride_.push_back(layouts[state.value].stride);
    bytes += stride_.back() * static_cast<std::size_t>(state.depth);
  }
  bytes_ = aligned_zeros<std::uint8_t>(std::max<std::size_t>(bytes, 1));
  for (const StateId id : program.states.ids()) {
    const std::vector<std::int64_t>& initial = network.initial[id];
    const ValueId value = program.states[id].value;
    const std::size_t size = elements_of(program, value);
    for (std::size_t k = 0; k < initial.size(); ++k)
      store_element(layouts[value].storage,
                    bytes_.get() + first_[id.index()] + k / size * stride_[id.index()], k % size, initial[k]);
  }
  std::size_t longest = 0;
  for (const ValueLayout& layout : layouts) longest = std::max(longest, layout.stride);
  zeros_ = aligned_zeros<std::uint8_t>(longest);
}

std::uint8_t* ReusedBytes::get(std::size_t bytes) {
  if (bytes_ == nullptr || bytes > size_) {
    bytes_ = hwy::AllocateAligned<std::uint8_t>(std::max<std::size_t>(bytes, 1));
    size_ = bytes;
    std::memset(bytes_.get(), 0,
                size_);  // what pads rows is multiplied by zero, and is never without a value
  }
  return bytes_.get();
}

ValueStore::ValueStore(const Program& program, const ValueLayouts& layouts, const InitialRows& initial,
                       std::span<const TickCounts* const> ticks, ReusedBytes& bytes)
    : program_(program),
      layouts_(layouts),
      initial_(initial),
      ticks_(ticks),
      values_(ticks.size() * program.values.size()),
      memories_(ticks.size() * program.states.size()) {
  std::vector<std::size_t> sizes;
  for (const TickCounts* counts : ticks) {
    for (const ValueId id : program.values.ids())
      sizes.push_back(layouts[id].is_kept
                          ? layouts[id].stride * static_cast<std::size_t>((*counts)[program.values[id].clock])
                          : 0);
    for (const State& state : program.states)
      sizes.push_back(layouts[state.value].stride * static_cast<std::size_t>(state.depth));
  }
  std::size_t total = 0;
  for (const std::size_t size : sizes) total += size;
  std::uint8_t* next = bytes.get(total);
  std::size_t index = 0;
  for (std::size_t sequence = 0; sequence < ticks.size(); ++sequence) {
    for (std::size_t k = 0; k < program.values.size(); ++k, next += sizes[index++])
      values_[sequence * program.values.size() + k] = next;
    for (std::size_t k = 0; k < program.states.size(); ++k, next += sizes[index++])
      memories_[sequence * program.states.size() + k] = next;
  }
}

const std::uint8_t* ValueStore::row_at(std::size_t sequence, const ReadPath& path, const Place& place) const {
  switch (place.kind) {
    case Place::Kind::Tick:
      return row(sequence, path.read().value, place.index);
    case Place::Kind::Before:
      return remembered(sequence, *path.state(), place.index);
    case Place::Kind::Initial:
      return initial_.row(*path.state(), place.index);
    case Place::Kind::Outside:
      break;
  }
  return nullptr;
}

void ValueStore::enter_memory(std::size_t sequence, const Memory& memory) {
  for (const StateId id : program_.states.ids()) {
    const Storage storage = layouts_[program_.states[id].value].storage;
    for (std::size_t back = 0; back < memory[id].size(); ++back)
      store_row_elements(storage, remembered(sequence, id, static_cast<std::int64_t>(back) + 1),
                         memory[id][back]);
  }
}

std::uint8_t* ValueStore::remembered(std::size_t sequence, StateId state, std::int64_t back) const {
  return memories_[sequence * program_.states.size() + state.index()] +
         static_cast<std::size_t>(back - 1) * layouts_[program_.states[state].value].stride;
}

void load_row_elements(Storage storage, const std::uint8_t* row, std::span<std::int64_t> to) {
  with_type(storage, [&](auto type) {
    const auto* from = reinterpret_cast<const decltype(type)*>(row);
    for (std::size_t k = 0; k < to.size(); ++k) to[k] = from[k];
  });
}

void store_row_elements(Storage storage, std::uint8_t* row, std::span<const std::int64_t> from) {
  with_type(storage, [&](auto type) {
    auto* to = reinterpret_cast<decltype(type)*>(row);
    for (std::size_t k = 0; k < from.size(); ++k) to[k] = static_cast<decltype(type)>(from[k]);
  });
  clear_padding(storage, row, from.size());
}

void clear_padding(Storage storage, std::uint8_t* row, std::size_t elements) {
  const std::size_t used = elements * bytes_of(storage);
  std::memset(row + used, 0, row_bytes(storage, elements) - used);
}

}  // namespace fixgate::program
