// Convolutions, pools and padding against their definitions, element by element.
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "network/operators/arguments.h"

namespace fixgate {
namespace {

using Integers = std::vector<std::int64_t>;
using Floats = std::vector<float>;

Result<Tensor> evaluate_node(Node node, const std::vector<const Tensor*>& inputs, std::int64_t set = 18) {
  for (std::size_t i = 0; i < inputs.size(); ++i)
    node.inputs.push_back(inputs[i] != nullptr ? fmt::format("input{}", i) : "");
  node.name = "n";
  node.outputs = {"y"};
  FIXGATE_ASSIGN(Outputs outputs, evaluate({node, set, inputs}));
  return std::move(outputs[0]);
}

void expect_error(const Result<Tensor>& result, const std::string& part) {
  ASSERT_FALSE(result) << "no error; expected: " << part;
  EXPECT_NE(result.error().message.find(part), std::string::npos) << result.error().message;
}

/// A random geometry of one axis, and the length that a Conv gives it.
struct Axis {
  std::int64_t extent, kernel, stride, dilation, before, after, output_padding;

  [[nodiscard]] std::int64_t span() const { return (kernel - 1) * dilation + 1; }
  [[nodiscard]] std::int64_t windows() const { return (extent + before + after - span()) / stride + 1; }
  [[nodiscard]] std::int64_t transposed() const {
    return (extent - 1) * stride + span() + output_padding - before - after;
  }
};

class RandomCase {
 public:
  explicit RandomCase(std::uint32_t seed) : random_(seed) {}

  std::int64_t between(std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random_);
  }
  Tensor tensor(const Shape& shape) {
    Floats values(static_cast<std::size_t>(element_count(shape)));
    for (float& value : values) value = static_cast<float>(between(-100, 100)) / 16;
    return {shape, values};
  }
  Axis axis() {
    Axis axis{between(4, 9), between(1, 3), between(1, 3), between(1, 2), 0, 0, 0};
    axis.before = between(0, axis.span() - 1);
    axis.after = between(0, axis.span() - 1);
    axis.output_padding = between(0, axis.stride - 1);
    return axis;
  }

