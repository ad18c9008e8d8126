#include "hardware/timing.h"

#include <algorithm>
#include <bit>

namespace fixgate {
namespace {

// Of the modules that read tables: fg_table_linear, fg_table_lookup, fg_rectifier.
int table_latency(const ActivationTable& table) {
  switch (table.kind) {
    case TableKind::PiecewiseLinear:
      return static_cast<int>(std::bit_width(table.segments.size() - 1)) + 4;
    case TableKind::Lookup:
      return 3;
    case TableKind::Rectifier:
      return 2;
  }
  return 0;
}

EngineLatency recurrent_latency(const FixedChain& network, const FixedRecurrent& layer) {
  const int gates = gate_table_latency(network, layer);
  if (layer.kind == CellKind::Lstm) return {gates + cell_table_latency(network, layer) + 5, 0};
  if (layer.linear_before_reset) return {2 * gates + 6, 0};
  return {gates + 4, gates + 3};
}

}  // namespace

int gate_table_latency(const FixedChain& network, const FixedRecurrent& layer) {
  int latency = 0;
  for (const FixedGate& gate : layer.cells.front().gates)
    latency = std::max(latency, table_latency(network.tables[static_cast<std::size_t>(gate.table)]));
  return latency;
}

int cell_table_latency(const FixedChain& network, const FixedRecurrent& layer) {
  return table_latency(network.tables[static_cast<std::size_t>(layer.cells.front().cell_table)]);
}

int dense_table_latency(const FixedChain& network, const FixedDense& layer) {
  return layer.table < 0 ? 0 : table_latency(network.tables[static_cast<std::size_t>(layer.table)]);
}

EngineLatency engine_latency(const FixedChain& network, const FixedLayer& layer) {
  if (const auto* recurrent = std::get_if<FixedRecurrent>(&layer))
    return recurrent_latency(network, *recurrent);
  if (const auto* dense = std::get_if<FixedDense>(&layer))
    return {dense_table_latency(network, *dense) + 1, 0};
  return {};
}

std::int64_t cycles_per_step(const Schedule& schedule, const EngineLatency& latency) {
  const std::int64_t group = std::max(schedule.words_per_group(), schedule.lanes);
  const auto last_row = [&](int rows) { return (rows - 1) % schedule.lanes; };
  // From the last word of the group whose last row is waited for to the last word of the group that waits.
  const auto wait = [&](int row_in_group, int cycles) {
    return kRowLatency + row_in_group + cycles + schedule.hidden_words;
  };
  std::int64_t result_wait = 0;
  if (schedule.hidden_words > 0) result_wait = wait(last_row(schedule.passes.back().rows), latency.result);
  std::int64_t cycles = (schedule.groups() - 1) * group + std::max(group, result_wait);
  if (schedule.passes.size() < 2) return cycles;
  const std::int64_t groups_between =
      schedule.passes.front().groups - 1 - (schedule.slice_units - 1) / schedule.lanes;
  const std::int64_t reset_wait =
      wait(last_row(schedule.slice_units), latency.reset_hidden) - groups_between * group;
  return cycles - group + std::max(group, reset_wait);
}

EngineTimer::EngineTimer(const EngineShape& shape, const EngineGeometry& geometry,
                         const EngineLatency& latency)
    : shape_(shape),
      latency_(latency),
      schedule_(make_schedule(shape, geometry)),
      groups_(list_groups(schedule_)),
      second_pass_(static_cast<std::size_t>(schedule_.passes.front().groups)),
      unit_valid_(static_cast<std::size_t>(schedule_.slice_units)),
      offered_(static_cast<std::size_t>(shape.outputs)) {
  const std::vector<SliceRow> rows = list_rows(shape, schedule_);
  const int last_gate = shape.has_second_pass() ? 2 : shape.gates_by_pass().front() - 1;
  for (const SliceRow& row : rows) completed_unit_.push_back(row.gate == last_gate ? row.unit : -1);
  if (shape.has_second_pass()) last_reset_row_ = schedule_.slice_units - 1;
}

Cycle EngineTimer::take(std::span<const Cycle> offered) {
  last_taken_ = std::max(last_taken_, half_free_[half_] - 1);
  for (const Cycle cycle : offered) last_taken_ = std::max(last_taken_ + 1, cycle);
  return last_taken_;
}

EngineTimer::GroupEnd EngineTimer::issue_group(std::size_t group) {
  const Cycle first = next_issue_;
  GroupEnd end{0, first + schedule_.x_words - 1};
  if (schedule_.hidden_words == 0) {
    end.last = end.last_x = std::max(end.last_x, next_group_end_);
  } else {
    const Cycle ready = group == 0 ? hidden_ready_ : group == second_pass_ ? reset_ready_ : first;
    end.last = std::max(std::max(end.last_x + 1, ready) + schedule_.hidden_words - 1, next_group_end_);
  }
  next_issue_ = end.last + 1;
  next_group_end_ = end.last + schedule_.lanes;
  return end;
}

void EngineTimer::note_rows(std::size_t group, Cycle last_word) {
  for (int r = 0; r < groups_[group].rows; ++r) {
    const int row = groups_[group].first + r;
    const Cycle total = last_word + kRowLatency + r;
    if (row == last_reset_row_) reset_ready_ = total + latency_.reset_hidden + 1;
    const int unit = completed_unit_[static_cast<std::size_t>(row)];
    if (unit >= 0) unit_valid_[static_cast<std::size_t>(unit)] = total + latency_.result;
  }
}

void EngineTimer::step(bool emits) {
  next_issue_ = std::max({next_issue_, last_taken_ + 1, place_free_[place_]});
  GroupEnd end;
  for (std::size_t group = 0; group < groups_.size(); ++group) {
    end = issue_group(group);
    note_rows(group, end.last);
  }
  half_free_[half_] = end.last_x + 1;
  half_ = (half_ + 1) % kBuffers;
  hidden_ready_ = unit_valid_.back() + 1;
  if (emits) offer_result();
}

// Slice after slice; the slices' units are valid at the same time.
void EngineTimer::offer_result() {
  for (std::size_t unit = 0; unit < offered_.size(); ++unit)
    offered_[unit] = unit_valid_[unit % unit_valid_.size()] + kFifoLatency;
}

void EngineTimer::result_taken(Cycle cycle) {
  place_free_[place_] = cycle + 1;
  place_ = (place_ + 1) % kBuffers;
}

}  // namespace fixgate
