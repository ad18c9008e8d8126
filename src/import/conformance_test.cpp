// The ONNX project's own node cases (Debian's libonnx-testdata), run through import and the executor.
#include <gtest/gtest.h>

#include <iostream>

#include "files/read.h"
#include "import/test_cases.h"
#include "network/operators/operators.h"
#include "onnx.pb.h"

namespace fixgate {
namespace {

namespace fs = std::filesystem;
using test_cases::Tensors;

constexpr const char* kFolder = "/usr/share/libonnx-testdata/data/node";
constexpr double kTolerance = 1e-5;
constexpr double kLooseTolerance = 1e-3;  // of windows that the case expands with five digits of pi

// Cases of known operators that are refused, with a part of the error that each gives.
// "floating type", "another type": the case stores its bfloat16 values as uint16, not as the type its model
// declares.
const std::vector<test_cases::Refusal> kRefused = {
    {"test_cast_FLOAT_to_BFLOAT16", "another type"},
    {"test_cast_FLOAT_to_STRING", "element type string"},
    {"test_cast_STRING_to_FLOAT", "element type string"},
    {"test_castlike_FLOAT_to_STRING_expanded", "element type string"},
    {"test_castlike_STRING_to_FLOAT_expanded", "element type string"},
    {"test_identity_opt", "is not declared as a tensor"},
    {"test_identity_sequence", "is not declared as a tensor"},
    {"test_cast_BFLOAT16_to_FLOAT", "must be of a floating type"},
    {"test_castlike_BFLOAT16_to_FLOAT_expanded", "must be of a floating type"},
    {"test_castlike_FLOAT_to_BFLOAT16_expanded", "must be of a floating type"},
    {"test_add_uint8", "narrow or unsigned integer type"},
    {"test_div_uint8", "narrow or unsigned integer type"},
    {"test_mul_uint8", "narrow or unsigned integer type"},
    {"test_sub_uint8", "narrow or unsigned integer type"},
    {"test_not_2d", "operator set 1 is not supported"},
    {"test_not_3d", "operator set 1 is not supported"},
    {"test_not_4d", "operator set 1 is not supported"},
    {"test_softplus", "operator set 1 is not supported"},
    {"test_softplus_example", "operator set 1 is not supported"},
    {"test_softsign", "operator set 1 is not supported"},
    {"test_softsign_example", "operator set 1 is not supported"},
    {"test_elu", "operator set 6 is not supported"},
    {"test_elu_default", "operator set 6 is not supported"},
    {"test_elu_example", "operator set 6 is not supported"},
    {"test_hardsigmoid", "operator set 6 is not supported"},
    {"test_hardsigmoid_default", "operator set 6 is not supported"},
    {"test_hardsigmoid_example", "operator set 6 is not supported"},
    {"test_if_opt", "is not declared as a tensor"},
    {"test_if_seq", "is not declared as a tensor"},
    {"test_loop13_seq", "is not declared as a tensor"},
    {"test_loop16_seq_none", "is not declared as a tensor"},
    {"test_scan_sum", "operator Scan does not exist in operator set 8"},
    {"test_reduce_log_sum", "operator set 6 is not supported"},
    {"test_selu", "operator set 6 is not supported"},
    {"test_selu_default", "operator set 6 is not supported"},
    {"test_selu_example", "operator set 6 is not supported"},
    {"test_globalaveragepool", "operator set 1 is not supported"},
    {"test_globalaveragepool_precomputed", "operator set 1 is not supported"},
    {"test_globalmaxpool", "operator set 1 is not supported"},
    {"test_globalmaxpool_precomputed", "operator set 1 is not supported"},
    {"test_instancenorm_epsilon", "operator set 6 is not supported"},
    {"test_instancenorm_example", "operator set 6 is not supported"},
    {"test_batchnorm_epsilon_training_mode", "training_mode is set"},
    {"test_batchnorm_example_training_mode", "training_mode is set"},
    {"test_training_dropout", "training_mode is set"},
    {"test_training_dropout_default", "training_mode is set"},
    {"test_training_dropout_default_mask", "training_mode is set"},
    {"test_training_dropout_mask", "training_mode is set"},
    {"test_training_dropout_zero_ratio", "training_mode is set"},
    {"test_training_dropout_zero_ratio_mask", "training_mode is set"}};

bool is_recurrent(const std::string& name) {
  for (const char* start : {"test_lstm", "test_gru", "test_simple_rnn", "test_rnn"})
    if (name.starts_with(start)) return true;
  return false;
}

/// Whether a case is about operators that import knows.
bool is_known(const fs::path& folder) {
  const auto bytes = read_file(folder / "model.onnx");
  onnx::ModelProto model;
  if (!bytes || !model.ParseFromString(*bytes)) return false;
  for (const auto& node : model.graph().node())
    if (!node.domain().empty() || (node.op_type() != "Constant" && find_operator(node.op_type()) == nullptr))
      return false;
  return true;
}

std::vector<fs::path> cases(bool recurrent) {
  std::vector<fs::path> result;
  for (const fs::path& path : test_cases::paths_in(kFolder, "test_", ""))
    if (is_recurrent(path.filename()) == recurrent && (recurrent || is_known(path))) result.push_back(path);
  return result;
}

/// The values of a data set in the order of the graph's declarations.
Result<Tensors> read_values(const fs::path& set, const std::string& start,
                            const std::vector<GraphValue>& declared) {
  Tensors values;
  for (std::size_t i = 0; i < declared.size(); ++i) {
    FIXGATE_ASSIGN(values[declared[i].name], import_tensor(set / fmt::format("{}_{}.pb", start, i)));
  }
  return values;
}

/// "" where all data sets of the case pass.
Result<std::string> run_case(const fs::path& folder) {
  FIXGATE_ASSIGN(const Graph graph, import_onnx(folder / "model.onnx"));
  for (const fs::path& set : test_cases::paths_in(folder, "test_data_set_", "")) {
    FIXGATE_ASSIGN(const Tensors inputs, read_values(set, "input", graph.inputs));
    FIXGATE_ASSIGN(const Tensors expected, read_values(set, "output", graph.outputs));
    FIXGATE_ASSIGN(const Tensors actual, Executor(graph).run(inputs));
    const bool is_window = folder.filename().string().find("window") != std::string::npos;
    std::string text = test_cases::difference(actual, expected, is_window ? kLooseTolerance : kTolerance);
    if (!text.empty()) return text;
  }
  return "";
}

/// "" where a case passes, or fails as listed.
std::string verdict(const fs::path& folder) {
  const auto result = run_case(folder);
  const std::string text = result ? *result : result.error().message;
  const char* refusal = test_cases::refusal_of(folder.filename(), kRefused);
  if (refusal == nullptr) return text;
  if (text.empty()) return "passes, but is listed as refused";
  return text.find(refusal) == std::string::npos ? text : "";
}

class Conformance : public testing::TestWithParam<fs::path> {};

TEST_P(Conformance, Case) {
  EXPECT_EQ(verdict(GetParam()), "");
}

std::string case_name(const testing::TestParamInfo<fs::path>& info) {
  return test_cases::test_name(info.param);
}

INSTANTIATE_TEST_SUITE_P(Recurrent, Conformance, testing::ValuesIn(cases(true)), case_name);
INSTANTIATE_TEST_SUITE_P(Others, Conformance, testing::ValuesIn(cases(false)), case_name);

std::size_t count_passed(const std::vector<fs::path>& folders) {
  return static_cast<std::size_t>(std::ranges::count_if(folders, [](const fs::path& folder) {
    const auto result = run_case(folder);
    return result && result->empty();
  }));
}

TEST(ConformanceSummary, CountsCases) {
  if (!fs::is_directory(kFolder)) GTEST_SKIP() << kFolder << " is missing: install libonnx-testdata";
  const auto recurrent = cases(true);
  const auto others = cases(false);
  const std::size_t recurrent_passed = count_passed(recurrent);
  const std::size_t others_passed = count_passed(others);
  for (const test_cases::Refusal& refusal : kRefused)
    std::cout << fmt::format("refused: {}: ...{}...\n", refusal.name, refusal.reason);
  std::cout << fmt::format("libonnx-testdata recurrent: {} of {}\n", recurrent_passed, recurrent.size());
  std::cout << fmt::format("other operators: {} of {}\n", others_passed, others.size());
  EXPECT_EQ(recurrent_passed, recurrent.size());
  EXPECT_EQ(others_passed + kRefused.size(), others.size());
  EXPECT_GE(recurrent.size(), 12U);
}

}  // namespace
}  // namespace fixgate
