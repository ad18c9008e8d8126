// The networks of tests/data/models, written by several exporters, and the shared ones: they load, fold and
// compute what ONNX Runtime computed.
#include <gtest/gtest.h>

#include <cstdlib>

#include "import/test_cases.h"
#include "network/fold.h"

namespace fixgate {
namespace {

namespace fs = std::filesystem;

constexpr double kTolerance = 1e-5;

constexpr test_cases::Refusal kRefused[] = {{"dynamo_lstm_final_op24", "operator set 24 is not supported"},
                                            {"dynamo_lstm_static_op23", "operator set 23 is not supported"}};

void expect_same_outputs(const Graph& graph, const fs::path& model) {
  const test_cases::Tensors expected = test_cases::stored_values(model, "output_");
  EXPECT_EQ(expected.size(), graph.outputs.size());
  EXPECT_EQ(
      test_cases::run_and_compare(graph, test_cases::stored_values(model, "input_"), expected, kTolerance),
      "");
}

class Models : public testing::TestWithParam<fs::path> {};

TEST_P(Models, ComputesTheStoredOutputsBeforeAndAfterFolding) {
  auto graph = import_onnx(GetParam());
  if (const char* reason = test_cases::refusal_of(GetParam().stem(), kRefused)) {
    ASSERT_FALSE(graph);
    EXPECT_NE(graph.error().message.find(reason), std::string::npos) << graph.error().message;
    return;
  }
  ASSERT_TRUE(graph) << graph.error().message;
  expect_same_outputs(*graph, GetParam());
  const std::size_t nodes = graph->nodes.size();
  const auto folded = fold_constants(*graph);
  ASSERT_TRUE(folded) << folded.error().message;
  expect_same_outputs(*graph, GetParam());
  const auto states = fold_initial_states(*graph);
  ASSERT_TRUE(states) << states.error().message;
  expect_same_outputs(*graph, GetParam());
  EXPECT_LE(graph->nodes.size(), nodes);
}

/// Exporters make a zero state with a chain of operators on the input's shape: all of it must go.
TEST_P(Models, LeaveNoZeroStateBehind) {
  auto graph = import_onnx(GetParam());
  if (!graph) return;  // the test above judges that
  ASSERT_TRUE(fold_constants(*graph));
  ASSERT_TRUE(fold_initial_states(*graph));
  for (const Node& node : graph->nodes) EXPECT_NE(node.op_type, "ConstantOfShape") << node.name;
}

std::string model_name(const testing::TestParamInfo<fs::path>& model) {
  return test_cases::test_name(model.param);
}

INSTANTIATE_TEST_SUITE_P(Stored, Models, testing::ValuesIn(test_cases::stored_models()), model_name);

TEST(SharedModels, LoadAndFold) {
  const char* shared = std::getenv("FIXGATE_SHARED");
  if (shared == nullptr || *shared == '\0')
    GTEST_SKIP() << "FIXGATE_SHARED does not name the folder with models/*.onnx";
  const auto paths = test_cases::paths_in(fs::path(shared) / "models", "", ".onnx");
  EXPECT_FALSE(paths.empty());
  for (const fs::path& path : paths) {
    auto graph = import_onnx(path);
    ASSERT_TRUE(graph) << graph.error().message;
    EXPECT_TRUE(fold_constants(*graph));
    EXPECT_TRUE(fold_initial_states(*graph));
  }
}

}  // namespace
}  // namespace fixgate
