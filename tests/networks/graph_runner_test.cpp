// Every network of tests/data/models that is imported, run sequence by sequence as evaluate runs a graph that
// is no chain of layers: it computes what ONNX Runtime computed for whole batches, or is refused as the table
// says.
#include "evaluate/graph_runner.h"

#include <gtest/gtest.h>

#include "import/test_cases.h"
#include "networks/agreement.h"
#include "sweep/load_graph.h"

namespace fixgate {
namespace {

namespace fs = std::filesystem;
using test_cases::Tensors;

constexpr double kTolerance = 1e-5;

constexpr const char* kNotAlike = "answers the same sequence otherwise at other places";
constexpr test_cases::Refusal kRefused[] = {
    {"dynamo_rnn_tanh_last_op18", "no LSTM, GRU or RNN reads the data"},
    {"keras_gru_reset_before_loop_op15", "no LSTM, GRU or RNN reads the data"},
    {"keras_simple_rnn_loop_op15", "no LSTM, GRU or RNN reads the data"},
    {"written_gru0_lengths_constant_op21", kNotAlike},
    {"written_gru1_states_constant_op17", kNotAlike},
    {"written_lstm_states_constant_op14", kNotAlike}};

/// The part of a stored state that belongs to one sequence, once for each sequence of a call.
Tensor state_of(const Tensor& stored, std::int64_t sequence, const Tensor& like) {
  const std::size_t axis = stored.shape.size() - 2;
  const std::int64_t hidden = stored.shape.back();
  Tensor state{like.shape, std::vector<float>()};
  const std::int64_t vectors = element_count(stored.shape) / (hidden * stored.shape[axis]);
  for (std::int64_t vector = 0; vector < vectors; ++vector)
    for (std::int64_t copy = 0; copy < like.shape[axis]; ++copy) {
      const float* from = stored.floats().data() + (vector * stored.shape[axis] + sequence) * hidden;
      state.floats().insert(state.floats().end(), from, from + hidden);
    }
  return state;
}

Result<std::string> difference(const GraphRunner& runner, const Graph& graph, const fs::path& model,
                               std::size_t batch_axis) {
  const Tensors inputs = test_cases::stored_values(model, "input_");
  const GraphValue& data = graph.inputs.front();
  const auto sequences = agreement::sequences_of(inputs.at(data.name), data.is_float, batch_axis);
  std::vector<agreement::DoubleMatrix> outputs;
  for (std::size_t sequence = 0; sequence < sequences.size(); ++sequence) {
    GraphRunner::State state = runner.initial_state();
    for (const auto& [name, value] : state)
      if (const Shape& shape = inputs.at(name).shape;
          shape[shape.size() - 2] != static_cast<std::int64_t>(sequences.size()))
        return fail("another batch axis");
    for (auto& [name, value] : state)
      value = state_of(inputs.at(name), static_cast<std::int64_t>(sequence), value);
    FIXGATE_ASSIGN(const FloatMatrix rows, runner.run(sequences[sequence], state));
    outputs.push_back(agreement::apply(runner.output_function(), rows));
  }
  const Tensors expected = test_cases::stored_values(model, "output_");
  return agreement::output_difference(outputs, expected.at(graph.outputs.front().name), kTolerance);
}

/// Whichever axis of the stored data is the batch.
std::string difference(const Graph& graph, const fs::path& model) {
  const auto runner = GraphRunner::make(graph);
  if (!runner) return runner.error().message;
  std::string text;
  for (const std::size_t batch_axis : {std::size_t{1}, std::size_t{0}}) {
    const auto found = difference(*runner, graph, model, batch_axis);
    if (found && found->empty()) return "";
    text += fmt::format("[batch axis {}: {}]", batch_axis, found ? *found : found.error().message);
  }
  return text;
}

bool has_lengths(const Graph& graph) {
  return std::ranges::any_of(graph.inputs, [](const GraphValue& input) { return input.name == "lengths"; });
}

class StoredGraphs : public testing::TestWithParam<fs::path> {};

TEST_P(StoredGraphs, ComputeTheStoredOutputsOrAreRefused) {
  const auto graph = load_graph(GetParam());
  if (!graph) return;               // tests/networks/fixtures_test.cpp has the table
  if (has_lengths(*graph)) return;  // stored for sequences shorter than the data; evaluate has none such
  const std::string text = difference(*graph, GetParam());
  if (const char* reason = test_cases::refusal_of(GetParam().stem(), kRefused))
    EXPECT_NE(text.find(reason), std::string::npos) << text;
  else
    EXPECT_EQ(text, "");
}

INSTANTIATE_TEST_SUITE_P(Stored, StoredGraphs, testing::ValuesIn(test_cases::stored_models()),
                         [](const auto& model) { return test_cases::test_name(model.param); });

}  // namespace
}  // namespace fixgate
