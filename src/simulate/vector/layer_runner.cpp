#include "simulate/vector/layer_runner.h"

#include <hwy/cache_control.h>

#include <algorithm>
#include <numeric>

namespace fixgate::program {

LayerRunner::LayerRunner(const Program& program, const Layer& layer, const LayerPlan& plan,
                         const ValueStore& store, ReusedBytes& scratch)
    : program_(program),
      plan_(plan),
      store_(store),
      by_length_(store.sequences()),
      operands_(plan.operands.size()),
      targets_(plan.steps.size() * kMostPlaces),
      overflows_(plan.steps.size()) {
  for (std::size_t sequence = 0; sequence < store.sequences(); ++sequence) {
    orders_.emplace_back(program, layer, store.ticks(sequence));
    longest_ = std::max(longest_, orders_.back().count());
    total_ += static_cast<std::size_t>(orders_.back().count());
  }
  std::iota(by_length_.begin(), by_length_.end(), std::size_t{0});
  std::ranges::stable_sort(by_length_, std::ranges::greater{},
                           [&](std::size_t s) { return orders_[s].count(); });
  capacity_ = std::min(kMostPlaces, total_);
  scratch_ = scratch.get(capacity_ * plan.scratch_bytes);
}

void LayerRunner::run(ValueCounts& counts) {
  place_scratch();
  plan_.is_recurrent ? run_recurrent() : run_pointwise();
  for (std::size_t step = 0; step < plan_.steps.size(); ++step) {
    const ValueId target = plan_.targets[step];
    counts.written[target] += static_cast<std::int64_t>(total_) * program_.values[target].size;
    counts.overflows[target] += overflows_[step];
  }
}

/// The rows in scratch memory do not move while the layer runs.
void LayerRunner::place_scratch() {
  for (std::size_t step = 0; step < plan_.steps.size(); ++step) {
    const ValueLayout& layout = store_.layout(plan_.targets[step]);
    if (layout.is_kept) continue;
    for (std::size_t place = 0; place < capacity_; ++place)
      targets_[step * kMostPlaces + place] =
          scratch_ + plan_.target_offsets[step] * capacity_ + place * layout.stride;
  }
  for (std::size_t index = 0; index < operands_.size(); ++index) {
    const Operand& operand = plan_.operands[index];
    if (operand.is_own_now)
      std::copy_n(targets_.begin() + static_cast<std::ptrdiff_t>(operand.step * kMostPlaces), capacity_,
                  operands_[index].at);
  }
  for (const ProductGroup& group : plan_.groups) find_products(group, 0);
}

/// The ticks that the sequences have at a position of the layer's order.
LayerRunner::Span LayerRunner::add_ticks(std::int64_t position) {
  const std::size_t first = ticks_.size();
  for (const std::size_t sequence : by_length_) {
    const TickOrder& order = orders_[sequence];
    if (order.count() <= position) break;
    ticks_.push_back({sequence, position, order.tick_at(position)});
  }
  return {first, ticks_.size() - first};
}

/// Position by position; products that need none of the layer's own values for some positions at once.
void LayerRunner::run_recurrent() {
  std::vector<Span> spans;
  for (std::int64_t position = 0; position < longest_;) {
    ticks_.clear();
    spans.clear();
    do {
      spans.push_back(add_ticks(position++));
    } while (position < longest_ && ticks_.size() + spans.back().places <= kMostPlaces);
    multiply_ahead();
    for (const Span& span : spans) run_steps(span);
  }
}

/// No tick depends on another one: as many at once as there is space for.
void LayerRunner::run_pointwise() {
  for (std::int64_t position = 0; position < longest_;) {
    ticks_.clear();
    std::size_t added = 0;
    do {
      added = add_ticks(position++).places;
    } while (position < longest_ && ticks_.size() + added <= kMostPlaces);
    multiply_ahead();
    run_steps({0, ticks_.size()});
  }
}

void LayerRunner::multiply_ahead() {
  for (const ProductGroup& group : plan_.groups) {
    if (!group.is_ahead || group.by_token) continue;
    Rows inputs;
    find_operand(group.input, {0, ticks_.size()}, inputs);
    multiply(group, inputs, ticks_.size());
  }
}

void LayerRunner::run_steps(const Span& span) {
  find_targets(span);
  for (std::size_t index = 0; index < operands_.size(); ++index)
    if (plan_.operands[index].is_stepwise) find_operand(index, span, operands_[index]);
  find_products_ahead(span);
  StepRows rows{store_, ticks_.data() + span.first, span.places, operands_.data(), nullptr};
  for (std::size_t step = 0; step < plan_.steps.size(); ++step) {
    for (const ProductGroup& group : plan_.groups)
      if (!group.is_ahead && group.before == step) multiply(group, operands_[group.input], span.places);
    rows.targets = targets_.data() + step * kMostPlaces;
    overflows_[step] += plan_.steps[step]->run(rows);
  }
}

void LayerRunner::find_products_ahead(const Span& span) {
  const bool have_moved = span.first != products_from_;
  products_from_ = span.first;
  for (const ProductGroup& group : plan_.groups) {
    if (group.by_token)
      find_token_products(group, span);
    else if (group.is_ahead && have_moved)
      find_products(group, span.first);
  }
}

void LayerRunner::find_token_products(const ProductGroup& group, const Span& span) {
  for (std::size_t place = 0; place < span.places; ++place) {
    const SequenceTick& at = ticks_[span.first + place];
    const std::uint8_t* row = store_.row(at.sequence, group.by_token->token, at.tick);
    const auto token = static_cast<std::size_t>(load_element(Storage::Word, row, 0));
    const std::uint8_t* products = group.by_token->products.get() + token * group.stride;
    for (std::size_t part = 0; part < group.outputs.size(); ++part)
      operands_[group.outputs[part]].at[place] = products + part * group.part_bytes;
    fetch_ahead(group, at);
  }
}

/// What the next tick looks up is on its way to the caches meanwhile.
void LayerRunner::fetch_ahead(const ProductGroup& group, const SequenceTick& at) const {
  const TickOrder& order = orders_[at.sequence];
  if (at.position + 1 >= order.count()) return;
  const std::uint8_t* row = store_.row(at.sequence, group.by_token->token, order.tick_at(at.position + 1));
  const auto token = static_cast<std::size_t>(load_element(Storage::Word, row, 0));
  const std::uint8_t* products = group.by_token->products.get() + token * group.stride;
  for (std::size_t byte = 0; byte < group.stride; byte += fast::kAlignment) hwy::Prefetch(products + byte);
}

void LayerRunner::find_targets(const Span& span) {
  for (std::size_t step = 0; step < plan_.steps.size(); ++step) {
    if (!store_.layout(plan_.targets[step]).is_kept) continue;
    for (std::size_t place = 0; place < span.places; ++place) {
      const SequenceTick& at = ticks_[span.first + place];
      targets_[step * kMostPlaces + place] = store_.row(at.sequence, plan_.targets[step], at.tick);
    }
  }
}

void LayerRunner::find_operand(std::size_t index, const Span& span, Rows& rows) const {
  const Operand& operand = plan_.operands[index];
  if (operand.is_own_now) {
    if (!store_.layout(operand.path->read().value).is_kept) return;
    std::copy_n(targets_.begin() + static_cast<std::ptrdiff_t>(operand.step * kMostPlaces), span.places,
                rows.at);
    return;
  }
  const std::uint8_t* nothing = operand.is_left_out ? nullptr : store_.zeros();
  for (std::size_t place = 0; place < span.places; ++place) {
    const SequenceTick& at = ticks_[span.first + place];
    const Place found = operand.path->at(at.position, orders_[at.sequence], store_.ticks(at.sequence));
    const std::uint8_t* row = store_.row_at(at.sequence, *operand.path, found);
    rows.at[place] = row == nullptr ? nothing : row;
  }
}

void LayerRunner::find_products(const ProductGroup& group, std::size_t first_place) {
  const std::uint8_t* first = scratch_ + group.offset * capacity_ + first_place * group.stride;
  for (std::size_t part = 0; part < group.outputs.size(); ++part)
    for (std::size_t place = 0; place + first_place < capacity_; ++place)
      operands_[group.outputs[part]].at[place] = first + part * group.part_bytes + place * group.stride;
}

void LayerRunner::multiply(const ProductGroup& group, const Rows& inputs, std::size_t places) const {
  std::uint8_t* outputs[kMostPlaces];
  for (std::size_t place = 0; place < places; ++place)
    outputs[place] = scratch_ + group.offset * capacity_ + place * group.stride;
  group.kernel->multiply(inputs.at, places, outputs);
}

}  // namespace fixgate::program
