// What the search may change: a base plan, and dimensions (widths, table sizes) whose rules come after the
// base plan's.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "diagnostic/error.h"
#include "program/fixed_network.h"
#include "quantize/plan.h"

namespace fixgate {

enum class DimensionKind { WeightWidth, SignalWidth, TableSegments };

/// Levels of weights below the widths: encodings, in the order of what they take.
inline constexpr int kBinaryLevel = -1;
inline constexpr int kTernaryLevel = 0;

/// A weight matrix, a signal, or a signal that a table writes. Its width is the dimension's level plus
/// `offset`, but for the levels that are encodings.
struct DimensionMember {
  std::string name;
  int offset = 0;
};

/// One number that the search chooses, for all members together.
struct Dimension {
  DimensionKind kind = DimensionKind::WeightWidth;
  std::string name;  // for people: "gru.W_z", "gru weights", "activations"
  std::vector<DimensionMember> members;
  std::vector<int> levels;  // rising; at least one
};

/// By dimension an index into its levels, or kUntouched: as the base plan has it.
inline constexpr int kUntouched = -1;
using Candidate = std::vector<int>;

struct SearchSpace {
  FormatPlan base;
  std::vector<Dimension> dimensions;
};

/// What shares a dimension: everything of a kind; everything of a kind in a layer; the weights and the
/// signals of a gate; nothing.
enum class Granularity { PerNetwork, PerLayer, PerGate, PerSignal };

std::string to_text(Granularity granularity);
Result<Granularity> parse_granularity(std::string_view text);

struct WidthRange {
  int low = 2;
  int high = 8;
};

struct SearchRanges {
  WidthRange weights{2, 8};
  bool ternary = false;  // weights also in these encodings
  bool binary = false;
  WidthRange activations{3, 8};
  std::vector<int> segments{8, 16, 32, 64};
};

/// `network` is what the base plan makes: its signals' widths tell how many bits a signal keeps beyond the
/// activations (the narrowest hidden state or input). Signals of the network's outputs stay as they are; so
/// do tables that have no segments to choose, and weights that are no plain integers. Errors: an empty range,
/// a width that is impossible.
Result<SearchSpace> make_search_space(FormatPlan base, const program::FixedNetwork& network,
                                      Granularity granularity, const SearchRanges& ranges);

/// The base plan, and behind it a rule for each member of each dimension that is touched.
FormatPlan plan_of(const SearchSpace& space, const Candidate& candidate);

/// The level at a place: of a dimension of one member that member's own width; "ternary", "binary".
std::string shown_level(const Dimension& dimension, int place);
/// The same of a level of weights that is known.
std::string shown_weights(int level);

/// Every dimension at its highest (lowest) level.
Candidate widest(const SearchSpace& space);
Candidate narrowest(const SearchSpace& space);

/// Every dimension as the base plan has it.
Candidate untouched(const SearchSpace& space);

/// All dimensions of a kind at the level nearest to `value`, the others as they are.
Candidate with_level(const SearchSpace& space, Candidate candidate, DimensionKind kind, int value);

/// "3-5", "ternary-5": the lowest and the highest level of a kind; "-" if none is touched.
std::string span_of(const SearchSpace& space, const Candidate& candidate, DimensionKind kind);

}  // namespace fixgate
