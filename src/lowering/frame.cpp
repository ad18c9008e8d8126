#include "lowering/frame.h"

#include <algorithm>
#include <set>

namespace fixgate::lowering {
namespace {

using program::Clock;
using program::ClockId;
using program::ClockKind;
using program::Tick;

/// How sources differ between neighbours along one axis.
struct Variation {
  bool differs = false;
  bool between_sequences = false;
  std::int64_t ticks = 0;      // the largest difference of ticks between the axis' ends, of any value
  std::int64_t all_ticks = 0;  // of that value
};

class AxisScan {
 public:
  AxisScan(const Tensor& tensor, const Sources& sources, std::size_t axis)
      : codes_(tensor.integers()), sources_(sources), extent_(tensor.shape[axis]) {
    stride_ = strides_of(tensor.shape)[axis];
  }

  void run(Variation& variation) const {
    const auto count = static_cast<std::int64_t>(codes_.size());
    for (std::int64_t index = 0; index < count; ++index) {
      const std::int64_t position = index / stride_ % extent_;
      if (position + 1 < extent_) compare(at(index), at(index + stride_), variation);
      if (position == 0) span(index, variation);
    }
  }

 private:
  [[nodiscard]] std::int64_t at(std::int64_t index) const { return codes_[static_cast<std::size_t>(index)]; }

  void compare(std::int64_t a, std::int64_t b, Variation& variation) const {
    if (a == b) return;
    variation.differs = true;
    const Source left = sources_.source(a);
    const Source right = sources_.source(b);
    if (left.value && left.value == right.value && left.sequence != right.sequence)
      variation.between_sequences = true;
  }

  /// Ticks from the first to the last element along the axis that are of one value.
  void span(std::int64_t index, Variation& variation) const {
    std::optional<Source> first;
    std::optional<Source> last;
    for (std::int64_t position = 0; position < extent_; ++position) {
      const Source source = sources_.source(at(index + position * stride_));
      if (!source.value || sources_.extent(*source.value).ticks == 1) continue;
      if (!first) first = source;
      if (source.value == first->value) last = source;
    }
    if (!first) return;
    const std::int64_t ticks = std::abs(last->tick - first->tick) + 1;
    if (ticks <= variation.ticks || ticks == 1) return;
    variation.ticks = ticks;
    variation.all_ticks = sources_.extent(*first->value).ticks;
  }