 private:
  std::mt19937 random_;
};

Node node_of(const std::string& op, const Axis& a, const Axis& b) {
  return {"n",
          op,
          {},
          {},
          {{"strides", Integers{a.stride, b.stride}},
           {"dilations", Integers{a.dilation, b.dilation}},
           {"pads", Integers{a.before, b.before, a.after, b.after}}}};
}

/// The element at [n, c, i, j]; 0 outside.
double at(const Tensor& x, std::int64_t n, std::int64_t c, std::int64_t i, std::int64_t j) {
  if (i < 0 || j < 0 || i >= x.shape[2] || j >= x.shape[3]) return 0;
  return static_cast<double>(
      x.floats()[static_cast<std::size_t>(((n * x.shape[1] + c) * x.shape[2] + i) * x.shape[3] + j)]);
}

/// Visits [n, c, i, j] of a shape in order.
template <typename Of>
Tensor made(const Shape& shape, Of of) {
  Floats values;
  for (std::int64_t n = 0; n < shape[0]; ++n)
    for (std::int64_t c = 0; c < shape[1]; ++c)
      for (std::int64_t i = 0; i < shape[2]; ++i)
        for (std::int64_t j = 0; j < shape[3]; ++j) values.push_back(static_cast<float>(of(n, c, i, j)));
  return {shape, values};
}

void expect_near(const Result<Tensor>& actual, const Tensor& expected) {
  ASSERT_TRUE(actual) << actual.error().message;
  ASSERT_EQ(actual->shape, expected.shape);
  for (std::size_t i = 0; i < expected.floats().size(); ++i)
    ASSERT_NEAR(actual->floats()[i], expected.floats()[i], 1e-4) << "element " << i;
}

TEST(Windows, ConvIsItsDefinition) {
  for (std::uint32_t seed = 0; seed < 200; ++seed) {
    RandomCase random(seed);
    const Axis a = random.axis();
    const Axis b = random.axis();
    const std::int64_t groups = random.between(1, 3);
    const std::int64_t inputs = random.between(1, 3);
    const std::int64_t outputs = random.between(1, 2);
    const Tensor x = random.tensor({2, groups * inputs, a.extent, b.extent});
    const Tensor w = random.tensor({groups * outputs, inputs, a.kernel, b.kernel});
    const Tensor bias = random.tensor({groups * outputs});
    Node node = node_of("Conv", a, b);
    node.attributes["group"] = groups;
    const auto of = [&](std::int64_t n, std::int64_t m, std::int64_t p, std::int64_t q) {
      auto sum = static_cast<double>(bias.floats()[static_cast<std::size_t>(m)]);
      for (std::int64_t c = 0; c < inputs; ++c)
        for (std::int64_t i = 0; i < a.kernel; ++i)
          for (std::int64_t j = 0; j < b.kernel; ++j)
            sum += at(w, m, c, i, j) * at(x, n, m / outputs * inputs + c,
                                          p * a.stride + i * a.dilation - a.before,
                                          q * b.stride + j * b.dilation - b.before);
      return sum;
    };
    expect_near(evaluate_node(node, {&x, &w, &bias}),
                made({2, groups * outputs, a.windows(), b.windows()}, of));
  }
}

TEST(Windows, ConvTransposeIsItsDefinition) {
  int tried = 0;
  for (std::uint32_t seed = 0; seed < 200; ++seed) {
    RandomCase random(seed);
    const Axis a = random.axis();
    const Axis b = random.axis();
    if (a.transposed() < 1 || b.transposed() < 1) continue;
    ++tried;
    const std::int64_t groups = random.between(1, 3);
    const std::int64_t inputs = random.between(1, 3);
    const std::int64_t outputs = random.between(1, 2);
    const Tensor x = random.tensor({2, groups * inputs, a.extent, b.extent});
    const Tensor w = random.tensor({groups * inputs, outputs, a.kernel, b.kernel});
    Node node = node_of("ConvTranspose", a, b);
    node.attributes["group"] = groups;
    node.attributes["output_padding"] = Integers{a.output_padding, b.output_padding};
    const auto source = [](const Axis& axis, std::int64_t p, std::int64_t k) {  // -1: none reaches it
      const std::int64_t scaled = p + axis.before - k * axis.dilation;
      return scaled % axis.stride == 0 ? scaled / axis.stride : std::int64_t{-1};
    };
    const auto of = [&](std::int64_t n, std::int64_t m, std::int64_t p, std::int64_t q) {
      double sum = 0;
      for (std::int64_t c = 0; c < inputs; ++c)
        for (std::int64_t i = 0; i < a.kernel; ++i)
          for (std::int64_t j = 0; j < b.kernel; ++j)
            sum += at(w, m / outputs * inputs + c, m % outputs, i, j) *
                   at(x, n, m / outputs * inputs + c, source(a, p, i), source(b, q, j));
      return sum;
    };
    expect_near(evaluate_node(node, {&x, &w}),
                made({2, groups * outputs, a.transposed(), b.transposed()}, of));
  }
  EXPECT_GT(tried, 100);
}

TEST(Windows, PoolsAreTheirDefinition) {
  for (std::uint32_t seed = 0; seed < 200; ++seed) {
    RandomCase random(seed);
    Axis a = random.axis();
    Axis b = random.axis();
    a.dilation = b.dilation = 1;
    a.before = a.after = random.between(0, a.kernel - 1);
    b.before = b.after = random.between(0, b.kernel - 1);
    const Tensor x = random.tensor({2, 3, a.extent, b.extent});
    const bool with_padding = random.between(0, 1) == 1;
    for (const bool largest : {true, false}) {
      Node node = node_of(largest ? "MaxPool" : "AveragePool", a, b);
      node.attributes["kernel_shape"] = Integers{a.kernel, b.kernel};
      if (!largest) {
        node.attributes.erase("dilations");
        node.attributes["count_include_pad"] = std::int64_t{with_padding};
      }
      const auto of = [&](std::int64_t n, std::int64_t c, std::int64_t p, std::int64_t q) {
        double sum = 0;
        double best = -1e9;
        int count = 0;
        for (std::int64_t i = p * a.stride - a.before; i < p * a.stride - a.before + a.kernel; ++i)
          for (std::int64_t j = q * b.stride - b.before; j < q * b.stride - b.before + b.kernel; ++j) {
            const bool is_inside = i >= 0 && j >= 0 && i < a.extent && j < b.extent;
            sum += at(x, n, c, i, j);
            if (is_inside) best = std::max(best, at(x, n, c, i, j));
            if (is_inside || with_padding) ++count;
          }
        return largest ? best : sum / count;
      };
      expect_near(evaluate_node(node, {&x}), made({2, 3, a.windows(), b.windows()}, of));
    }
  }
}

TEST(Windows, CeilModeAddsAWindowThatBeginsOnAnElement) {
  const Tensor x{{1, 1, 4}, Floats{1, 2, 3, 4}};
  Node node{"n", "AveragePool", {}, {}, {{"kernel_shape", Integers{2}}, {"strides", Integers{3}}}};
  node.attributes["ceil_mode"] = std::int64_t{1};
  expect_near(evaluate_node(node, {&x}), {{1, 1, 2}, Floats{1.5F, 4}});
  node.attributes["strides"] = Integers{5};
  expect_near(evaluate_node(node, {&x}), {{1, 1, 1}, Floats{1.5F}});
}

TEST(Windows, PaddingByReflectionAndEdge) {
  const Tensor x{{4}, Floats{1, 2, 3, 4}};
  const Tensor pads{{2}, Integers{2, 3}};
  const auto padded = [&](const char* mode) {
    return evaluate_node({"n", "Pad", {}, {}, {{"mode", std::string(mode)}}}, {&x, &pads}, 19);
  };
  expect_near(padded("reflect"), {{9}, Floats{3, 2, 1, 2, 3, 4, 3, 2, 1}});
  expect_near(padded("edge"), {{9}, Floats{1, 1, 1, 2, 3, 4, 4, 4, 4}});
  expect_near(padded("constant"), {{9}, Floats{0, 0, 1, 2, 3, 4, 0, 0, 0}});
  expect_near(padded("wrap"), {{9}, Floats{3, 4, 1, 2, 3, 4, 1, 2, 3}});
  const Tensor cut{{2}, Integers{-1, 2}};
  expect_near(evaluate_node({"n", "Pad", {}, {}, {}}, {&x, &cut}), {{5}, Floats{2, 3, 4, 0, 0}});
  expect_near(evaluate_node({"n", "Pad", {}, {}, {{"pads", Integers{1, 0}}, {"value", 7.0F}}}, {&x}, 10),
              {{5}, Floats{7, 1, 2, 3, 4}});
}

TEST(Windows, RefusesImpossiblePadding) {
  const Tensor x{{3}, Floats{1, 2, 3}};
  const Tensor pads{{2}, Integers{3, 0}};
  expect_error(evaluate_node({"n", "Pad", {}, {}, {{"mode", std::string("reflect")}}}, {&x, &pads}),
               "needs at least 4 elements, the axis has 3");
  const Tensor cut{{2}, Integers{-2, -2}};
  expect_error(evaluate_node({"n", "Pad", {}, {}, {}}, {&x, &cut}), "cut more off than the axis of 3 has");
  const Tensor huge{{2}, Integers{std::int64_t{1} << 40, 0}};
  expect_error(evaluate_node({"n", "Pad", {}, {}, {}}, {&x, &huge}), "padding of 1099511627776");
  const Tensor wrong{{3}, Integers{1, 1, 1}};
  expect_error(evaluate_node({"n", "Pad", {}, {}, {}}, {&x, &wrong}), "3 pads for 1 axes");
}

TEST(Windows, RefusesImpossibleGeometries) {
  const Tensor x{{1, 2, 4}, Floats(8)};
  const Tensor w{{2, 2, 5}, Floats(20)};
  Node conv{"n", "Conv", {}, {}, {}};
  expect_error(evaluate_node(conv, {&x, &w}), "node 'n' (Conv): the kernel spans 5 elements, its axis has 4");
  conv.attributes = {{"pads", Integers{-1, 3}}};
  expect_error(evaluate_node(conv, {&x, &w}), "attribute 'pads' has the value -1");
  conv.attributes = {{"strides", Integers{0}}};
  expect_error(evaluate_node(conv, {&x, &w}), "attribute 'strides' has the value 0");
  conv.attributes = {{"pads", Integers{std::int64_t{1} << 30, std::int64_t{1} << 30}}};
  expect_error(evaluate_node(conv, {&x, &w}), "above the limit");
  conv.attributes = {{"group", std::int64_t{3}}};
  expect_error(evaluate_node(conv, {&x, &w}), "do not fall into 3 groups");
  conv.attributes = {{"auto_pad", std::string("SOME")}};
  expect_error(evaluate_node(conv, {&x, &w}), "auto_pad 'SOME' is unknown");
  const Tensor other{{2, 3, 1}, Floats(6)};
  expect_error(evaluate_node({"n", "Conv", {}, {}, {}}, {&x, &other}), "do not fit an input of 2 channels");
  Node transposed{"n", "ConvTranspose", {}, {}, {{"pads", Integers{9, 9}}}};
  expect_error(evaluate_node(transposed, {&x, &w}), "the output has no elements");
}

TEST(Windows, RefusesPoolsOfPaddingAlone) {
  const Tensor x{{1, 1, 4}, Floats(4)};
  const Node node{"n", "MaxPool", {}, {}, {{"kernel_shape", Integers{2}}, {"pads", Integers{2, 0}}}};
  expect_error(evaluate_node(node, {&x}), "a window would cover padding alone");
  const std::int64_t huge = std::int64_t{1} << 29;
  const Node wide{
      "n", "MaxPool", {}, {}, {{"kernel_shape", Integers{huge}}, {"pads", Integers{huge - 1, huge - 1}}}};
  expect_error(evaluate_node(wide, {&x}), "a window of [536870912] is above the limit");
}

TEST(Windows, RefusesTraining) {
  const Tensor x{{1, 1}, Floats(1)};
  const Tensor one{{1}, Floats(1)};
  const Node node{"n", "BatchNormalization", {}, {}, {{"training_mode", std::int64_t{1}}}};
  expect_error(evaluate_node(node, {&x, &one, &one, &one, &one}), "training_mode is set");
}

}  // namespace
}  // namespace fixgate
