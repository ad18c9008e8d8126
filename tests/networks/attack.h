// Graphs that look like what lowering knows, and are not (or are, in another guise): each is refused, or
// computed exactly as the executor does, at sizes where axes can and cannot be told apart by their length.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "network/testing/graph_builder.h"

namespace fixgate::attacks {

using testing_support::Attributes;
using testing_support::GraphBuilder;
using testing_support::Integers;
using testing_support::Names;

inline constexpr std::int64_t kInputs = 3;
inline constexpr std::int64_t kHidden = 4;
inline constexpr std::int64_t kClasses = 4;  // as many as kHidden: nothing is told apart by its size
inline constexpr std::int64_t kEnd = std::int64_t{1} << 62;

enum class Verdict { Refused, Exact };

struct Attack {
  const char* name;
  Verdict verdict;
  const char* reason;  // part of the error, if refused
  std::function<Graph()> build;
  double tolerance = 1e-5;  // of the outputs' range
};

inline void PrintTo(const Attack& attack, std::ostream* stream) {
  *stream << attack.name;
}

inline Attack refused(const char* name, const char* reason, std::function<Graph()> build) {
  return {name, Verdict::Refused, reason, std::move(build)};
}

inline Attack exact(const char* name, std::function<Graph()> build) {
  return {name, Verdict::Exact, "", std::move(build)};
}

/// Of half precision, which is computed in single precision.
inline Attack exact_within(double tolerance, const char* name, std::function<Graph()> build) {
  return {name, Verdict::Exact, "", std::move(build), tolerance};
}

/// The data input, time major, of a graph to be built.
struct Start : GraphBuilder {
  explicit Start(std::int64_t operator_set = 17, Shape shape = {-1, -1, kInputs})
      : GraphBuilder(operator_set) {
    x = input("x", shape);
  }

  /// Y [time, directions, batch, hidden], Y_h, ...
  Names layer(const std::string& op_type = "GRU", const std::string& direction = "forward") {
    return recurrent(op_type, x, kInputs, kHidden, direction);
  }
  /// [time, batch, hidden].
  std::string steps(const std::string& op_type = "GRU", const std::string& direction = "forward") {
    return squeeze(layer(op_type, direction)[0], {1});
  }
  /// [time, batch, 2 * hidden].
  std::string both() {
    return reshape(transpose(layer("GRU", "bidirectional")[0], {0, 2, 1, 3}), {0, 0, 2 * kHidden});
  }
  Graph ends(const std::string& value) { return graph({value}); }

  std::string x;
};

using Attacks = std::vector<Attack>;

/// Builds, folds and lowers; fails the running test where the verdict does not hold.
void judge(const Attack& attack);

inline Attacks joined(const std::vector<Attacks>& families) {
  Attacks all;
  for (const Attacks& family : families) all.insert(all.end(), family.begin(), family.end());
  return all;
}

inline std::string name_of(const testing::TestParamInfo<Attack>& attack) {
  return attack.param.name;
}

}  // namespace fixgate::attacks
