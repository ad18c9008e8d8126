// Sums, means and extremes along axes of a vector, and over all ticks of a clock.
#pragma once

#include <optional>
#include <vector>

#include "blocks/layer_writer.h"
#include "diagnostic/error.h"

namespace fixgate::blocks {

/// Some axes of a vector that is a tensor of `shape`.
struct ReducedAxes {
  std::vector<int> shape;
  std::vector<std::size_t> axes;

  [[nodiscard]] bool is_reduced(std::size_t axis) const;
  [[nodiscard]] int reduced_count() const;  // elements that become one
};

/// The sum along the axes; times 1 / their number for the mean. `name` is the value's, also in names of what else it
/// needs.
ValueId add_sum(LayerWriter& layer, const Read& read, const ReducedAxes& axes, const std::string& name);
ValueId add_mean(LayerWriter& layer, const Read& read, const ReducedAxes& axes, const std::string& name);
ValueId add_extreme(LayerWriter& layer, const Read& read, const ReducedAxes& axes, bool largest,
                    const std::string& name);

/// The reduced value repeated along the axes: of the whole shape again.
ValueId add_spread(LayerWriter& layer, const Read& read, const ReducedAxes& axes, const std::string& name);

/// What is read over all ticks of a clock.
struct OverTime {
  std::string name;        // of the layers
  program::ClockId clock;  // of the value
  program::ClockId once;   // after that one
  Read read;               // on the clock
};

/// The sum of all ticks, on the clock `once`.
ValueId add_sum_over_time(program::FloatNetwork& network, const OverTime& over);

/// The mean of all ticks: the sum times a constant where their number is fixed, else times the reciprocal of their
/// count, by a table.
ValueId add_mean_over_time(program::FloatNetwork& network, const OverTime& over,
                           const std::optional<std::int64_t>& ticks);

/// The largest or smallest of all ticks.
ValueId add_extreme_over_time(program::FloatNetwork& network, const OverTime& over, bool largest);

}  // namespace fixgate::blocks
