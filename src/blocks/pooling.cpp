#include "blocks/pooling.h"

#include <algorithm>

namespace fixgate::blocks {
namespace {

using program::ExtremeStatement;
using program::Slide;
using program::Sum;

Slide window_of(const Pool& pool) {
  return {pool.channels, pool.channels, pool.channels, {}, slide_axes(pool.axes, false), false};
}

bool covers_one_element(const WindowAxes& axes) {
  return std::ranges::all_of(axes, [](const WindowAxis& axis) {
    return axis.kernel == 1 && axis.stride == 1 && axis.before == 0 && axis.windows == axis.extent;
  });
}

/// How many positions of a window along one axis count; what lies behind all padding does not.
double counted(const WindowAxis& axis, std::int64_t window, bool counts_padding) {
  const std::int64_t low = counts_padding ? -axis.before : 0;
  const std::int64_t high = axis.extent + (counts_padding ? axis.after : 0);
  double count = 0;
  for (std::int64_t tap = 0; tap < axis.kernel; ++tap) {
    const std::int64_t place = window * axis.stride + tap * axis.dilation - axis.before;
    if (place >= low && place < high) count += 1;
  }
  return std::max(count, 1.0);
}

/// 1 / count of every window, axes in order; one number where all are the same.
Eigen::VectorXd shares_of(const Pool& pool, bool counts_padding) {
  Eigen::VectorXd shares = Eigen::VectorXd::Constant(1, 1.0 / static_cast<double>(pool.ticks.size()));
  for (const WindowAxis& axis : pool.axes) {
    Eigen::VectorXd finer(shares.size() * axis.windows);
    for (Eigen::Index i = 0; i < finer.size(); ++i)
      finer[i] = shares[i / axis.windows] / counted(axis, i % axis.windows, counts_padding);
    shares = std::move(finer);
  }
  if ((shares.array() == shares[0]).all()) return shares.head(1);
  return shares;
}

}  // namespace

ValueId add_max_pool(LayerWriter& layer, const Pool& pool) {
  const bool is_narrow = covers_one_element(pool.axes);
  Read whole = pool.ticks.front();
  if (pool.ticks.size() > 1 || is_narrow) {
    ExtremeStatement ticks{layer.value(is_narrow ? "out" : "steps", layer.size_of(whole.value)), true, {}};
    for (const Read& read : pool.ticks) ticks.operands.emplace_back(read);
    whole = Read{ticks.target};
    layer.add(std::move(ticks));
  }
  if (is_narrow) return whole.value;
  const Slide window = window_of(pool);
  ExtremeStatement positions{layer.value("out", window.output_size()), true, {whole}, window};
  const ValueId out = positions.target;
  layer.add(std::move(positions));
  return out;
}

Result<ValueId> add_average_pool(LayerWriter& layer, const Pool& pool, bool counts_padding,
                                 const std::optional<WindowAxis>& time) {
  if (time && !counts_padding && time->before + time->after > 0)
    return fail(
        "padding of {} steps that the mean leaves out is not supported over time; export with "
        "count_include_pad = 1 or without padding",
        time->before + time->after);
  const Slide window = window_of(pool);
  const MatrixId ones =
      layer.slid("ones", window, FloatMatrix::Ones(window.output_channels, window.columns()));
  Sum sum;
  for (const Read& read : pool.ticks) sum = std::move(sum) + product_sum(ones, read);
  const ConstantId share = layer.constant("share", shares_of(pool, counts_padding));
  const ValueId out = layer.value("out", window.output_size());
  layer.sum(out, program::constant(share) * sum);
  return out;
}

}  // namespace fixgate::blocks
