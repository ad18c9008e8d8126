#include "simulate/fast/packing.h"

#include <algorithm>
#include <span>

namespace fixgate::fast {
namespace {

using ByPart = std::vector<const std::vector<std::int32_t>*>;

bool is_shifted(const JoinedStack& part) {
  return !part.left.empty();
}

template <typename T>
void append(const T& value, std::vector<std::uint8_t>& bytes) {
  const auto* from = reinterpret_cast<const std::uint8_t*>(&value);
  bytes.insert(bytes.end(), from, from + sizeof(T));
}

AlignedArray<std::uint8_t> aligned_copy(const std::vector<std::uint8_t>& bytes) {
  auto copy = hwy::AllocateAligned<std::uint8_t>(std::max<std::size_t>(bytes.size(), 1));
  std::ranges::copy(bytes, copy.get());
  return copy;
}

}  // namespace

AlignedArray<std::int32_t> ordered_rows(const ByPart& parts, std::size_t part_rows, const RowOrder& order) {
  auto rows = aligned_zeros<std::int32_t>(parts.size() * part_rows);
  for (std::size_t part = 0; part < parts.size(); ++part)
    for (std::size_t row = 0; row < parts[part]->size(); ++row)
      rows[part * part_rows + order(row)] = (*parts[part])[row];
  return rows;
}

PackedStacks::PackedStacks(const std::vector<JoinedStack>& stacks, const RowOrder& order, std::size_t lanes,
                           const TileFunctions& tiles)
    : parts_(stacks.front().stack.parts.size()),
      part_rows_(
          rounded_up(static_cast<std::size_t>(stacks.front().stack.parts.front()->rows), order.group())),
      group_rows_(order.group()),
      lanes_(lanes) {
  const bool shifts = std::ranges::any_of(stacks, is_shifted);
  for (const JoinedStack& part : stacks) add_segment(part, shifts, order);
  cut_pieces(static_cast<std::size_t>(tiles.blocks));
  if (tiles.in_runs)
    pack_runs();
  else
    pack_steps(stacks.front().stack.input.size == 1 ? 4 : 2);
  for (Segment& segment : segments_) segment.rows.clear();  // the weights may go
}

void PackedStacks::add_segment(const JoinedStack& part, bool shifts, const RowOrder& order) {
  const std::size_t bytes =
      static_cast<std::size_t>(part.stack.columns) * static_cast<std::size_t>(part.stack.input.size);
  Segment segment{part.reads, rounded_up(bytes, kStepBytes) / kStepBytes, part.stack.most, {}, {}};
  segment.rows.resize(rows());
  for (std::size_t p = 0; p < parts_; ++p)
    for (int row = 0; row < part.stack.parts[p]->rows; ++row)
      segment.rows[p * part_rows_ + order(static_cast<std::size_t>(row))] = part.stack.parts[p]->row(row);
  if (shifts) {
    ByPart left;
    for (const auto& gate : part.left) left.push_back(&gate);
    segment.left = left.empty() ? aligned_zeros<std::int32_t>(rows()) : ordered_rows(left, part_rows_, order);
  }
  segments_.push_back(std::move(segment));
}

void PackedStacks::cut_pieces(std::size_t tile_blocks) {
  const std::size_t most = tile_blocks * lanes_ / group_rows_;  // groups
  const std::size_t groups = rows() / group_rows_;
  for (std::size_t group = 0; group < groups;) {
    const std::size_t some = next_share(groups - group, most);
    Piece& piece = pieces_.emplace_back();
    piece.first_row = group * group_rows_;
    piece.rows = some * group_rows_;
    for (std::size_t s = 0; s < segments_.size(); ++s) piece.reads[s] = segments_[s].reads;
    group += some;
  }
}

void PackedStacks::set_left(Piece& piece, bool where_zero) {
  for (std::size_t s = 0; s < segments_.size(); ++s) {
    if (!segments_[s].left) continue;
    const std::int32_t* left = segments_[s].left.get() + piece.first_row;
    const bool shifts = std::any_of(left, left + piece.rows, [](std::int32_t by) { return by != 0; });
    if (shifts || where_zero) piece.tile.left[s] = left;
  }
}

// Block after block, each step after step.
void PackedStacks::pack_steps(std::size_t step_columns) {
  std::size_t steps = 0;
  for (const Segment& segment : segments_) steps += segment.steps;
  packed_ = aligned_zeros<std::uint8_t>(rows() * steps * kStepBytes);
  std::size_t first_step = 0;
  for (const Segment& segment : segments_) {
    for (std::size_t at = 0; at < rows(); ++at)
      for (std::size_t k = 0; k < segment.rows[at].size(); ++k) {
        const std::size_t step = at / lanes_ * steps + first_step + k / step_columns;
        std::uint8_t* to = packed_.get() + (step * lanes_ + at % lanes_) * kStepBytes;
        const Storage stored{static_cast<int>(kStepBytes / step_columns), 0};
        set_stored(stored, segment.rows[at][k], to + k % step_columns * (kStepBytes / step_columns));
      }
    first_step += segment.steps;
  }
  for (Piece& piece : pieces_) {
    piece.tile.weights = packed_.get() + piece.first_row * steps * kStepBytes;
    piece.tile.block_bytes = steps * kStepBytes * lanes_;
    for (std::size_t s = 0; s < segments_.size(); ++s) piece.tile.segments[s].steps = segments_[s].steps;
    set_left(piece, true);
  }
}

void PackedStacks::pack_runs() {
  constants_ = aligned_zeros<std::int32_t>(rows());
  orders_.resize(pieces_.size());
  std::vector<std::uint8_t> packed;
  std::vector<std::size_t> starts;
  for (std::size_t p = 0; p < pieces_.size(); ++p) {
    Piece& piece = pieces_[p];
    starts.push_back(packed.size());
    set_left(piece, false);
    const std::vector<NarrowRun> runs = one_run(piece);
    piece.one_run = !runs.empty();
    if (piece.one_run)
      pack_one_run(piece, runs, orders_[p], packed);
    else
      for (std::size_t s = 0; s < segments_.size(); ++s) pack_segment(piece, s, orders_[p][s], packed);
  }
  packed_ = aligned_copy(packed);
  for (std::size_t p = 0; p < pieces_.size(); ++p) {
    Tile& tile = pieces_[p].tile;
    tile.weights = packed_.get() + starts[p];
    tile.constants = constants_.get() + pieces_[p].first_row;
    for (std::size_t s = 0; s < segments_.size(); ++s) {
      tile.segments[s].steps = orders_[p][s].offsets.size();
      tile.segments[s].offsets = orders_[p][s].offsets.data();
      tile.segments[s].runs = orders_[p][s].lengths.size();
      tile.segments[s].run_lengths = orders_[p][s].lengths.data();
    }
  }
}

std::span<const RowWeights> PackedStacks::rows_of(const Piece& piece, std::size_t segment) const {
  return std::span(segments_[segment].rows).subspan(piece.first_row, piece.rows);
}

// Nothing: there are several, or sums are shifted between segments.
std::vector<NarrowRun> PackedStacks::one_run(const Piece& piece) const {
  if (std::ranges::any_of(piece.tile.left, [](const std::int32_t* left) { return left != nullptr; }))
    return {};
  std::vector<RunSegment> segments;
  for (std::size_t s = 0; s < segments_.size(); ++s)
    segments.push_back({rows_of(piece, s), segments_[s].most});
  return arrange_one_run(segments);
}

// Of the piece's blocks together: what the run starts from, then its steps.
void PackedStacks::pack_one_run(const Piece& piece, const std::vector<NarrowRun>& runs,
                                std::array<Order, kSegments>& orders, std::vector<std::uint8_t>& packed) {
  for (std::size_t row = 0; row < piece.rows; ++row) {
    PairOf lowest{};
    for (std::size_t s = 0; s < runs.size(); ++s) {
      const PairOf one = lowest_sums(rows_of(piece, s)[row], runs[s], segments_[s].most);
      for (std::size_t k = 0; k < one.size(); ++k) lowest[k] += one[k];
    }
    append(run_start(lowest), packed);
    take_back(piece.first_row + row, 0, run_start(lowest));
  }
  for (std::size_t s = 0; s < runs.size(); ++s)
    for (const RunStep& step : runs[s]) pack_step(piece, s, step, orders[s], packed);
}

// The same run after run.
void PackedStacks::pack_segment(const Piece& piece, std::size_t index, Order& order,
                                std::vector<std::uint8_t>& packed) {
  const auto rows = rows_of(piece, index);
  const std::int32_t most = segments_[index].most;
  for (const NarrowRun& run : arrange_runs(rows, most)) {
    for (std::size_t row = 0; row < piece.rows; ++row) {
      const auto start = run_start(lowest_sums(rows[row], run, most));
      append(start, packed);
      take_back(piece.first_row + row, index, start);
    }
    for (const RunStep& step : run) pack_step(piece, index, step, order, packed);
    order.lengths.push_back(static_cast<std::uint32_t>(run.size()));
  }
}

void PackedStacks::pack_step(const Piece& piece, std::size_t segment, const RunStep& step, Order& order,
                             std::vector<std::uint8_t>& packed) const {
  for (const RowWeights& row : rows_of(piece, segment))
    append(step_weights(row, step, segments_[segment].most), packed);
  order.offsets.push_back(static_cast<std::uint32_t>(step.quad * kStepBytes));
}

// Modulo 2^32: behind its own segment the sum is shifted with all others.
void PackedStacks::take_back(std::size_t row, std::size_t segment, const std::array<std::int16_t, 2>& start) {
  auto constant = static_cast<std::uint32_t>(start[0] + start[1]);
  for (std::size_t later = segment; later < segments_.size(); ++later)
    if (segments_[later].left) constant <<= static_cast<std::uint32_t>(segments_[later].left[row]);
  constants_[row] = static_cast<std::int32_t>(static_cast<std::uint32_t>(constants_[row]) - constant);
}

}  // namespace fixgate::fast
