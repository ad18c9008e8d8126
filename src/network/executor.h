// The reference float executor: a graph as the ONNX file states it, operator by operator.
#pragma once

#include <map>
#include <string>

#include "diagnostic/error.h"
#include "network/graph.h"

namespace fixgate {

/// Computes in float32 and int64 with full ONNX semantics (network/operators), any shapes, no fusion. Slow
/// and plain: it judges the other paths.
class Executor {
 public:
  /// The graph must outlive the executor.
  explicit Executor(const Graph& graph) : graph_(graph) {}

  /// The graph's outputs for its inputs, by name. Errors: an input missing, unknown, of the wrong type, rank
  /// or stated dimension; shapes that do not fit an operator (the node is named).
  [[nodiscard]] Result<std::map<std::string, Tensor>> run(const std::map<std::string, Tensor>& inputs) const;

 private:
  const Graph& graph_;
};

}  // namespace fixgate
