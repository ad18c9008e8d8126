#include "explore/search_space.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <limits>
#include <optional>
#include <set>
#include <utility>

#include "program/format_groups.h"

namespace fixgate {
namespace {

constexpr std::array kGranularities = {
    std::pair{Granularity::PerNetwork, "network"}, std::pair{Granularity::PerLayer, "layer"},
    std::pair{Granularity::PerGate, "gate"}, std::pair{Granularity::PerSignal, "signal"}};

/// Something of a network that a plan's rules name.
struct Named {
  std::string name;   // in full
  std::string layer;  // empty: an input
  std::string part;   // within the layer
};

template <typename Thing>
Named named(const program::Program& program, const Thing& thing) {
  const std::optional<program::LayerId> layer = thing.layer;
  return {full_name(program, thing), layer ? program.layers[*layer].name : "", thing.name};
}

/// The gate that a matrix, a pre-activation or what a table gives belongs to.
std::string gate_of(std::string part) {
  for (const std::string_view prefix : {"W_", "R_", "pre_"})
    if (part.starts_with(prefix)) part.erase(0, prefix.size());
  // The candidates' gates and what their tables give have different letters in ONNX and in the equations.
  if (part == "n") return "h";
  return part == "g" ? "c" : part;
}

std::string owner_of(const Named& thing, Granularity granularity, DimensionKind kind) {
  const std::string what = kind == DimensionKind::WeightWidth ? "weights" : "signals";
  if (granularity == Granularity::PerNetwork)
    return kind == DimensionKind::WeightWidth ? what : "activations";
  if (granularity == Granularity::PerSignal || thing.layer.empty()) return thing.name;
  if (granularity == Granularity::PerLayer) return thing.layer + " " + what;
  return thing.layer + "." + gate_of(thing.part) + " " + what;
}

std::vector<int> levels_of(const WidthRange& range) {
  std::vector<int> levels;
  for (int width = range.low; width <= range.high; ++width) levels.push_back(width);
  return levels;
}

Result<void> check_range(const char* option, const WidthRange& range) {
  if (range.low >= 1 && range.low <= range.high && range.high <= kMaxFormatWidth) return {};
  return fail("{} {}..{}: expected widths of 1 to {}, the lower first", option, range.low, range.high,
              kMaxFormatWidth);
}

/// The signals of a plan: groups of values that have one format, by the value that is written first.
std::vector<std::pair<Named, program::ValueId>> signals_of(const program::Program& program,
                                                           const program::FormatGroups& groups) {
  const auto is_output = [&](program::ValueId id) {
    return std::ranges::any_of(program.outputs, [&](const auto& output) { return output.value == id; });
  };
  std::vector<std::pair<Named, program::ValueId>> signals;
  for (const program::FormatGroup& group : groups.groups) {
    if (group.written.empty() || std::ranges::any_of(group.written, is_output) ||
        std::ranges::any_of(group.moved, is_output))
      continue;
    Named signal = named(program, program.values[group.written.front()]);
    signal.name = group.name;
    signals.emplace_back(std::move(signal), group.written.front());
  }
  return signals;
}

/// The width that the plan calls that of the activations: the narrowest signal that is multiplied again.
int activation_width(const program::FixedNetwork& network) {
  int narrowest = kMaxFormatWidth;
  for (const program::ValueId id : written_values(network.program))
    if (network.program.values[id].role != SignalRole::Output)
      narrowest = std::min(narrowest, network.formats[id].format.width);
  return narrowest;
}

/// What piecewise-linear tables of a free number of segments write.
std::set<program::ValueId> table_values(const FormatPlan& plan, const program::FixedNetwork& network) {
  std::set<program::ValueId> values;
  for (const program::Layer& layer : network.program.layers)
    for (const program::Statement& statement : layer.statements) {
      const auto* table = std::get_if<program::TableStatement>(&statement);
      if (table == nullptr) continue;
      const auto* known = std::get_if<ActivationTable>(&network.tables[network.table_of[table->function]]);
      if (known == nullptr || known->kind != TableKind::PiecewiseLinear) continue;
      const std::string name = full_name(network.program, network.program.values[table->target]);
      std::optional<TablePlacement> placement;
      for (const TableRule& rule : plan.tables)
        if (matches(rule.match, name) && rule.placement) placement = rule.placement;
      if (placement != TablePlacement::Plan) values.insert(table->target);
    }
  return values;
}

/// Collects members into dimensions by their owner.
class DimensionList {
 public:
  DimensionList(Granularity granularity, const SearchRanges& ranges)
      : granularity_(granularity), ranges_(ranges) {}

