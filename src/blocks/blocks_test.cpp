// Every block as a program in real numbers against the float executor's operator, on random shapes.
#include <gtest/gtest.h>

#include <random>

#include "blocks/convolution.h"
#include "blocks/normalisation.h"
#include "blocks/pooling.h"
#include "blocks/reduction.h"
#include "network/operators/operators.h"
#include "program/verify.h"
#include "simulate/float/float_runner.h"

namespace fixgate::blocks {
namespace {

using program::ClockId;
using program::FloatNetwork;
using program::LayerHead;
using program::Slide;

using Integers = std::vector<std::int64_t>;
using Floats = std::vector<float>;

class Random {
 public:
  explicit Random(std::uint32_t seed) : random_(seed) {}

  std::int64_t between(std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random_);
  }
  Tensor tensor(const Shape& shape) {
    Floats values(static_cast<std::size_t>(element_count(shape)));
    for (float& value : values) value = static_cast<float>(between(-64, 64)) / 32;
    return {shape, values};
  }

 private:
  std::mt19937 random_;
};

Eigen::VectorXd numbers_of(const Tensor& tensor) {
  return Eigen::Map<const Eigen::VectorXf>(tensor.floats().data(), std::ssize(tensor.floats()))
      .cast<double>();
}

Tensor executed(Node node, const std::vector<const Tensor*>& inputs, std::int64_t set = 17) {
  for (std::size_t i = 0; i < inputs.size(); ++i)
    node.inputs.push_back(inputs[i] != nullptr ? fmt::format("input{}", i) : "");
  node.outputs = {"y"};
  auto outputs = evaluate({node, set, inputs});
  EXPECT_TRUE(outputs) << outputs.error().message;
  return outputs ? std::move(outputs->front()) : Tensor{};
}

/// A network of one clock and one input, `x`.
struct Bench {
  FloatNetwork network;
  ClockId clock{0};
  ValueId x{0};

  explicit Bench(std::int64_t size) {
    network.program.name = "bench";
    clock = network.program.clocks.add({"step"});
    x = network.program.values.add(
        {"x", std::nullopt, clock, static_cast<int>(size), std::nullopt, SignalRole::Input});
  }

  LayerHead head(ClockId on, const char* name = "block") const { return {name, "a block", on, false}; }
  ClockId on(std::optional<program::Clock> made) {
    if (!made) return clock;
    made->name = "other";
    return network.program.clocks.add(*made);
  }

