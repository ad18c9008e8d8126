// For tests: graphs put together by hand, with random constants.
#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "network/graph.h"

namespace fixgate::testing_support {

using Attributes = std::map<std::string, Attribute>;
using Names = std::vector<std::string>;
using Integers = std::vector<std::int64_t>;

class GraphBuilder {
 public:
  explicit GraphBuilder(std::int64_t operator_set = 17, unsigned seed = 1) : random_(seed) {
    graph_.name = "built";
    graph_.operator_set = operator_set;
  }

  std::string input(const std::string& name, const Shape& shape, bool is_float = true) {
    graph_.inputs.push_back({name, is_float, true, shape});
    return name;
  }

  std::string integers(const Shape& shape, Integers values) { return constant({shape, std::move(values)}); }
  std::string integers(Integers values) {
    const auto count = static_cast<std::int64_t>(values.size());
    return integers({count}, std::move(values));
  }
  std::string scalar(std::int64_t value) { return integers({}, {value}); }

  std::string floats(const Shape& shape, float scale = 0.5F) {
    std::uniform_real_distribution<float> uniform(-scale, scale);
    std::vector<float> values(static_cast<std::size_t>(element_count(shape)));
    for (float& value : values) value = uniform(random_);
    return constant({shape, std::move(values)});
  }

  std::string constant(Tensor tensor) {
    const std::string name = "k" + std::to_string(graph_.constants.size());
    graph_.constants[name] = std::move(tensor);
    return name;
  }

  Names nodes(const std::string& op_type, const Names& inputs, std::size_t outputs,
              Attributes attributes = {}) {
    const std::string name = op_type + "_" + std::to_string(graph_.nodes.size());
    Names values;
    for (std::size_t output = 0; output < outputs; ++output)
      values.push_back(name + "_" + std::to_string(output));
    graph_.nodes.push_back({name, op_type, inputs, values, std::move(attributes)});
    return values;
  }
  std::string node(const std::string& op_type, const Names& inputs, Attributes attributes = {}) {
    return nodes(op_type, inputs, 1, std::move(attributes)).front();
  }

  /// Y, Y_h and, of an LSTM, Y_c; `states` are the names of initial_h and initial_c.
  Names recurrent(const std::string& op_type, const std::string& x, std::int64_t inputs, std::int64_t hidden,
                  const std::string& direction = "forward", const Names& states = {},
                  Attributes attributes = {}) {
    const std::int64_t gates = op_type == "LSTM" ? 4 : op_type == "GRU" ? 3 : 1;
    const std::int64_t directions = direction == "bidirectional" ? 2 : 1;
    attributes["hidden_size"] = hidden;
    attributes["direction"] = direction;
    Names all{x, floats({directions, gates * hidden, inputs}), floats({directions, gates * hidden, hidden}),
              floats({directions, 2 * gates * hidden}), ""};
    all.insert(all.end(), states.begin(), states.end());
    return nodes(op_type, all, op_type == "LSTM" ? 3 : 2, std::move(attributes));
  }

  std::string transpose(const std::string& x, Integers perm) {
    return node("Transpose", {x}, {{"perm", std::move(perm)}});
  }
  std::string squeeze(const std::string& x, Integers axes) {
    return node("Squeeze", {x, integers(std::move(axes))});
  }
  std::string unsqueeze(const std::string& x, Integers axes) {
    return node("Unsqueeze", {x, integers(std::move(axes))});
  }
  std::string reshape(const std::string& x, Integers shape) {
    return node("Reshape", {x, integers(std::move(shape))});
  }
  std::string gather(const std::string& x, std::int64_t index, std::int64_t axis) {
    return node("Gather", {x, scalar(index)}, {{"axis", axis}});
  }
  std::string slice(const std::string& x, std::int64_t start, std::int64_t end, std::int64_t axis,
                    std::int64_t step = 1) {
    return node("Slice", {x, integers({start}), integers({end}), integers({axis}), integers({step})});
  }
  std::string concat(const Names& parts, std::int64_t axis) {
    return node("Concat", parts, {{"axis", axis}});
  }
  std::string dense(const std::string& x, std::int64_t inputs, std::int64_t outputs) {
    return node("Add", {node("MatMul", {x, floats({inputs, outputs})}), floats({outputs})});
  }

  Graph graph(const Names& outputs) {
    for (const std::string& output : outputs) graph_.outputs.push_back({output, true, false, {}});
    return graph_;
  }

 private:
  Graph graph_;
  std::mt19937 random_;
};

}  // namespace fixgate::testing_support
