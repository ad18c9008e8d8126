#include "blocks/reduction.h"

#include <algorithm>

namespace fixgate::blocks {
namespace {

using program::ConstantUse;
using program::ExtremeStatement;
using program::LayerHead;
using program::Slide;
using program::Sum;
using program::Term;
using program::Tick;

/// One window over each reduced axis; the others pass.
Slide window_of(const ReducedAxes& axes) {
  Slide slide;
  for (std::size_t axis = 0; axis < axes.shape.size(); ++axis) {
    const int extent = axes.shape[axis];
    const bool is_reduced = axes.is_reduced(axis);
    slide.after.push_back({extent, is_reduced ? 1 : extent, is_reduced ? extent : 1, 1, 1, 0});
  }
  return slide;
}

Sum sum_along(LayerWriter& layer, const Read& read, const ReducedAxes& axes, const std::string& name) {
  const Slide window = window_of(axes);
  return product_sum(layer.slid(name + "_ones", window, FloatMatrix::Ones(1, window.columns())), read);
}

Eigen::VectorXd number(double value) {
  return Eigen::VectorXd::Constant(1, value);
}

Read last_of(ValueId value) {
  return {value, {Tick::From::Last, 0}};
}

LayerHead running_head(const OverTime& over) {
  return {over.name + "_steps", "all steps so far", over.clock, false};
}

/// sum <- sum[t-1] + x.
ValueId add_running_sum(LayerWriter& layer, const Read& read) {
  const ValueId sum = layer.value("sum", layer.size_of(read.value));
  layer.state(sum);
  layer.sum(sum, program::before(sum) + read_sum(read));
  return sum;
}

/// count <- count[t-1] + 1.
ValueId add_count(LayerWriter& layer) {
  const ConstantId one = layer.constant("one", number(1));
  const ValueId count = layer.value("count", 1);
  layer.state(count);
  layer.sum(count, program::before(count) + program::constant(one));
  return count;
}

ValueId add_repeated(LayerWriter& layer, const Read& read, int size, const char* name) {
  const ValueId all = layer.value(name, size);
  layer.add(program::View{all, read, 0, {size}, {0}});
  return all;
}

}  // namespace

bool ReducedAxes::is_reduced(std::size_t axis) const {
  return std::ranges::find(axes, axis) != axes.end();
}

int ReducedAxes::reduced_count() const {
  int count = 1;
  for (const std::size_t axis : axes) count *= shape[axis];
  return count;
}

ValueId add_sum(LayerWriter& layer, const Read& read, const ReducedAxes& axes, const std::string& name) {
  const Sum sum = sum_along(layer, read, axes, name);
  const ValueId out = layer.value(name, layer.size_of(read.value) / axes.reduced_count());
  layer.sum(out, sum);
  return out;
}

ValueId add_mean(LayerWriter& layer, const Read& read, const ReducedAxes& axes, const std::string& name) {
  const Sum sum = sum_along(layer, read, axes, name);
  const ConstantId share = layer.constant(name + "_share", number(1.0 / axes.reduced_count()));
  const ValueId out = layer.value(name, layer.size_of(read.value) / axes.reduced_count());
  layer.sum(out, program::constant(share) * sum);
  return out;
}

ValueId add_extreme(LayerWriter& layer, const Read& read, const ReducedAxes& axes, bool largest,
                    const std::string& name) {
  const Slide window = window_of(axes);
  const ValueId out = layer.value(name, window.output_size());
  layer.add(ExtremeStatement{out, largest, {read}, window});
  return out;
}

ValueId add_spread(LayerWriter& layer, const Read& read, const ReducedAxes& axes, const std::string& name) {
  const ValueId out = layer.value(name, layer.size_of(read.value) * std::int64_t{axes.reduced_count()});
  program::View view{out, read, 0, axes.shape, std::vector<int>(axes.shape.size(), 0)};
  int stride = 1;
  for (std::size_t axis = axes.shape.size(); axis-- > 0;) {
    if (axes.is_reduced(axis)) continue;
    view.strides[axis] = stride;
    stride *= axes.shape[axis];
  }
  layer.add(std::move(view));
  return out;
}

ValueId add_sum_over_time(program::FloatNetwork& network, const OverTime& over) {
  LayerWriter running(network, running_head(over));
  const ValueId sum = add_running_sum(running, over.read);
  LayerWriter layer(network, {over.name, "sum over all steps", over.once, false});
  const ValueId out = layer.value("out", layer.size_of(sum));
  layer.sum(out, read_sum(last_of(sum)));
  return out;
}

ValueId add_mean_over_time(program::FloatNetwork& network, const OverTime& over,
                           const std::optional<std::int64_t>& ticks) {
  LayerWriter running(network, running_head(over));
  const ValueId sum = add_running_sum(running, over.read);
  std::optional<ValueId> count;
  if (!ticks) count = add_count(running);
  LayerWriter layer(network, {over.name, "mean over all steps", over.once, false});
  const int size = layer.size_of(sum);
  if (ticks) {
    const ConstantId share = layer.constant("share", number(1.0 / static_cast<double>(*ticks)));
    const ValueId out = layer.value("out", size);
    layer.sum(out, program::constant(share) * read_sum(last_of(sum)));
    return out;
  }
  const ValueId steps = add_repeated(layer, last_of(*count), 1, "steps");
  const ValueId share = layer.value("share", 1);
  layer.table(share, WideFunction::Reciprocal, steps);
  const ValueId shares = add_repeated(layer, {share}, size, "shares");
  const ValueId out = layer.value("out", size);
  layer.sum(out, program::now(shares) * read_sum(last_of(sum)));
  return out;
}

/// `begun` is 0 before the first tick, so that what is compared with it then is x itself.
ValueId add_extreme_over_time(program::FloatNetwork& network, const OverTime& over, bool largest) {
  LayerWriter running(network, running_head(over));
  const int size = running.size_of(over.read.value);
  const ConstantId one = running.constant("one", number(1));
  const ValueId begun = running.value("begun", 1);
  const ValueId known = running.value("known", size);
  const ValueId compared = running.value("compared", size);
  const ValueId extreme = running.value("extreme", size);
  running.state(begun);
  running.state(extreme);
  running.add(ExtremeStatement{begun, true, {Read{begun, {Tick::From::Here, -1}}, ConstantUse{one}}});
  running.add(program::View{known, {begun, {Tick::From::Here, -1}}, 0, {size}, {0}});
  const Sum x = read_sum(over.read);
  running.sum(compared, x - program::now(known) * x + program::now(known) * program::before(extreme));
  running.add(ExtremeStatement{extreme, largest, {Read{compared}, over.read}});
  LayerWriter layer(
      network, {over.name, largest ? "largest of all steps" : "smallest of all steps", over.once, false});
  const ValueId out = layer.value("out", size);
  layer.sum(out, read_sum(last_of(extreme)));
  return out;
}

}  // namespace fixgate::blocks
