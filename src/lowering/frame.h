// What the axes of tensors of codes mean: steps of a clock, independent sequences, elements of a vector.
#pragma once

#include <optional>
#include <vector>

#include "lowering/draft.h"
#include "lowering/sources.h"

namespace fixgate::lowering {

/// The axes of one or more tensors of codes of the same shape.
struct Frame {
  Shape shape;
  std::optional<std::size_t> time = std::nullopt;
  std::optional<std::size_t> sequences = std::nullopt;
  std::vector<std::size_t> features = {};  // the other axes along which something differs, in order
  program::ClockId clock{0};               // on which a statement runs that reads the tensors

  [[nodiscard]] std::int64_t ticks() const { return time ? shape[*time] : 1; }
  [[nodiscard]] std::int64_t sequence_count() const { return sequences ? shape[*sequences] : 1; }
  [[nodiscard]] int size() const;
};

/// Tensors as vectors that a statement on the frame's clock reads.
struct Placed {
  Frame frame;
  std::vector<Atoms> operands;  // frame.size() atoms each
};

/// Finds frames, and the clocks that they need.
class Framer {
 public:
  Framer(Draft& draft, Sources& sources) : draft_(draft), sources_(sources) {}

  /// `tensors` are codes of one shape. Axes in `kept` make up the vector even where nothing differs along
  /// them. Errors: ticks that are no tick of a clock; steps that come from different values; sequences that
  /// are not independent; numbers that differ from step to step.
  Result<Placed> place(const std::vector<const Tensor*>& tensors, const std::vector<std::size_t>& kept = {});

  /// The codes of `value`, which a statement of the frame has made: a tensor of the frame's shape but for the
  /// axes of the features, which are now `features`; the value's elements are in their order.
  [[nodiscard]] Tensor spread(const Frame& frame, program::ValueId value, Shape shape,
                              const std::vector<std::size_t>& features) const;
  [[nodiscard]] Tensor spread(const Frame& frame, program::ValueId value) const;

  /// Every `factor`-th tick of the parent, with `extra` as Clock says; ticks as they are in the traced run.
  program::ClockId strided(program::ClockId parent, int factor, std::int64_t extra);
  program::ClockId once(program::ClockId parent);
  program::ClockId inner(program::ClockId parent, int factor);
  void set_ticks(program::ClockId clock, std::int64_t ticks);
  [[nodiscard]] std::int64_t ticks(program::ClockId clock) const;

 private:
  struct Track;

  Result<Placed> place_in(const Frame& axes, const std::vector<const Tensor*>& tensors);
  void find_axes(const std::vector<const Tensor*>& tensors, const std::vector<std::size_t>& kept,
                 Frame& frame) const;
  [[nodiscard]] Result<void> check_sequences(const std::vector<const Tensor*>& tensors,
                                             const Frame& frame) const;
  [[nodiscard]] Result<Track> track(const Tensor& tensor, const Frame& frame, std::int64_t start) const;
  Result<void> find_clock(const std::vector<Track>& tracks, Frame& frame);
  Result<program::ClockId> clock_of_steps(const Track& track, const Frame& frame, std::int64_t first);
  Result<Atom> atom_of(const Track& track, const Tensor& tensor, const Frame& frame, std::int64_t start);
  Result<Atom> stepping_atom(const Track& track, const Tensor& tensor, const Frame& frame,
                             std::int64_t start);
  program::ClockId clock(program::Clock clock);

  Draft& draft_;
  Sources& sources_;
  std::map<program::ClockId, std::int64_t> ticks_;
};

/// Strides of a row-major tensor.
Shape strides_of(const Shape& shape);

/// For every element of the axes `features` of `shape`, in order, its offset with all other indices 0.
std::vector<std::int64_t> offsets_of(const Shape& shape, const std::vector<std::size_t>& features);

}  // namespace fixgate::lowering