  /// The value's ticks for those of x.
  FloatMatrix run(ValueId value, const FloatMatrix& ticks) {
    network.program.outputs = {{"y", value}};
    const auto verified = program::verify(network);
    EXPECT_TRUE(verified) << verified.error().message;
    if (!verified) return {};
    const program::FloatRunner runner(network);
    program::FloatMemory memory = runner.initial_memory();
    Sequence sequence;
    sequence.features = ticks;
    const std::vector<Sequence> inputs{sequence};
    auto outputs = runner.run(inputs, memory);
    EXPECT_TRUE(outputs) << outputs.error().message;
    return outputs ? outputs->front() : FloatMatrix();
  }
};

/// [1, channels, time, positions...] as a row a tick; the time axis is the third.
FloatMatrix as_ticks(const Tensor& tensor) {
  const std::int64_t channels = tensor.shape[1];
  const std::int64_t time = tensor.shape[2];
  const std::int64_t inner = element_count({tensor.shape.begin() + 3, tensor.shape.end()});
  FloatMatrix rows(time, channels * inner);
  for (std::int64_t c = 0; c < channels; ++c)
    for (std::int64_t t = 0; t < time; ++t)
      for (std::int64_t i = 0; i < inner; ++i)
        rows(t, c * inner + i) = tensor.floats()[static_cast<std::size_t>((c * time + t) * inner + i)];
  return rows;
}

/// The elements as one tick.
FloatMatrix as_row(const Tensor& tensor) {
  return Eigen::Map<const FloatMatrix>(tensor.floats().data(), 1, std::ssize(tensor.floats()));
}

void expect_near(const FloatMatrix& actual, const FloatMatrix& expected, double tolerance = 1e-4) {
  ASSERT_EQ(actual.rows(), expected.rows());
  ASSERT_EQ(actual.cols(), expected.cols());
  EXPECT_LE((actual - expected).cwiseAbs().maxCoeff(), tolerance);
}

struct Geometry {
  std::int64_t extent, kernel, stride, dilation, before, after, more;
};

Geometry random_geometry(Random& random, std::int64_t least = 5) {
  Geometry g{
      random.between(least, 9), random.between(1, 3), random.between(1, 3), random.between(1, 2), 0, 0, 0};
  const std::int64_t span = (g.kernel - 1) * g.dilation + 1;
  g.before = random.between(0, span - 1);
  g.after = random.between(0, span - 1);
  return g;
}

Node node_of(const std::string& op, const std::vector<Geometry>& axes, std::int64_t groups) {
  Integers strides;
  Integers dilations;
  Integers pads;
  Integers kernel;
  for (const Geometry& axis : axes) {
    strides.push_back(axis.stride);
    dilations.push_back(axis.dilation);
    pads.push_back(axis.before);
    kernel.push_back(axis.kernel);
  }
  for (const Geometry& axis : axes) pads.push_back(axis.after);
  Node node{"n", op, {}, {}, {{"strides", strides}, {"pads", pads}, {"kernel_shape", kernel}}};
  if (op != "AveragePool") node.attributes["dilations"] = dilations;
  if (op.starts_with("Conv")) node.attributes["group"] = groups;
  if (op == "ConvTranspose") {
    Integers more;
    for (const Geometry& axis : axes) more.push_back(axis.more);
    node.attributes["output_padding"] = more;
  }
  return node;
}

WindowAxes axes_of(const Node& node, const std::vector<Geometry>& geometry) {
  Shape extents;
  Shape kernel;
  for (const Geometry& axis : geometry) {
    extents.push_back(axis.extent);
    kernel.push_back(axis.kernel);
  }
  const OperatorCall call{node, 17, {}};
  auto axes = (node.op_type == "ConvTranspose" ? transposed_axes : sliding_axes)(call, extents, kernel);
  EXPECT_TRUE(axes) << axes.error().message;
  return axes.value_or(WindowAxes());
}

struct Channels {
  std::int64_t groups, inputs, outputs;
};

Channels random_channels(Random& random) {
  const std::int64_t groups = random.between(1, 2);
  return {groups, groups * random.between(1, 3), groups * random.between(1, 2)};
}

Shape weight_shape(const Channels& c, bool transposed, const std::vector<Geometry>& axes) {
  Shape shape = transposed ? Shape{c.inputs, c.outputs / c.groups} : Shape{c.outputs, c.inputs / c.groups};
  for (const Geometry& axis : axes) shape.push_back(axis.kernel);
  return shape;
}

Slide slide_of(const Channels& c, const WindowAxes& axes, bool transposed) {
  return {static_cast<int>(c.inputs),   static_cast<int>(c.outputs),
          static_cast<int>(c.groups),   {},
          slide_axes(axes, transposed), transposed};
}

TEST(Convolution, OverPositionsIsTheOperator) {
  for (std::uint32_t seed = 0; seed < 60; ++seed) {
    Random random(seed);
    const bool transposed = seed % 2 == 1;
    std::vector<Geometry> axes{random_geometry(random), random_geometry(random)};
    if (seed % 3 == 0) axes.pop_back();
    for (Geometry& axis : axes) axis.more = random.between(0, axis.stride - 1);
    const Channels c = random_channels(random);
    Shape shape{1, c.inputs};
    for (const Geometry& axis : axes) shape.push_back(axis.extent);
    const Tensor x = random.tensor(shape);
    const Tensor w = random.tensor(weight_shape(c, transposed, axes));
    const Tensor b = random.tensor({c.outputs});
    const Node node = node_of(transposed ? "ConvTranspose" : "Conv", axes, c.groups);
    const Slide slide = slide_of(c, axes_of(node, axes), transposed);
    Bench bench(element_count(shape));
    LayerWriter layer(bench.network, bench.head(bench.clock));
    const ValueId y = add_convolution(layer, slide, {{{bench.x}, slide_weights(w, slide.groups, transposed)}},
                                      numbers_of(b));
    expect_near(bench.run(y, as_row(x)), as_row(executed(node, {&x, &w, &b})));
  }
}

TEST(Convolution, OverTimeReadsOtherTicks) {
  for (std::uint32_t seed = 0; seed < 60; ++seed) {
    Random random(seed);
    const std::vector<Geometry> axes{random_geometry(random, 6), random_geometry(random)};
    const Channels c = random_channels(random);
    const Tensor x = random.tensor({1, c.inputs, axes[0].extent, axes[1].extent});
    const Tensor w = random.tensor(weight_shape(c, false, axes));
    const Tensor b = random.tensor({c.outputs});
    const Node node = node_of("Conv", axes, c.groups);
    const WindowAxes windows = axes_of(node, axes);
    const Slide slide = slide_of(c, {windows[1]}, false);
    Bench bench(c.inputs * axes[1].extent);
    LayerWriter layer(bench.network, bench.head(bench.on(windows_clock(bench.clock, windows[0]))));
    std::vector<ConvolvedTick> ticks;
    for (const int offset : tick_offsets(windows[0]))
      ticks.push_back({{bench.x, {program::Tick::From::Here, offset}},
                       slide_weights(w, slide.groups, false, TimeTap{0, std::ssize(ticks)})});
    const ValueId y = add_convolution(layer, slide, std::move(ticks), numbers_of(b));
    expect_near(bench.run(y, as_ticks(x)), as_ticks(executed(node, {&x, &w, &b})));
  }
}

TEST(Convolution, TransposedOverTimeWithoutAStrideReadsEarlierTicks) {
  for (std::uint32_t seed = 0; seed < 40; ++seed) {
    Random random(seed);
    std::vector<Geometry> axes{random_geometry(random, 6), random_geometry(random)};
    axes[0].stride = 1;
    const Channels c = random_channels(random);
    const Tensor x = random.tensor({1, c.inputs, axes[0].extent, axes[1].extent});
    const Tensor w = random.tensor(weight_shape(c, true, axes));
    const Node node = node_of("ConvTranspose", axes, c.groups);
    const WindowAxes windows = axes_of(node, axes);
    const Slide slide = slide_of(c, {windows[1]}, true);
    Bench bench(c.inputs * axes[1].extent);
    LayerWriter layer(bench.network, bench.head(bench.on(transposed_clock(bench.clock, windows[0]))));
    std::vector<ConvolvedTick> ticks;
    const auto taps = transposed_taps(windows[0]);
    for (const TransposedTap& tap : taps[0])
      ticks.push_back({{bench.x, {program::Tick::From::Here, tap.offset}},
                       slide_weights(w, slide.groups, true, TimeTap{0, tap.tap})});
    const ValueId y = add_convolution(layer, slide, std::move(ticks), {});
    expect_near(bench.run(y, as_ticks(x)), as_ticks(executed(node, {&x, &w})));
  }
}

TEST(Convolution, UpsamplesOverTimeOnAnInnerClock) {
  int tried = 0;
  for (std::uint32_t seed = 0; seed < 60; ++seed) {
    Random random(seed);
    std::vector<Geometry> axes{random_geometry(random, 5), random_geometry(random)};
    axes[0].stride = random.between(2, 3);
    axes[0].dilation = 1;
    axes[0].kernel = random.between(axes[0].stride, 5);
    axes[0].before = random.between(0, axes[0].kernel - axes[0].stride);
    axes[0].after = axes[0].kernel - axes[0].stride - axes[0].before;
    const Channels c = random_channels(random);
    const Tensor x = random.tensor({1, c.inputs, axes[0].extent, axes[1].extent});
    const Tensor w = random.tensor(weight_shape(c, true, axes));
    const Tensor b = random.tensor({c.outputs});
    const Node node = node_of("ConvTranspose", axes, c.groups);
    const WindowAxes windows = axes_of(node, axes);
    Bench bench(c.inputs * axes[1].extent);
    const ClockId inner = bench.network.program.clocks.add(
        {"inner", program::ClockKind::Inner, bench.clock, static_cast<int>(axes[0].stride)});
    const auto y = add_upsampling(
        bench.network,
        {bench.head(bench.clock), inner, {bench.x}, slide_of(c, {windows[1]}, true), w, 0, windows[0]},
        numbers_of(b));
    ASSERT_TRUE(y) << y.error().message;
    expect_near(bench.run(*y, as_ticks(x)), as_ticks(executed(node, {&x, &w, &b})));
    ++tried;
  }
  EXPECT_EQ(tried, 60);
}

TEST(Convolution, RefusesUpsamplingToOtherNumbersOfSteps) {
  WindowAxis axis{9, 4, 3, 2, 1, 0, 0};
  const auto checked = check_upsampling(axis);
  ASSERT_FALSE(checked);
  EXPECT_NE(checked.error().message.find("a stride of 2 makes 9 steps of 4"), std::string::npos)
      << checked.error().message;
}

TEST(Pooling, IsTheOperatorOverTimeAndPositions) {
  for (std::uint32_t seed = 0; seed < 80; ++seed) {
    Random random(seed);
    std::vector<Geometry> axes{random_geometry(random, 6), random_geometry(random)};
    const bool largest = seed % 2 == 0;
    const bool counts_padding = seed % 4 == 1;
    for (Geometry& axis : axes) {
      if (!largest) axis.dilation = 1;
      axis.before = random.between(0, axis.kernel - 1);
      axis.after = random.between(0, axis.kernel - 1);
    }
    if (!largest && !counts_padding) axes[0].before = axes[0].after = 0;
    Node node = node_of(largest ? "MaxPool" : "AveragePool", axes, 1);
    if (!largest) node.attributes["count_include_pad"] = std::int64_t{counts_padding};
    const std::int64_t channels = random.between(1, 3);
    const Tensor x = random.tensor({1, channels, axes[0].extent, axes[1].extent});
    const WindowAxes windows = axes_of(node, axes);
    Bench bench(channels * axes[1].extent);
    LayerWriter layer(bench.network, bench.head(bench.on(windows_clock(bench.clock, windows[0]))));
    Pool pool{static_cast<int>(channels), {windows[1]}, {}};
    for (const int offset : tick_offsets(windows[0]))
      pool.ticks.push_back({bench.x, {program::Tick::From::Here, offset}});
    const auto y = largest ? Result<ValueId>(add_max_pool(layer, pool))
                           : add_average_pool(layer, pool, counts_padding, windows[0]);
    ASSERT_TRUE(y) << y.error().message;
    expect_near(bench.run(*y, as_ticks(x)), as_ticks(executed(node, {&x})));
  }
}

TEST(Pooling, OverPositionsLeavesPaddingOutOfTheMean) {
  for (std::uint32_t seed = 0; seed < 40; ++seed) {
    Random random(seed);
    std::vector<Geometry> axes{random_geometry(random), random_geometry(random)};
    for (Geometry& axis : axes) {
      axis.dilation = 1;
      axis.before = random.between(0, axis.kernel - 1);
      axis.after = random.between(0, axis.kernel - 1);
    }
    const Node node = node_of("AveragePool", axes, 1);
    const Tensor x = random.tensor({1, 2, axes[0].extent, axes[1].extent});
    Bench bench(element_count(x.shape));
    LayerWriter layer(bench.network, bench.head(bench.clock));
    const auto y = add_average_pool(layer, {2, axes_of(node, axes), {{bench.x}}}, false);
    ASSERT_TRUE(y) << y.error().message;
    expect_near(bench.run(*y, as_row(x)), as_row(executed(node, {&x})));
  }
}

TEST(Pooling, RefusesMeansThatLeaveOutPaddingOfSteps) {
  Bench bench(4);
  LayerWriter layer(bench.network, bench.head(bench.clock));
  const WindowAxis time{6, 6, 3, 1, 1, 1, 1};
  const auto y = add_average_pool(layer, {4, {}, {{bench.x}}}, false, time);
  ASSERT_FALSE(y);
  EXPECT_NE(y.error().message.find("padding of 2 steps"), std::string::npos) << y.error().message;
}

/// A shape of three axes and some of them.
ReducedAxes random_axes(Random& random) {
  ReducedAxes axes;
  for (int axis = 0; axis < 3; ++axis) axes.shape.push_back(static_cast<int>(random.between(1, 4)));
  for (std::size_t axis = 0; axis < 3; ++axis)
    if (random.between(0, 1) == 1) axes.axes.push_back(axis);
  if (axes.axes.empty()) axes.axes = {1};
  return axes;
}

TEST(Reduction, IsTheOperatorAlongAnyAxes) {
  for (std::uint32_t seed = 0; seed < 60; ++seed) {
    Random random(seed);
    const ReducedAxes axes = random_axes(random);
    const Tensor x = random.tensor({axes.shape.begin(), axes.shape.end()});
    const Integers list(axes.axes.begin(), axes.axes.end());
    for (const std::string op : {"ReduceMean", "ReduceMax", "ReduceMin"}) {
      Bench bench(element_count(x.shape));
      LayerWriter layer(bench.network, bench.head(bench.clock));
      const ValueId y = op == "ReduceMean"
                            ? add_mean(layer, {bench.x}, axes, "mean")
                            : add_extreme(layer, {bench.x}, axes, op == "ReduceMax", "extreme");
      const ValueId all = add_spread(layer, {y}, axes, "all");
      const Tensor expected = executed({"n", op, {}, {}, {{"axes", list}}}, {&x});
      const Tensor shape{{3}, Integers(x.shape)};
      expect_near(bench.run(y, as_row(x)), as_row(expected));
      expect_near(bench.run(all, as_row(x)),
                  as_row(executed({"n", "Expand", {}, {}, {}}, {&expected, &shape})));
    }
  }
}

TEST(Reduction, OverTimeIsTheOperator) {
  for (std::uint32_t seed = 0; seed < 30; ++seed) {
    Random random(seed);
    const std::int64_t steps = random.between(1, 9);
    Tensor x = random.tensor({1, 3, steps, 1});
    if (seed % 3 == 0)
      for (float& value : x.floats()) value -= 3;  // all negative
    for (const std::string op : {"ReduceMean", "counted", "ReduceSum", "ReduceMax", "ReduceMin"}) {
      Bench bench(3);
      const ClockId once = bench.network.program.clocks.add({"end", program::ClockKind::Once, bench.clock});
      const OverTime over{"pool", bench.clock, once, {bench.x}};
      const ValueId y = op == "ReduceSum"    ? add_sum_over_time(bench.network, over)
                        : op == "ReduceMean" ? add_mean_over_time(bench.network, over, steps)
                        : op == "counted"    ? add_mean_over_time(bench.network, over, std::nullopt)
                                             : add_extreme_over_time(bench.network, over, op == "ReduceMax");
      const Tensor axis{{1}, Integers{2}};
      const bool by_input = op == "ReduceSum";
      Node node{"n", op == "counted" ? "ReduceMean" : op, {}, {}, {}};
      if (!by_input) node.attributes["axes"] = Integers{2};
      std::vector<const Tensor*> inputs{&x};
      if (by_input) inputs.push_back(&axis);
      expect_near(bench.run(y, as_ticks(x)), as_row(executed(node, inputs)), 1e-5);
    }
  }
}

TEST(Normalisation, OverTheLastAxesIsTheOperator) {
  for (std::uint32_t seed = 0; seed < 40; ++seed) {
    Random random(seed);
    ReducedAxes axes{{2, static_cast<int>(random.between(2, 4)), 3}, {2}};
    if (seed % 2 == 1) axes.axes = {1, 2};
    const Tensor x = random.tensor({axes.shape.begin(), axes.shape.end()});
    const Shape row(x.shape.begin() + static_cast<std::ptrdiff_t>(axes.axes[0]), x.shape.end());
    const Tensor scale = random.tensor(row);
    const Tensor shift = random.tensor(row);
    Bench bench(element_count(x.shape));
    LayerWriter layer(bench.network, bench.head(bench.clock));
    const ValueId y =
        add_layer_normalisation(layer, {bench.x}, axes, 1e-3, {numbers_of(scale), numbers_of(shift)});
    const Node node{"n",
                    "LayerNormalization",
                    {},
                    {},
                    {{"axis", static_cast<std::int64_t>(axes.axes[0])}, {"epsilon", 1e-3F}}};
    expect_near(bench.run(y, as_row(x)), as_row(executed(node, {&x, &scale, &shift})), 1e-3);
  }
}

TEST(Normalisation, OfChannelsFoldsIntoAMatrix) {
  Random random(7);
  const auto vector = [&](double least) {
    return Eigen::VectorXd((numbers_of(random.tensor({3})).array().abs() + least).matrix());
  };
  const Eigen::VectorXd scale = vector(0.5);
  const Eigen::VectorXd bias = vector(0);
  const Eigen::VectorXd mean = vector(0);
  const Eigen::VectorXd variance = vector(0.5);
  const Affine affine = affine_of_batch_normalisation(scale, bias, mean, variance, 1e-5);
  FloatMatrix weights = FloatMatrix::Random(3, 2);
  const FloatMatrix before = weights;
  Eigen::VectorXd shift = vector(0);
  const Eigen::VectorXd shift_before = shift;
  fold_affine(affine.scale, affine.shift, weights, shift);
  const Eigen::Vector2d x(0.5, -2);
  const Eigen::VectorXd plain = before.cast<double>() * x + shift_before;
  const Eigen::VectorXd expected =
      (plain - mean).array() / (variance.array() + 1e-5).sqrt() * scale.array() + bias.array();
  EXPECT_LE((weights.cast<double>() * x + shift - expected).cwiseAbs().maxCoeff(), 1e-6);
}

TEST(Normalisation, MagnitudeIsTheRootOfTheSquares) {
  Bench bench(4);
  LayerWriter layer(bench.network, bench.head(bench.clock));
  const ValueId re = layer.value("re", 2);
  layer.add(program::View{re, {bench.x}, 0, {2}, {1}});
  const ValueId im = layer.value("im", 2);
  layer.add(program::View{im, {bench.x}, 2, {2}, {1}});
  const ValueId y = add_magnitude(layer, {re}, {im});
  FloatMatrix x(1, 4);
  x << 3, 5, -4, 12;
  FloatMatrix expected(1, 2);
  expected << 5, 13;
  expect_near(bench.run(y, x), expected, 1e-5);
}

}  // namespace
}  // namespace fixgate::blocks