  const std::vector<std::int64_t>& codes_;
  const Sources& sources_;
  std::int64_t extent_;
  std::int64_t stride_ = 1;
};

bool is_kept(const std::vector<std::size_t>& kept, std::size_t axis) {
  return std::ranges::find(kept, axis) != kept.end();
}

}  // namespace

Shape strides_of(const Shape& shape) {
  Shape strides(shape.size(), 1);
  for (std::size_t axis = shape.size(); axis-- > 1;) strides[axis - 1] = strides[axis] * shape[axis];
  return strides;
}

std::vector<std::int64_t> offsets_of(const Shape& shape, const std::vector<std::size_t>& features) {
  const Shape strides = strides_of(shape);
  std::vector<std::int64_t> offsets{0};
  for (const std::size_t axis : features) {
    std::vector<std::int64_t> next;
    next.reserve(offsets.size() * static_cast<std::size_t>(shape[axis]));
    for (const std::int64_t offset : offsets)
      for (std::int64_t index = 0; index < shape[axis]; ++index)
        next.push_back(offset + index * strides[axis]);
    offsets = std::move(next);
  }
  return offsets;
}

int Frame::size() const {
  std::int64_t size = 1;
  for (const std::size_t axis : features) size *= shape[axis];
  return static_cast<int>(size);
}

// One element of a vector, from step to step: tick stride * p + offset of a value at step p.
struct Framer::Track {
  std::optional<program::ValueId> value = std::nullopt;  // none: a number
  int element = 0;
  std::int64_t stride = 0;
  std::int64_t offset = 0;
};

void Framer::find_axes(const std::vector<const Tensor*>& tensors, const std::vector<std::size_t>& kept,
                       Frame& frame) const {
  std::vector<Variation> all(frame.shape.size());
  for (std::size_t axis = 0; axis < all.size(); ++axis)
    for (const Tensor* tensor : tensors)
      if (frame.shape[axis] > 1) AxisScan(*tensor, sources_, axis).run(all[axis]);
  std::int64_t longest = 0;
  for (std::size_t axis = 0; axis < all.size(); ++axis) {
    const bool is_time = 2 * all[axis].ticks > all[axis].all_ticks && all[axis].ticks > longest;
    if (!is_time || is_kept(kept, axis)) continue;
    longest = all[axis].ticks;
    frame.time = axis;
  }
  for (std::size_t axis = 0; axis < all.size(); ++axis) {
    if (frame.time == axis) continue;
    if (all[axis].between_sequences && !frame.sequences && !is_kept(kept, axis))
      frame.sequences = axis;
    else if (all[axis].differs || is_kept(kept, axis))
      frame.features.push_back(axis);
  }
}

Result<void> Framer::check_sequences(const std::vector<const Tensor*>& tensors, const Frame& frame) const {
  if (!frame.sequences) return {};
  const std::int64_t stride = strides_of(frame.shape)[*frame.sequences];
  for (const Tensor* tensor : tensors) {
    const auto& codes = tensor->integers();
    for (std::int64_t index = 0; index < static_cast<std::int64_t>(codes.size()); ++index) {
      const std::int64_t sequence = index / stride % frame.sequence_count();
      const Source here = sources_.source(codes[static_cast<std::size_t>(index)]);
      const Source first = sources_.source(codes[static_cast<std::size_t>(index - sequence * stride)]);
      if (!here.value && !first.value && here.number == first.number) continue;
      const bool once = here.value && sources_.extent(*here.value).sequences == 1;
      const bool fits = here.value == first.value && here.tick == first.tick &&
                        here.element == first.element &&
                        (once || (here.sequence == sequence && first.sequence == 0));
      if (!fits) return fail("sequences of a batch that are not independent are not supported");
    }
  }
  return {};
}

Result<Framer::Track> Framer::track(const Tensor& tensor, const Frame& frame, std::int64_t start) const {
  const std::int64_t stride = frame.time ? strides_of(frame.shape)[*frame.time] : 0;
  Track found;
  std::int64_t first_step = -1;
  const auto at = [&](std::int64_t step) {
    return sources_.source(tensor.integers()[static_cast<std::size_t>(start + step * stride)]);
  };
  const auto is_inside = [&](const Source& source) {
    return source.value && (frame.ticks() == 1 || sources_.extent(*source.value).ticks > 1);
  };
  for (std::int64_t step = 0; step < frame.ticks(); ++step) {
    const Source source = at(step);
    // `start` is an element of the first sequence.
    if (source.value && source.sequence != 0)
      return fail("sequences of a batch that are not independent are not supported");
    if (!is_inside(source)) continue;
    if (first_step < 0) {
      found = {source.value, source.element, 0, source.tick};
      first_step = step;
      continue;
    }
    if (source.value != found.value)
      return fail("a sequence of steps that come from different values is not supported");
    if ((source.tick - found.offset) % (step - first_step) != 0) return fail("steps at no regular distance");
    found.stride = (source.tick - found.offset) / (step - first_step);
    found.offset -= found.stride * first_step;
    return found;
  }
  if (first_step > 0) return fail("a value at its first tick behind other steps is not supported");
  if (!found.value) {
    const Source source = at(0);
    found = {source.value, source.element, 0, source.tick};
  }
  return found;
}

Result<ClockId> Framer::clock_of_steps(const Track& track, const Frame& frame, std::int64_t first) {
  const ClockId own = draft_.network.program.values[*track.value].clock;
  const std::int64_t count = ticks(own);
  if (track.stride == 1 && frame.ticks() == count) return own;
  if (track.stride < 1) return fail("steps in an order that is not supported");
  std::int64_t extra = track.stride - 1 - first;
  if ((count + extra) / track.stride != frame.ticks()) extra = track.stride * frame.ticks() - count;
  return strided(own, static_cast<int>(track.stride), extra);
}

Result<void> Framer::find_clock(const std::vector<Track>& tracks, Frame& frame) {
  std::map<std::pair<program::ValueId, std::int64_t>, std::int64_t> steps;  // the first tick of each
  std::optional<ClockId> ended;
  std::optional<ClockId> single;
  for (const Track& track : tracks) {
    if (!track.value) continue;
    const ClockId own = draft_.network.program.values[*track.value].clock;
    if (track.stride != 0) {
      const auto [at, is_new] = steps.emplace(std::pair(*track.value, track.stride), track.offset);
      at->second = std::min(at->second, track.offset);
    } else if (ticks(own) > 1) {
      ended = own;
    } else if (!single || draft_.network.program.clocks[own].kind == ClockKind::Step) {
      single = own;
    }
  }
  std::set<ClockId> candidates;
  for (const auto& [key, first] : steps) {
    FIXGATE_ASSIGN(const ClockId clock, clock_of_steps({key.first, 0, key.second, first}, frame,
                                                       std::max<std::int64_t>(first, 0)));
    candidates.insert(clock);
  }
  if (candidates.empty()) {
    if (ended) frame.clock = once(*ended);
    if (!ended && single) frame.clock = *single;
    return {};
  }
  for (const ClockId candidate : candidates) {
    frame.clock = candidate;
    const auto& parent = draft_.network.program.clocks[candidate].parent;
    const bool fits =
        std::ranges::all_of(candidates, [&](ClockId other) { return other == candidate || parent == other; });
    if (fits) return {};
  }
  return fail("values on different steps meet");
}

Result<Atom> Framer::stepping_atom(const Track& track, const Tensor& tensor, const Frame& frame,
                                   std::int64_t start) {
  const std::int64_t stride = strides_of(frame.shape)[*frame.time];
  const std::int64_t count = sources_.extent(*track.value).ticks;
  for (std::int64_t step = 0; step < frame.ticks(); ++step) {
    const std::int64_t tick = track.stride * step + track.offset;
    const Source source = sources_.source(tensor.integers()[static_cast<std::size_t>(start + step * stride)]);
    const bool is_inside = tick >= 0 && tick < count;
    if (is_inside) {
      if (source.value != track.value || source.tick != tick || source.element != track.element)
        return fail("a sequence that is cut or put together differently from step to step is not supported");
      continue;
    }
    if (!source.value && source.number == 0) continue;
    const bool is_state =
        source.value && tick < 0 && std::ranges::any_of(draft_.state_inputs, [&](const auto& state) {
          return state.second == source.value;
        });
    if (!is_state) return fail("a sequence that is padded with other than zeros is not supported");
    draft_.state_uses.push_back({*source.value, source.element, *track.value, track.element, -tick});
  }
  return Atom{track.value, {Tick::From::Here, static_cast<int>(track.offset)}, track.element, 0};
}

Result<Atom> Framer::atom_of(const Track& track, const Tensor& tensor, const Frame& frame,
                             std::int64_t start) {
  if (track.value && track.stride != 0) return stepping_atom(track, tensor, frame, start);
  const std::int64_t stride = frame.time ? strides_of(frame.shape)[*frame.time] : 0;
  for (std::int64_t step = 1; step < frame.ticks(); ++step) {
    const Source source = sources_.source(tensor.integers()[static_cast<std::size_t>(start + step * stride)]);
    const Source first = sources_.source(tensor.integers()[static_cast<std::size_t>(start)]);
    const bool is_same = source.value == first.value && source.tick == first.tick &&
                         source.element == first.element && source.number == first.number;
    if (!is_same) return fail("a constant that differs from step to step is not supported");
  }
  if (!track.value)
    return Atom{
        std::nullopt, {}, 0, sources_.source(tensor.integers()[static_cast<std::size_t>(start)]).number};
  const std::int64_t count = ticks(draft_.network.program.values[*track.value].clock);
  Tick tick;
  if (count > 1 && 2 * track.offset >= count)
    tick = {Tick::From::Last, static_cast<int>(track.offset - (count - 1))};
  else if (count > 1)
    tick = {Tick::From::First, static_cast<int>(track.offset)};
  return Atom{track.value, tick, track.element, 0};
}

Result<Placed> Framer::place(const std::vector<const Tensor*>& tensors,
                             const std::vector<std::size_t>& kept) {
  Frame frame;
  frame.shape = tensors.front()->shape;
  if (element_count(frame.shape) == 0) return fail("a tensor without elements");
  for (const Tensor* tensor : tensors)
    if (tensor->is_float()) return fail("constants where data are expected");
  find_axes(tensors, kept, frame);
  FIXGATE_CHECK(check_sequences(tensors, frame));
  auto placed = place_in(frame, tensors);
  if (placed || !frame.time) return placed;
  // All steps side by side in one vector, as a Flatten has them.
  frame.features.insert(std::ranges::lower_bound(frame.features, *frame.time), *frame.time);
  frame.time = std::nullopt;
  auto flat = place_in(frame, tensors);
  return flat ? flat : placed;
}

Result<Placed> Framer::place_in(const Frame& axes, const std::vector<const Tensor*>& tensors) {
  Placed placed{axes, {}};
  Frame& frame = placed.frame;
  std::vector<std::vector<Track>> tracks;
  std::vector<Track> all;
  const std::vector<std::int64_t> offsets = offsets_of(frame.shape, frame.features);
  for (const Tensor* tensor : tensors) {
    tracks.emplace_back();
    for (const std::int64_t start : offsets) {
      FIXGATE_ASSIGN(const Track found, track(*tensor, frame, start));
      tracks.back().push_back(found);
      all.push_back(found);
    }
  }
  if (std::ranges::any_of(all, [](const Track& track) { return track.stride < 0; }))
    return fail("steps from the last to the first are supported in front of a recurrent node alone");
  FIXGATE_CHECK(find_clock(all, frame));
  for (std::size_t operand = 0; operand < tensors.size(); ++operand) {
    Atoms& atoms = placed.operands.emplace_back();
    for (std::size_t element = 0; element < offsets.size(); ++element) {
      FIXGATE_ASSIGN(const Atom atom,
                     atom_of(tracks[operand][element], *tensors[operand], frame, offsets[element]));
      atoms.push_back(atom);
    }
  }
  return placed;
}

Tensor Framer::spread(const Frame& frame, program::ValueId value, Shape shape,
                      const std::vector<std::size_t>& features) const {
  Tensor codes{shape, std::vector<std::int64_t>(static_cast<std::size_t>(element_count(shape)))};
  const Shape strides = strides_of(shape);
  std::vector<std::int64_t> element_stride(shape.size(), 0);
  std::int64_t stride = 1;
  for (std::size_t position = features.size(); position-- > 0;) {
    element_stride[features[position]] = stride;
    stride *= shape[features[position]];
  }
  for (std::int64_t index = 0; index < element_count(shape); ++index) {
    std::int64_t element = 0;
    for (std::size_t axis = 0; axis < shape.size(); ++axis)
      element += index / strides[axis] % shape[axis] * element_stride[axis];
    const auto along = [&](const std::optional<std::size_t>& axis) {
      return axis ? index / strides[*axis] % shape[*axis] : 0;
    };
    codes.integers()[static_cast<std::size_t>(index)] =
        sources_.code(value, along(frame.time), along(frame.sequences), static_cast<int>(element));
  }
  return codes;
}

Tensor Framer::spread(const Frame& frame, program::ValueId value) const {
  return spread(frame, value, frame.shape, frame.features);
}

ClockId Framer::clock(Clock clock) {
  auto& clocks = draft_.network.program.clocks;
  for (const ClockId id : clocks.ids())
    if (clocks[id].kind == clock.kind && clocks[id].parent == clock.parent &&
        clocks[id].factor == clock.factor && clocks[id].extra == clock.extra)
      return id;
  const std::string base = clock.name;
  for (int copy = 2;
       std::ranges::any_of(clocks, [&](const Clock& other) { return other.name == clock.name; }); ++copy)
    clock.name = fmt::format("{}_{}", base, copy);
  const std::int64_t parent_ticks = ticks(*clock.parent);
  const std::int64_t count = clock.kind == ClockKind::Inner ? clock.factor : clock.ticks(parent_ticks);
  const ClockId id = clocks.add(std::move(clock));
  set_ticks(id, count);
  return id;
}

ClockId Framer::strided(ClockId parent, int factor, std::int64_t extra) {
  return clock(
      {fmt::format("every_{}", factor), ClockKind::Strided, parent, factor, static_cast<int>(extra)});
}

ClockId Framer::once(ClockId parent) {
  return clock({"end", ClockKind::Once, parent});
}

ClockId Framer::inner(ClockId parent, int factor) {
  return clock({fmt::format("inner_{}", factor), ClockKind::Inner, parent, factor});
}

void Framer::set_ticks(ClockId clock, std::int64_t ticks) {
  ticks_[clock] = ticks;
}

std::int64_t Framer::ticks(ClockId clock) const {
  const auto found = ticks_.find(clock);
  return found == ticks_.end() ? 1 : found->second;
}

}  // namespace fixgate::lowering