  void add(DimensionKind kind, const Named& thing, int offset) {
    const std::string& name = thing.name;
    const std::string owner =
        kind == DimensionKind::TableSegments ? table_owner(thing) : owner_of(thing, granularity_, kind);
    const auto same = std::ranges::find_if(dimensions_, [&](const Dimension& dimension) {
      return dimension.kind == kind && dimension.name == owner;
    });
    if (same != dimensions_.end()) {
      same->members.push_back({name, offset});
      return;
    }
    dimensions_.push_back({kind, owner, {{name, offset}}, levels(kind)});
  }

  std::vector<Dimension> take() {
    for (Dimension& dimension : dimensions_) {
      drop_too_wide(dimension);
      const bool keeps_name = dimension.kind == DimensionKind::TableSegments;
      if (dimension.members.size() == 1 && granularity_ != Granularity::PerNetwork && !keeps_name)
        dimension.name = dimension.members.front().name;
    }
    return std::move(dimensions_);
  }

 private:
  [[nodiscard]] std::string table_owner(const Named& thing) const {
    if (granularity_ == Granularity::PerNetwork) return "tables";
    return granularity_ == Granularity::PerLayer ? thing.layer + " tables" : thing.name + " table";
  }

  [[nodiscard]] std::vector<int> levels(DimensionKind kind) const {
    if (kind == DimensionKind::TableSegments) return ranges_.segments;
    if (kind == DimensionKind::SignalWidth) return levels_of(ranges_.activations);
    std::vector<int> levels = levels_of(ranges_.weights);
    if (ranges_.ternary) levels.insert(levels.begin(), kTernaryLevel);
    if (ranges_.binary) levels.insert(levels.begin(), kBinaryLevel);
    return levels;
  }

  /// A table reads at most so many bits, a format has at most so many.
  static void drop_too_wide(Dimension& dimension) {
    if (dimension.kind != DimensionKind::SignalWidth) return;
    int widest = 0;
    for (const DimensionMember& member : dimension.members) widest = std::max(widest, member.offset);
    std::erase_if(dimension.levels, [&](int level) { return level + widest > kMaxTableInputWidth; });
  }

