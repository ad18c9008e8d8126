// Weights of stacks in the order in which the tiles of a machine read them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "simulate/fast/plan.h"
#include "simulate/fast/runs.h"
#include "simulate/fast/tile.h"
#include "simulate/fast/values.h"

namespace fixgate::fast {

/// Where the rows of a part stand in the lanes of the products.
class RowOrder {
 public:
  /// By row of a group.
  explicit RowOrder(std::vector<std::size_t> positions) : positions_(std::move(positions)) {}

  [[nodiscard]] std::size_t group() const { return positions_.size(); }
  [[nodiscard]] std::size_t operator()(std::size_t row) const {
    return row / group() * group() + positions_[row % group()];
  }

 private:
  std::vector<std::size_t> positions_;
};

/// Integers by row of a stack, padded and ordered as the products are.
AlignedArray<std::int32_t> ordered_rows(const std::vector<const std::vector<std::int32_t>*>& parts,
                                        std::size_t part_rows, const RowOrder& order);

/// Rows that one tile computes, a whole number of groups.
struct Piece {
  std::size_t first_row = 0;
  std::size_t rows = 0;
  Tile tile;             // without vectors and sums
  bool one_run = false;  // of tiles in runs: all steps of all segments
  std::array<Reads, kSegments> reads{};
};

/// As many parts of as many rows each, the columns of all stacks side by side, stored alike. Each part is
/// padded to whole groups of rows.
class PackedStacks {
 public:
  PackedStacks(const std::vector<JoinedStack>& stacks, const RowOrder& order, std::size_t lanes,
               const TileFunctions& tiles);

  [[nodiscard]] std::size_t rows() const { return parts_ * part_rows_; }
  [[nodiscard]] std::size_t part_rows() const { return part_rows_; }
  [[nodiscard]] std::size_t group_rows() const { return group_rows_; }
  [[nodiscard]] const std::vector<Piece>& pieces() const { return pieces_; }

 private:
  /// One stack, while it is packed its rows where they stand; those of padding are empty.
  struct Segment {
    Reads reads = Reads::Hidden;
    std::size_t steps = 0;  // four bytes each
    std::int32_t most = 0;
    std::vector<RowWeights> rows;
    AlignedArray<std::int32_t> left;  // by row; null: no row of any stack is shifted
  };
  /// The steps of a segment of a piece.
  struct Order {
    std::vector<std::uint32_t> lengths;
    std::vector<std::uint32_t> offsets;
  };

  void add_segment(const JoinedStack& part, bool shifts, const RowOrder& order);
  void cut_pieces(std::size_t tile_blocks);
  void pack_steps(std::size_t step_columns);
  void pack_runs();
  [[nodiscard]] std::span<const RowWeights> rows_of(const Piece& piece, std::size_t segment) const;
  [[nodiscard]] std::vector<NarrowRun> one_run(const Piece& piece) const;
  void pack_one_run(const Piece& piece, const std::vector<NarrowRun>& runs,
                    std::array<Order, kSegments>& orders, std::vector<std::uint8_t>& packed);
  void pack_segment(const Piece& piece, std::size_t index, Order& order, std::vector<std::uint8_t>& packed);
  void pack_step(const Piece& piece, std::size_t segment, const RunStep& step, Order& order,
                 std::vector<std::uint8_t>& packed) const;
  void take_back(std::size_t row, std::size_t segment, const std::array<std::int16_t, 2>& start);
  void set_left(Piece& piece, bool where_zero);

  std::size_t parts_ = 0;
  std::size_t part_rows_ = 0;
  std::size_t group_rows_ = 0;
  std::size_t lanes_ = 0;
  std::vector<Segment> segments_;
  std::vector<Piece> pieces_;
  std::vector<std::array<Order, kSegments>> orders_;  // by piece, of runs
  AlignedArray<std::int32_t> constants_;              // by row, of runs
  AlignedArray<std::uint8_t> packed_;
};

}  // namespace fixgate::fast
