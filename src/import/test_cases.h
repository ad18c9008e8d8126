// For the tests of this folder: model files with stored inputs and outputs.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "import/onnx.h"
#include "network/executor.h"
#include "network/operators/arguments.h"

namespace fixgate::test_cases {

namespace fs = std::filesystem;

using Tensors = std::map<std::string, Tensor>;

/// Paths in a folder whose file name has the start and the end, sorted.
inline std::vector<fs::path> paths_in(const fs::path& folder, const std::string& start,
                                      const std::string& end) {
  std::vector<fs::path> paths;
  if (!fs::is_directory(folder)) return paths;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with(start) && name.ends_with(end)) paths.push_back(entry.path());
  }
  std::ranges::sort(paths);
  return paths;
}

/// The stored networks of tests/data/models, written by several exporters.
inline std::vector<fs::path> stored_models() {
  return paths_in(fs::path(FIXGATE_SOURCE_DIR) / "tests/data/models", "", ".onnx");
}

/// The stored values beside a model whose files' names have the start; each file carries its value's name.
inline Tensors stored_values(const fs::path& model, const std::string& start) {
  Tensors values;
  for (const fs::path& path : paths_in(fs::path(model).replace_extension(".data"), start, ".pb")) {
    auto named = import_named_tensor(path);
    EXPECT_TRUE(named) << named.error().message;
    if (named) values[named->name] = std::move(named->tensor);
  }
  return values;
}

/// A case that must be refused, and why: part of the error.
struct Refusal {
  const char* name;
  const char* reason;
};

/// The reason why a case must be refused; nullptr where it must pass.
inline const char* refusal_of(const std::string& name, std::span<const Refusal> refused) {
  for (const Refusal& refusal : refused)
    if (name == refusal.name) return refusal.reason;
  return nullptr;
}

/// A file name as a part of a GoogleTest name.
inline std::string test_name(const fs::path& path) {
  std::string name = path.filename().string();
  std::ranges::replace_if(
      name, [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

template <typename T>
std::string difference(const std::vector<T>& actual, const std::vector<T>& expected, double tolerance) {
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const auto got = static_cast<double>(actual[i]);
    const auto wanted = static_cast<double>(expected[i]);
    const bool same = got == wanted || (std::isnan(got) && std::isnan(wanted));
    if (!same && !(std::abs(got - wanted) <= tolerance * (1 + std::abs(wanted))))
      return fmt::format("element {} is {}, not {}", i, got, wanted);
  }
  return "";
}

/// "" where both are the same within the tolerance, absolute plus relative.
inline std::string difference(const Tensor& actual, const Tensor& expected, double tolerance) {
  if (actual.shape != expected.shape)
    return fmt::format("shape {}, not {}", to_text(actual.shape), to_text(expected.shape));
  if (actual.is_float() != expected.is_float()) return "another type";
  if (expected.is_float()) return difference(actual.floats(), expected.floats(), tolerance);
  return difference(actual.integers(), expected.integers(), tolerance);
}

inline std::string difference(const Tensors& actual, const Tensors& expected, double tolerance) {
  for (const auto& [name, tensor] : expected) {
    if (!actual.contains(name)) return fmt::format("output '{}' is missing", name);
    const std::string text = difference(actual.at(name), tensor, tolerance);
    if (!text.empty()) return fmt::format("output '{}': {}", name, text);
  }
  return "";
}

/// "" where the graph gives the expected outputs; otherwise the error or what differs.
inline std::string run_and_compare(const Graph& graph, const Tensors& inputs, const Tensors& expected,
                                   double tolerance) {
  const auto actual = Executor(graph).run(inputs);
  return actual ? difference(*actual, expected, tolerance) : actual.error().message;
}

}  // namespace fixgate::test_cases
