// The graphs of the fixtures with random damage: lowering refuses, or computes what the executor computes.
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "import/test_cases.h"
#include "lowering/lower_to_program.h"
#include "lowering/testing/judge.h"
#include "network/fold.h"
#include "sweep/load_graph.h"

namespace fixgate {
namespace {

namespace fs = std::filesystem;

constexpr int kMutationsPerModel = 60;  // FIXGATE_MUTATIONS overrides it
constexpr double kTolerance = 2e-5;

/// Changes one thing of a graph.
class Mutator {
 public:
  explicit Mutator(unsigned seed) : random_(seed) {}

  std::string mutate(Graph& graph) {
    using Change = std::string (Mutator::*)(Graph&);
    static constexpr Change kChanges[] = {&Mutator::integer_attribute,
                                          &Mutator::integer_constant,
                                          &Mutator::permutation,
                                          &Mutator::rewire,
                                          &Mutator::output,
                                          &Mutator::operation,
                                          &Mutator::swap_inputs,
                                          &Mutator::shape_of_constant,
                                          &Mutator::direction,
                                          &Mutator::insert};
    for (int attempt = 0; attempt < 50; ++attempt)
      if (std::string text = (this->*kChanges[below(std::size(kChanges))])(graph); !text.empty()) return text;
    return "nothing";
  }

 private:
  std::size_t below(std::size_t bound) {
    return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_);
  }
  std::int64_t small() { return static_cast<std::int64_t>(below(6)) - 2; }

  Node& any_node(Graph& graph) { return graph.nodes[below(graph.nodes.size())]; }

  std::string integer_attribute(Graph& graph) {
    Node& node = any_node(graph);
    for (auto& [name, attribute] : node.attributes)
      if (auto* value = std::get_if<std::int64_t>(&attribute);
          value != nullptr && name != "hidden_size" && below(2) == 0) {
        *value = small();
        return fmt::format("{}.{} = {}", node.name, name, *value);
      }
    return "";
  }

  std::string integer_constant(Graph& graph) {
    auto constant =
        std::next(graph.constants.begin(), static_cast<std::ptrdiff_t>(below(graph.constants.size())));
    if (constant->second.is_float() || constant->second.integers().empty()) return "";
    auto& values = constant->second.integers();
    std::int64_t& value = values[below(values.size())];
    // Modulo 2^64: constants may lie at the ends of their type.
    value = below(2) == 0 ? small()
                          : static_cast<std::int64_t>(static_cast<std::uint64_t>(value) +
                                                      (below(2) == 0 ? std::uint64_t{1} : ~std::uint64_t{0}));
    return fmt::format("constant {} has {}", constant->first, value);
  }

  std::string permutation(Graph& graph) {
    Node& node = any_node(graph);
    const auto found = node.attributes.find("perm");
    if (found == node.attributes.end()) return "";
    auto& order = std::get<std::vector<std::int64_t>>(found->second);
    std::shuffle(order.begin(), order.end(), random_);
    return fmt::format("{}.perm = {}", node.name, fmt::join(order, ","));
  }

  // A value that is there before the node.
  std::string earlier_value(const Graph& graph, std::size_t position) {
    std::vector<std::string> values;
    for (const GraphValue& input : graph.inputs) values.push_back(input.name);
    for (std::size_t node = 0; node < position; ++node)
      for (const std::string& output : graph.nodes[node].outputs)
        if (!output.empty()) values.push_back(output);
    return values[below(values.size())];
  }

  std::string rewire(Graph& graph) {
    const std::size_t position = below(graph.nodes.size());
    Node& node = graph.nodes[position];
    if (node.inputs.empty()) return "";
    const std::size_t input = below(node.inputs.size());
    node.inputs[input] = earlier_value(graph, position);
    return fmt::format("{} input {} is {}", node.name, input, node.inputs[input]);
  }

  std::string output(Graph& graph) {
    if (below(4) != 0) return "";
    graph.outputs.front().name = earlier_value(graph, graph.nodes.size());
    return "output is " + graph.outputs.front().name;
  }

  std::string operation(Graph& graph) {
    static const std::vector<std::vector<std::string>> kAlike = {
        {"Softmax", "LogSoftmax", "Relu", "Tanh", "Sigmoid", "Identity", "Abs", "Exp"},
        {"Add", "Sub", "Mul", "MatMul"}};
    Node& node = any_node(graph);
    for (const auto& alike : kAlike)
      if (std::ranges::find(alike, node.op_type) != alike.end()) {
        node.op_type = alike[below(alike.size())];
        return fmt::format("{} becomes {}", node.name, node.op_type);
      }
    return "";
  }