  Granularity granularity_;
  const SearchRanges& ranges_;
  std::vector<Dimension> dimensions_;
};

WeightRule weight_rule(const std::string& name, int level) {
  WeightRule rule;
  rule.match = name;
  if (level == kBinaryLevel)
    rule.encoding = WeightEncoding::Binary;
  else if (level == kTernaryLevel)
    rule.encoding = WeightEncoding::Ternary;
  else
    rule.width = level;
  return rule;
}

}  // namespace

std::string to_text(Granularity granularity) {
  for (const auto& [value, text] : kGranularities)
    if (value == granularity) return text;
  return "?";
}

Result<Granularity> parse_granularity(std::string_view text) {
  for (const auto& [value, name] : kGranularities)
    if (text == name) return value;
  return fail("'{}' is no granularity: expected network, layer, gate or signal", text);
}

Result<SearchSpace> make_search_space(FormatPlan base, const program::FixedNetwork& network,
                                      Granularity granularity, const SearchRanges& ranges) {
  FIXGATE_CHECK(check_range("--weights", ranges.weights));
  FIXGATE_CHECK(check_range("--activations", ranges.activations));
  if (ranges.segments.empty()) return fail("--segments: expected at least one number of segments");
  const program::Program& program = network.program;
  DimensionList list(granularity, ranges);
  for (const program::MatrixId id : program.matrices.ids())
    if (network.weights[id].encoding == WeightEncoding::Integer)
      list.add(DimensionKind::WeightWidth, named(program, program.matrices[id]), 0);
  const int activations = activation_width(network);
  const program::FormatGroups groups = format_groups_of(program);
  for (const auto& [signal, value] : signals_of(program, groups))
    list.add(DimensionKind::SignalWidth, signal, network.formats[value].format.width - activations);
  const std::set<program::ValueId> tables = table_values(base, network);
  for (const auto& group : groups.groups)
    for (const program::ValueId value : group.written)
      if (tables.contains(value))
        list.add(DimensionKind::TableSegments, named(program, program.values[value]), 0);
  SearchSpace space{std::move(base), list.take()};
  for (const Dimension& dimension : space.dimensions)
    if (dimension.levels.empty())
      return fail("--activations: '{}' would have more than {} bits, which no table reads", dimension.name,
                  kMaxTableInputWidth);
  return space;
}

FormatPlan plan_of(const SearchSpace& space, const Candidate& candidate) {
  FormatPlan plan = space.base;
  for (std::size_t d = 0; d < candidate.size(); ++d) {
    if (candidate[d] == kUntouched) continue;
    const Dimension& dimension = space.dimensions[d];
    const int level = dimension.levels[static_cast<std::size_t>(candidate[d])];
    for (const DimensionMember& member : dimension.members) {
      if (dimension.kind == DimensionKind::WeightWidth) {
        plan.weights.push_back(weight_rule(member.name, level));
      } else if (dimension.kind == DimensionKind::SignalWidth) {
        SignalRule rule;
        rule.match = member.name;
        rule.width = level + member.offset;
        plan.signals.push_back(rule);
      } else {
        TableRule rule;
        rule.match = member.name;
        rule.segments = level;
        plan.tables.push_back(rule);
      }
    }
  }
  return plan;
}

std::string shown_weights(int level) {
  if (level == kBinaryLevel) return to_text(WeightEncoding::Binary);
  if (level == kTernaryLevel) return to_text(WeightEncoding::Ternary);
  return fmt::format("{}", level);
}

std::string shown_level(const Dimension& dimension, int place) {
  const int level = dimension.levels[static_cast<std::size_t>(place)];
  if (dimension.kind == DimensionKind::WeightWidth) return shown_weights(level);
  const int offset = dimension.members.size() == 1 ? dimension.members.front().offset : 0;
  return fmt::format("{}", level + offset);
}

Candidate widest(const SearchSpace& space) {
  Candidate candidate;
  for (const Dimension& dimension : space.dimensions)
    candidate.push_back(static_cast<int>(dimension.levels.size()) - 1);
  return candidate;
}

Candidate narrowest(const SearchSpace& space) {
  return Candidate(space.dimensions.size(), 0);
}

Candidate untouched(const SearchSpace& space) {
  return Candidate(space.dimensions.size(), kUntouched);
}

Candidate with_level(const SearchSpace& space, Candidate candidate, DimensionKind kind, int value) {
  for (std::size_t d = 0; d < candidate.size(); ++d) {
    const Dimension& dimension = space.dimensions[d];
    if (dimension.kind != kind) continue;
    const auto nearest =
        std::ranges::min_element(dimension.levels, {}, [&](int level) { return std::abs(level - value); });
    candidate[d] = static_cast<int>(nearest - dimension.levels.begin());
  }
  return candidate;
}

std::string span_of(const SearchSpace& space, const Candidate& candidate, DimensionKind kind) {
  int low = std::numeric_limits<int>::max();
  int high = std::numeric_limits<int>::min();
  for (std::size_t d = 0; d < candidate.size(); ++d) {
    const Dimension& dimension = space.dimensions[d];
    if (dimension.kind != kind || candidate[d] == kUntouched) continue;
    const int level = dimension.levels[static_cast<std::size_t>(candidate[d])];
    low = std::min(low, level);
    high = std::max(high, level);
  }
  if (low > high) return "-";
  return low == high ? shown_weights(low) : shown_weights(low) + "-" + shown_weights(high);
}

}  // namespace fixgate