  std::string swap_inputs(Graph& graph) {
    Node& node = any_node(graph);
    if (node.inputs.size() < 2) return "";
    const std::size_t input = below(node.inputs.size() - 1);
    if (input == 5) return "";  // initial_h and initial_c: the test tells state inputs apart by their names
    std::swap(node.inputs[input], node.inputs[input + 1]);
    return fmt::format("{} inputs {} and {} swapped", node.name, input, input + 1);
  }

  std::string shape_of_constant(Graph& graph) {
    auto constant =
        std::next(graph.constants.begin(), static_cast<std::ptrdiff_t>(below(graph.constants.size())));
    Shape& shape = constant->second.shape;
    if (below(2) == 0 && !shape.empty())
      std::shuffle(shape.begin(), shape.end(), random_);
    else
      shape.insert(shape.begin() + static_cast<std::ptrdiff_t>(below(shape.size() + 1)), 1);
    return fmt::format("constant {} is [{}]", constant->first, fmt::join(shape, ","));
  }

  std::string direction(Graph& graph) {
    Node& node = any_node(graph);
    const auto found = node.attributes.find("direction");
    if (found == node.attributes.end()) return "";
    found->second = std::string(below(2) == 0 ? "reverse" : "forward");
    return node.name + " has another direction";
  }

  // A new operator in front of an input.
  std::string insert(Graph& graph) {
    const std::size_t position = below(graph.nodes.size());
    if (graph.nodes[position].inputs.empty()) return "";
    std::string& input = graph.nodes[position].inputs.front();
    static const std::vector<std::string> kInserted = {"Transpose", "Softmax", "Tanh",   "Identity",
                                                       "Neg",       "Squeeze", "Flatten"};
    const std::string name = fmt::format("inserted_{}", graph.nodes.size());
    Node node{name, kInserted[below(kInserted.size())], {input}, {name}, {}};
    if (node.op_type == "Transpose") {
      std::vector<std::int64_t> order{0, 1, 2};
      if (below(3) == 0) order.push_back(3);
      std::shuffle(order.begin(), order.end(), random_);
      node.attributes["perm"] = order;
    }
    if (node.op_type == "Softmax") node.attributes["axis"] = small();
    const std::string text = fmt::format("{} before {}", node.op_type, graph.nodes[position].name);
    input = name;
    graph.nodes.insert(graph.nodes.begin() + static_cast<std::ptrdiff_t>(position), std::move(node));
    return text;
  }

  std::mt19937 random_;
};

struct Counts {
  int refused = 0;
  int compared = 0;
  int not_executed = 0;  // lowered, but the executor refuses the graph at every size
};

// "" where the mutated graph is refused or computed exactly.
std::string judge(Graph graph, Counts& counts) {
  remove_unused(graph);
  if (!fold_constants(graph) || !fold_initial_states(graph)) return "";
  const auto lowered = lowering::lower_to_program(graph);
  if (!lowered) {
    ++counts.refused;
    return "";
  }
  bool is_run = false;
  for (const std::int64_t steps : {5, 3, 12}) {
    lowering::testing_support::Judge judged(graph, *lowered, steps);
    const auto difference = judged.run(2);
    const bool is_too_short = !difference && difference.error().message.ends_with("give a longer sequence");
    if (!judged.is_executed || is_too_short) continue;
    is_run = true;
    if (!difference) return difference.error().message;
    if (!(*difference <= kTolerance)) return fmt::format("{} of the range at {} steps", *difference, steps);
  }
  ++(is_run ? counts.compared : counts.not_executed);
  return "";
}

std::vector<fs::path> stored_graphs() {
  const fs::path data = fs::path(FIXGATE_SOURCE_DIR) / "tests/data";
  std::vector<fs::path> graphs = test_cases::paths_in(data / "models", "", ".onnx");
  const std::vector<fs::path> kinds = test_cases::paths_in(data / "kinds", "", ".onnx");
  graphs.insert(graphs.end(), kinds.begin(), kinds.end());
  return graphs;
}

TEST(Mutations, AreRefusedOrComputedExactly) {
  const char* stated = std::getenv("FIXGATE_MUTATIONS");
  const int mutations = stated == nullptr ? kMutationsPerModel : std::atoi(stated);
  Counts counts;
  unsigned seed = 1;
  for (const fs::path& model : stored_graphs()) {
    const auto graph = load_graph(model);
    if (!graph) continue;  // lowering's models_test judges that
    for (int mutation = 0; mutation < mutations; ++mutation, ++seed) {
      Graph mutated = *graph;
      Mutator mutator(seed);
      std::string what = mutator.mutate(mutated);
      if (mutation % 3 == 0) what += "; " + mutator.mutate(mutated);
      const std::string text = judge(std::move(mutated), counts);
      EXPECT_EQ(text, "") << model.stem() << " with seed " << seed << ": " << what;
    }
  }
  fmt::print("mutations: {} refused, {} the same as the executor, {} that the executor does not run\n",
             counts.refused, counts.compared, counts.not_executed);
}

}  // namespace
}  // namespace fixgate
